/** The text column beside a drawing: title, numbers, notes and legend, as lines with known heights. */

import type { RgbImage } from "@onevision/media";
import type { Color } from "../shapes/color.ts";
import { fill } from "../shapes/fill.ts";
import { type Point, rectanglePath } from "../shapes/path.ts";
import { measureText } from "../shapes/text.ts";
import type { Fact } from "./facts.ts";
import { drawLegend, type LegendKey, legendHeight } from "./legend.ts";
import { COLUMN_WIDTH } from "./page.ts";
import { COLORS, TYPE, wrapText, write, writeEnding } from "./style.ts";

export interface Column {
	readonly title: string;
	readonly subtitle: string;
	readonly facts: readonly Fact[];
	/** The main number, with its unit. */
	readonly total: Fact;
	/** Terms that add up to the total. */
	readonly parts: readonly Fact[];
	readonly notes: readonly string[];
	readonly legend: readonly LegendKey[];
}

interface Line {
	/** px. */
	readonly height: number;
	/** Draws the line with its top-left corner at `at`. */
	draw?(target: RgbImage, at: Point): void;
}

/** Height of the column, px. */
export function columnHeight(column: Column): number {
	return linesOf(column).reduce((sum, { height }) => sum + height, 0);
}

export function drawColumn(target: RgbImage, column: Column, at: Point): void {
	let y = at.y;
	for (const line of linesOf(column)) {
		line.draw?.(target, { x: at.x, y });
		y += line.height;
	}
}

function linesOf({ title, subtitle, facts, total, parts, notes, legend }: Column): Line[] {
	return [
		...paragraph(title, TYPE.title, 28, COLORS.ink),
		...paragraph(subtitle, TYPE.small, 18, COLORS.soft),
		{ height: 8 },
		RULE,
		...facts.map(factLine),
		RULE,
		totalLine(total),
		// A single part would repeat the total.
		...(parts.length > 1 ? parts.map(factLine) : []),
		...(notes.length > 0 ? [RULE] : []),
		...notes.flatMap((note) => [...paragraph(note, TYPE.small, 18, COLORS.soft), { height: 6 }]),
		...(legend.length > 0 ? [RULE, legendLine(legend)] : []),
	];
}

const RULE: Line = {
	height: 16,
	draw: (target, { x, y }) => {
		fill(target, rectanglePath({ x, y: y + 4, width: COLUMN_WIDTH, height: 1 }), { color: COLORS.rule });
	},
};

function paragraph(text: string, size: number, height: number, color: Color): Line[] {
	return wrapText(text, size, COLUMN_WIDTH).map((line) => ({
		height,
		draw: (target, { x, y }) => write(target, line, { x, y: y + size }, { size, color }),
	}));
}

/** A name on the left, shortened if necessary, and its value on the right. */
function factLine({ name, value }: Fact): Line {
	const size = TYPE.text;
	return {
		height: 24,
		draw: (target, { x, y }) => {
			const width = COLUMN_WIDTH - measureText(value, size).width - 12;
			write(target, name, { x, y: y + size }, { size, color: COLORS.soft, width });
			writeEnding(target, value, { x: x + COLUMN_WIDTH, y: y + size }, { size });
		},
	};
}

function totalLine({ name, value }: Fact): Line {
	return {
		height: TYPE.total + 14,
		draw: (target, { x, y }) => {
			write(target, name, { x, y: y + TYPE.total }, { size: TYPE.text });
			writeEnding(target, value, { x: x + COLUMN_WIDTH, y: y + TYPE.total }, { size: TYPE.total });
		},
	};
}

function legendLine(legend: readonly LegendKey[]): Line {
	return {
		height: legendHeight(legend, COLUMN_WIDTH),
		draw: (target, at) => drawLegend(target, legend, at, COLUMN_WIDTH),
	};
}
