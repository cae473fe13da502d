/** The frontiers: what each scenario keeps at each number of tokens. Another point can be picked and looked at. */

import { formatInteger } from "@onevision/base";
import type { Scenario } from "@onevision/core";
import { signal } from "@preact/signals";
import { Chart, type ChartRoom, PLOT_CLASS, type Plot } from "../parts/chart.tsx";
import { ChoiceSlider } from "../parts/choice-slider.tsx";
import { percentText } from "../parts/text.ts";
import type { Frontier, FrontierPoint, PlanAnswer } from "../work/plan.ts";
import { SCENARIO_NAMES } from "./mix-bar.tsx";
import { BUDGETS, change } from "./state.ts";

const HEIGHT = 320;

/** The settings picked on a frontier, as text, by scenario. */
const picked = signal<Readonly<Partial<Record<Scenario, string>>>>({});

interface ChartPoint extends FrontierPoint {
	readonly scenario: Scenario;
}

const COLORS = {
	"single-image": "var(--single)",
	"multi-image": "var(--multi)",
	video: "var(--video)",
} as const satisfies Record<Scenario, string>;

export function FrontierChart({ answer: { plan, frontiers } }: { readonly answer: PlanAnswer }) {
	const points: readonly ChartPoint[] = frontiers.flatMap(({ scenario, points }) =>
		points.map((point) => ({ ...point, scenario })),
	);
	const chosen = plan.scenarios.map(({ scenario, chosen: { allocation, visualTokens, fidelity } }) => ({
		scenario,
		summary: allocation.summary,
		meanTokens: visualTokens.mean,
		fidelity,
	}));
	const shown = picksOf(frontiers, picked.value);
	return (
		<section class="card" aria-labelledby="frontier-title">
			<h2 id="frontier-title">What more tokens would keep</h2>
			<p class="quiet">
				Each line is a scenario's best settings at each number of mean tokens; the dot is the one planned.
				Point at the chart, click to pick another, or use the sliders.
			</p>
			<ul class="legend lines">
				{frontiers.map(({ scenario }) => (
					<li key={scenario}>
						<i class={`scenario-${scenario}`} />
						{SCENARIO_NAMES[scenario]}
					</li>
				))}
			</ul>
			<Chart
				height={HEIGHT}
				label={`Fidelity against mean visual tokens per sample, for ${frontiers.map(({ scenario }) => SCENARIO_NAMES[scenario].toLowerCase()).join(", ")}`}
				depends={[plan, shown]}
				draw={(plot, room) => draw(plot, room, points, chosen, shown, plan.request.budget)}
			/>
			<div class="picks">
				{frontiers.map((frontier) => (
					<Pick
						key={frontier.scenario}
						frontier={frontier}
						chosen={chosen.find(({ scenario }) => scenario === frontier.scenario)}
						pick={shown.find(({ scenario }) => scenario === frontier.scenario)}
						budget={plan.request.budget}
					/>
				))}
			</div>
		</section>
	);
}

function picksOf(
	frontiers: readonly Frontier[],
	by: Readonly<Partial<Record<Scenario, string>>>,
): readonly ChartPoint[] {
	return frontiers.flatMap(({ scenario, points }) => {
		const point = points.find(({ summary }) => summary === by[scenario]);
		return point === undefined ? [] : [{ ...point, scenario }];
	});
}

interface ChosenPoint {
	readonly scenario: Scenario;
	readonly summary: string;
	readonly meanTokens: number;
	readonly fidelity: number;
}

