/** Tokens along image size and clip duration, with the user's own media as points, and where two models cross. */

import { formatDuration, formatInteger } from "@onevision/base";
import { entries } from "../media/entries.ts";
import { Chart, type ChartRoom, PLOT_CLASS, type Plot, seriesColors } from "../parts/chart.tsx";
import { counts, isCounted } from "../state/counts.ts";
import { isDark } from "../state/theme.ts";
import type { CompareAnswer, Curve } from "../work/compare.ts";
import { drawn } from "./state.ts";

const HEIGHT = 340;

interface MediaPoint {
	readonly name: string;
	readonly x: number;
	readonly tokens: number;
}

export function Curves({ answer }: { readonly answer: CompareAnswer }) {
	return (
		<div class="curves">
			<CurveChart kind="image" title="Tokens of one image" unit="megapixels, 4:3" answer={answer} />
			<CurveChart kind="video" title="Tokens of one clip" unit="seconds, 720p at 30 fps" answer={answer} />
			<Crossings answer={answer} />
		</div>
	);
}

function CurveChart({
	kind,
	title,
	unit,
	answer,
}: {
	readonly kind: Curve["kind"];
	readonly title: string;
	readonly unit: string;
	readonly answer: CompareAnswer;
}) {
	const curves = answer.curves.filter((curve) => curve.kind === kind);
	const points = pointsOf(kind);
	if (curves.length === 0) return null;
	const colors = seriesColors(isDark.value);
	const colorOf = ({ id }: Curve): string =>
		colors[drawn.value.indexOf(id) % colors.length] ?? "currentColor";
	return (
		<section class="card" aria-label={title}>
			<h2>{title}</h2>
			<ul class="legend lines">
				{curves.map((curve) => (
					<li key={curve.id}>
						<i style={{ background: colorOf(curve) }} />
						{curve.title}
					</li>
				))}
				{points.length > 0 && (
					<li>
						<i class="media-point" />
						your media, under the model in use
					</li>
				)}
			</ul>
			<Chart
				height={HEIGHT}
				label={`${title} by ${unit}, under ${curves.map(({ title }) => title).join(", ")}`}
				depends={[answer, counts.value]}
				draw={(plot, room) => drawCurves(plot, room, curves, points, colorOf, unit, kind)}
			/>
		</section>
	);
}

/** The user's single images or clips; distinct ones, so that a thousand equal photos are one point. */
function pointsOf(kind: Curve["kind"]): readonly MediaPoint[] {
	const points = new Map<string, MediaPoint>();
	for (const { id, name, items } of entries.value) {
		const outcome = counts.value.get(id);
		const [item] = items;
		if (item === undefined || items.length > 1 || item.facts.kind !== kind || !isCounted(outcome)) continue;
		const { facts } = item;
		const x = facts.kind === "image" ? (facts.width * facts.height) / 1e6 : facts.frames / (facts.fps ?? 30);
		if (outcome.visualTokens <= 0) continue;
		points.set(`${x.toPrecision(3)} ${outcome.visualTokens}`, { name, x, tokens: outcome.visualTokens });
	}
	return [...points.values()];
}

function drawCurves(
	plot: Plot,
	{ width, height, scale }: ChartRoom,
	curves: readonly Curve[],
	points: readonly MediaPoint[],
	colorOf: (curve: Curve) => string,
	unit: string,
	kind: Curve["kind"],
): SVGElement | HTMLElement {
	const format = (x: number): string =>
		kind === "image" ? `${Number(x.toPrecision(2))} MP` : formatDuration(x);
	return plot.plot({
		className: PLOT_CLASS,
		width,
		height,
		marginLeft: 60 * scale,
		marginTop: 30 * scale,
		marginRight: 16 * scale,
		marginBottom: 42 * scale,
		x: {
			type: "log",
			label: unit,
			tickFormat: (x: number) => (Number.isInteger(Math.log10(x)) || width > 520 * scale ? String(x) : ""),
			ticks: 6,
		},
		y: {
			type: "log",
			label: "visual tokens",
			grid: true,
			tickFormat: (y: number) => formatInteger(y),
			ticks: 5,
		},
		marks: [
			...curves.map((curve) =>
				plot.line(curve.points, {
					x: "x",
					y: "tokens",
					stroke: colorOf(curve),
					strokeWidth: 2 * scale,
					curve: "linear",
				}),
			),
			plot.dot(points, {
				x: "x",
				y: "tokens",
				r: 4.5 * scale,
				fill: "currentColor",
				stroke: "var(--card)",
				strokeWidth: 1.5,
			}),
			plot.tip(
				[
					...curves.flatMap((curve) => curve.points.map((point) => ({ ...point, name: curve.title }))),
					...points,
				],
				plot.pointer({
					x: "x",
					y: "tokens",
					title: ({ name, x, tokens }: MediaPoint) =>
						`${name}\n${format(x)}: ${formatInteger(tokens)} tokens`,
					fill: "var(--card)",
					stroke: "var(--rule-strong)",
				}),
			),
		],
	});
}

function Crossings({ answer }: { readonly answer: CompareAnswer }) {
	if (answer.crossings.length === 0) return null;
	return (
		<section class="card crossings" aria-label="Where models cross">
			<h2>Where they cross</h2>
			<ul>
				{answer.crossings.map(({ kind, x, tokens, below, above, times }) => (
					<li key={`${kind} ${below} ${above}`}>
						<b>
							{kind === "image"
								? `about ${Number(x.toPrecision(2))} megapixels`
								: `about ${formatDuration(Number(x.toPrecision(2)))}`}
						</b>{" "}
						and {formatInteger(tokens)} tokens: below, {below} takes fewer; above, {above}
						{times > 1 ? ` (the last of ${times} crossings)` : ""}.
					</li>
				))}
			</ul>
		</section>
	);
}
