/**
 * The charts of the report as SVG text, drawn by Observable Plot into a document that is no browser's. Colors are names
 * of the page's style, so that one drawing serves light, dark and paper. Each chart is drawn for two widths, of which
 * the page shows one: scaled type would be too small on a phone.
 */

import type { Markish, PlotOptions } from "@observablehq/plot";
import { formatInteger, formatPercent } from "@onevision/base";
import type { Bin, Binned } from "./bins.ts";
import { formatTick } from "./format.ts";
import { Html, html } from "./html.ts";

/** A limit drawn over a chart. */
export interface Marker {
	readonly at: number;
	readonly label: string;
}

interface Named {
	/** What is to be seen, for those who do not see it. */
	readonly label: string;
}

/** How many of what have which value. */
interface HistogramChart extends Named, Omit<Binned, "beyond"> {
	/** Title of the horizontal axis; empty where the chart below has it. */
	readonly axis: string;
	/** What is counted: "samples". */
	readonly counted: string;
	readonly color: string;
	readonly markers: readonly Marker[];
	/** Wide charts take a row of the page, others half of one. */
	readonly isWide: boolean;
}

/** Shares that fall with a limit. */
interface CurveChart extends Named {
	readonly series: readonly {
		readonly name: string;
		readonly color: string;
		readonly dashes?: string;
		readonly points: readonly (readonly [limit: number, share: number])[];
	}[];
	readonly axis: string;
	readonly markers: readonly Marker[];
}

/** Shares of a whole, a bar for each whole. */
interface SharesChart extends Named {
	readonly parts: readonly {
		readonly whole: string;
		readonly part: string;
		readonly color: string;
		readonly share: number;
	}[];
}

export interface Charts {
	histogram(chart: HistogramChart): Html;
	curve(chart: CurveChart): Html;
	shares(chart: SharesChart): Html;
}

const WIDE = { full: 880, half: 430 } as const;
const NARROW = 312;
const MARGIN = { left: 48, right: 20 } as const;
/** Height of a row of marker labels, px, and the room a label takes in it. */
const LABEL_HEIGHT = 14;
const LETTER_WIDTH = 6.5;
const LABEL_GAP = 6;
/** Shares with less room than this have no number. */
const MIN_SHARE_WIDTH = 34;