function draw(
	plot: Plot,
	{ width, height, scale }: ChartRoom,
	points: readonly ChartPoint[],
	chosen: readonly ChosenPoint[],
	shown: readonly ChartPoint[],
	budget: number,
): SVGElement | HTMLElement {
	const at = { x: "meanTokens", y: "fidelity" } as const;
	const chart = plot.plot({
		className: PLOT_CLASS,
		width,
		height,
		marginLeft: 50 * scale,
		marginTop: 30 * scale,
		marginRight: 24 * scale,
		marginBottom: 42 * scale,
		x: {
			type: "log",
			label: "mean visual tokens per sample",
			tickFormat: (x: number) => (width > 480 * scale || /^[125]0*$/.test(String(x)) ? formatInteger(x) : ""),
			ticks: width > 640 * scale ? 8 : 4,
		},
		y: { label: "fidelity", grid: true, percent: true, zero: true, tickFormat: (y: number) => `${y} %` },
		marks: [
			plot.ruleX([budget], { stroke: "var(--rule-strong)", strokeDasharray: "4,3" }),
			plot.text([budget], {
				x: (x: number) => x,
				text: () => "budget",
				frameAnchor: "top",
				dx: -4,
				textAnchor: "end",
				fill: "var(--soft)",
			}),
			plot.line(points, {
				...at,
				z: "scenario",
				stroke: ({ scenario }: ChartPoint) => COLORS[scenario],
				strokeWidth: 2,
				curve: "step-after",
			}),
			plot.dot(points, {
				...at,
				r: 3 * scale,
				fill: "var(--card)",
				stroke: ({ scenario }: ChartPoint) => COLORS[scenario],
			}),
			plot.dot(chosen, {
				...at,
				r: 6.5 * scale,
				fill: ({ scenario }: ChosenPoint) => COLORS[scenario],
				stroke: "var(--card)",
				strokeWidth: 2,
			}),
			plot.dot(shown, { ...at, r: 8 * scale, stroke: "var(--ink)", strokeWidth: 2, symbol: "square" }),
			plot.tip(
				points,
				plot.pointer({
					...at,
					title: ({ scenario, summary, meanTokens, fidelity }: ChartPoint) =>
						`${SCENARIO_NAMES[scenario]}: ${summary}\n${formatInteger(meanTokens)} tokens on average, keeps ${percentText(fidelity)}`,
					fill: "var(--card)",
					stroke: "var(--rule-strong)",
					lineWidth: 22,
				}),
			),
		],
		color: { type: "identity" },
	});
	chart.addEventListener("click", () => {
		const point: ChartPoint | null = chart.value;
		if (point !== null) picked.value = { ...picked.peek(), [point.scenario]: point.summary };
	});
	return chart;
}

function Pick({
	frontier: { scenario, points },
	chosen,
	pick,
	budget,
}: {
	readonly frontier: Frontier;
	readonly chosen: ChosenPoint | undefined;
	readonly pick: ChartPoint | undefined;
	readonly budget: number;
}) {
	const value = pick?.summary ?? nearestTo(points, chosen?.meanTokens ?? 0)?.summary ?? "";
	const needed = Math.ceil(pick?.fitTokens ?? 0);
	const clear = (): void => {
		const { [scenario]: _, ...rest } = picked.value;
		picked.value = rest;
	};
	return (
		<div class="pick">
			<ChoiceSlider
				name={SCENARIO_NAMES[scenario]}
				values={points.map(({ summary }) => summary)}
				value={value}
				text={
					pick === undefined
						? `planned: ${chosen?.summary ?? ""}`
						: `${pick.summary}: ${formatInteger(pick.meanTokens)} tokens on average, keeps ${percentText(pick.fidelity)}${against(pick, chosen)}`
				}
				onChange={(summary) => {
					picked.value = { ...picked.value, [scenario]: summary };
				}}
				onReset={pick === undefined ? undefined : clear}
			/>
			{pick !== undefined && needed !== budget && needed >= 1 && needed <= BUDGETS.max && (
				<button
					type="button"
					onClick={() => {
						change({ budget: needed });
						clear();
					}}
				>
					Plan with a budget of {formatInteger(needed)}
				</button>
			)}
		</div>
	);
}

function nearestTo(points: readonly FrontierPoint[], meanTokens: number): FrontierPoint | undefined {
	return points.reduce<FrontierPoint | undefined>(
		(best, point) =>
			best === undefined || Math.abs(point.meanTokens - meanTokens) < Math.abs(best.meanTokens - meanTokens)
				? point
				: best,
		undefined,
	);
}

function against(pick: ChartPoint, chosen: ChosenPoint | undefined): string {
	if (chosen === undefined) return "";
	const points = Math.round((pick.fidelity - chosen.fidelity) * 100);
	return points === 0
		? ", as much as planned"
		: `, ${points > 0 ? "+" : "−"}${Math.abs(points)} points against the plan`;
}
