/** The column of text beside a drawing: title, numbers, notes and legend, set once to measure and once to draw. */

import { fill } from "../draw/fill.ts";
import { type Box, rectanglePath } from "../draw/path.ts";
import { measureText } from "../draw/text.ts";
import type { Picture } from "../picture.ts";
import type { Fact } from "./facts.ts";
import { drawLegend, type LegendKey, legendHeight } from "./legend.ts";
import { COLORS, TYPE, wrapText, write, writeEnding } from "./style.ts";

export interface Column {
	readonly title: string;
	readonly subtitle: string;
	readonly facts: readonly Fact[];
	/** The main number and what it counts. */
	readonly total: Fact;
	/** Sum up to the total. */
	readonly parts: readonly Fact[];
	readonly notes: readonly string[];
	readonly legend: readonly LegendKey[];
}

export const COLUMN_WIDTH = 330;
const FACT_LINE = 24;
const NOTE_LINE = 18;

/** Height of the column, px. */
export function columnHeight(column: Column): number {
	return set(undefined, column, { x: 0, y: 0 });
}

export function drawColumn(target: Picture, column: Column, at: Pick<Box, "x" | "y">): void {
	set(target, column, at);
}

/** Sets the column line by line; without a target it is only measured. Gives its height. */
function set(
	target: Picture | undefined,
	{ title, subtitle, facts, total, parts, notes, legend }: Column,
	at: Pick<Box, "x" | "y">,
): number {
	let y = at.y;
	const right = at.x + COLUMN_WIDTH;
	const line = (text: string, size: number, height: number, color = COLORS.ink): void => {
		if (target !== undefined) write(target, text, { x: at.x, y: y + size }, { size, color });
		y += height;
	};
	const row = ({ name, value }: Fact, size: number, color = COLORS.soft): void => {
		if (target !== undefined) {
			const width = COLUMN_WIDTH - measureText(value, size).width - 12;
			write(target, name, { x: at.x, y: y + size }, { size, color, width });
			writeEnding(target, value, { x: right, y: y + size }, { size });
		}
		y += FACT_LINE;
	};
	const rule = (): void => {
		if (target !== undefined) {
			fill(target, rectanglePath({ x: at.x, y: y + 4, width: COLUMN_WIDTH, height: 1 }), {
				color: COLORS.rule,
			});
		}
		y += 16;
	};
	for (const text of wrapText(title, TYPE.title, COLUMN_WIDTH)) line(text, TYPE.title, 28);
	for (const text of wrapText(subtitle, TYPE.small, COLUMN_WIDTH)) line(text, TYPE.small, 18, COLORS.soft);
	y += 8;
	rule();
	for (const fact of facts) row(fact, TYPE.text);
	rule();
	if (target !== undefined) {
		write(target, total.name, { x: at.x, y: y + TYPE.total }, { size: TYPE.text });
		writeEnding(target, total.value, { x: right, y: y + TYPE.total }, { size: TYPE.total });
	}
	y += TYPE.total + 14;
	if (parts.length > 1) for (const part of parts) row(part, TYPE.text);
	if (notes.length > 0) rule();
	for (const note of notes) {
		for (const text of wrapText(note, TYPE.small, COLUMN_WIDTH))
			line(text, TYPE.small, NOTE_LINE, COLORS.soft);
		y += 6;
	}
	rule();
	if (target !== undefined) drawLegend(target, legend, { x: at.x, y, width: COLUMN_WIDTH, height: 0 });
	return y + legendHeight(legend, COLUMN_WIDTH) - at.y;
}