/** Loads Plot and a document to draw into. */
export async function openCharts(): Promise<Charts> {
	const Plot = await import("@observablehq/plot");
	const { parseHTML } = await import("linkedom");
	const { document } = parseHTML("<!doctype html><html><body></body></html>");
	const draw = (label: string, width: number, options: PlotOptions): Html => {
		const svg = Plot.plot({ ...options, document, width, className: "plot" });
		// The page has the style; groups carry names that nothing refers to.
		for (const style of svg.querySelectorAll("style")) style.remove();
		for (const group of svg.querySelectorAll("[aria-label]")) group.removeAttribute("aria-label");
		svg.setAttribute("role", "img");
		svg.setAttribute("aria-label", label);
		return new Html(String(svg.outerHTML));
	};
	const bothWidths = (full: number, drawAt: (width: number) => Html): Html =>
		html`<div class="wide">${drawAt(full)}</div><div class="narrow">${drawAt(NARROW)}</div>`;
	/** A chart over a limit, from `start` to `end`, with marked limits above it. */
	const drawOverLimit = (
		{ label, axis, markers }: Pick<HistogramChart, "label" | "axis" | "markers">,
		[start, end]: readonly [number, number],
		{ width, height }: { readonly width: number; readonly height: number },
		y: PlotOptions["y"],
		marks: readonly Markish[],
	): Html => {
		const scale = (width - MARGIN.left - MARGIN.right) / (end - start);
		const { placed, rows } = inRows(markers, end, scale);
		const marginTop = 10 + rows * LABEL_HEIGHT;
		const marginBottom = axis === "" ? 20 : 36;
		return draw(label, width, {
			...{ height: height + marginTop + marginBottom, marginTop, marginBottom },
			...{ marginLeft: MARGIN.left, marginRight: MARGIN.right },
			x: {
				...{ domain: [start, end], label: axis === "" ? null : axis, labelAnchor: "center" },
				...{ labelArrow: "none", ticks: width / 90 },
			},
			y: { label: null, grid: true, ...y },
			marks: [
				...marks,
				Plot.ruleY([0], { stroke: "var(--rule-strong)" }),
				...placed.flatMap(({ at, text, row }) => [
					Plot.ruleX([at], { stroke: "var(--marker)", strokeDasharray: "4 3", insetTop: -4 }),
					Plot.text([at], {
						...{ x: [at], text: [text], frameAnchor: "top", lineAnchor: "bottom" },
						...{ dy: -8 - row * LABEL_HEIGHT, fill: "var(--marker)" },
					}),
				]),
			],
		});
	};
	return {
		histogram: (chart) => {
			const { bins, end, isSingle, counted, color, isWide } = chart;
			// A single value is below the middle of its bar.
			const shift = isSingle ? -end / bins.length / 2 : 0;
			const titleOf = ({ from, to, count }: Bin): string =>
				`${formatNumber(from)}${isSingle ? "" : ` to ${formatNumber(to)}`}: ${formatInteger(count)} ${counted}`;
			return bothWidths(isWide ? WIDE.full : WIDE.half, (width) =>
				drawOverLimit(
					chart,
					[shift, end + shift],
					{ width, height: 100 },
					{ ticks: 3, tickFormat: formatTick, nice: true },
					[
						Plot.rectY(
							bins.filter(({ count }) => count > 0),
							{
								...{ x1: ({ from }) => from + shift, x2: ({ to }) => to + shift, y: "count" },
								...{ fill: color, insetLeft: 0.5, insetRight: 0.5, title: titleOf },
							},
						),
					],
				),
			);
		},
		curve: (chart) => {
			const end = Math.max(...chart.series.flatMap(({ points }) => points.map(([limit]) => limit)));
			return bothWidths(WIDE.full, (width) =>
				drawOverLimit(
					chart,
					[0, end],
					{ width, height: 150 },
					{ domain: [0, 1], ticks: 4, tickFormat: formatPercent },
					chart.series.map(({ points, color, dashes }) =>
						Plot.line(points, {
							...{ x: ([limit]) => limit, y: ([, share]) => share },
							...{ stroke: color, strokeWidth: 2, curve: "step-after" },
							...(dashes === undefined ? {} : { strokeDasharray: dashes }),
						}),
					),
				),
			);
		},
		shares: ({ label, parts }) => {
			const wholes = [...new Set(parts.map(({ whole }) => whole))];
			const labelRoom = 96;
			const textOf =
				(width: number) =>
				({ share }: SharesChart["parts"][number]) =>
					share * (width - labelRoom) < MIN_SHARE_WIDTH ? "" : formatPercent(share);
			return bothWidths(WIDE.full, (width) =>
				draw(label, width, {
					...{ height: wholes.length * 34, marginTop: 0, marginBottom: 0 },
					...{ marginLeft: labelRoom, marginRight: 0 },
					x: { domain: [0, 1], axis: null },
					y: { domain: wholes, label: null, tickSize: 0, padding: 0.2 },
					marks: [
						Plot.barX(parts, {
							...{ x: "share", y: "whole", fill: "color", insetRight: 1 },
							title: ({ part, share }: SharesChart["parts"][number]) => `${part}: ${formatPercent(share)}`,
						}),
						Plot.text(
							parts,
							Plot.stackX({
								...{ x: "share", y: "whole", fill: "var(--on-color)", fontWeight: 600 },
								text: textOf(width),
							}),
						),
					],
				}),
			);
		},
	};
}

/** Markers up to `end` with the row of each label, from below: labels in one row do not touch. */
function inRows(markers: readonly Marker[], end: number, scale: number) {
	const rowEnds: number[] = [];
	const placed = [...markers]
		.filter(({ at }) => at <= end)
		.sort((a, b) => a.at - b.at)
		.map(({ at, label }) => {
			const half = (label.length * LETTER_WIDTH) / 2;
			const left = at * scale - half;
			const free = rowEnds.findIndex((taken) => taken + LABEL_GAP <= left);
			const row = free < 0 ? rowEnds.length : free;
			rowEnds[row] = at * scale + half;
			return { at, text: label, row };
		});
	return { placed, rows: rowEnds.length };
}

/** Borders of bins: whole numbers with separators, others with what decimals they have. */
function formatNumber(value: number): string {
	return Number.isInteger(value) ? formatInteger(value) : String(Number(value.toPrecision(6)));
}
