/**
 * Tables that fit the terminal. To save width, splits titles over several lines, drops empty columns, then drops
 * expendable columns, then shortens the first column in its middle or wraps the last one.
 */

import { type Column, displayWidth, table } from "./table.ts";
import { wrap } from "./wrap.ts";

export interface FittedColumn extends Column {
	/** If the table is too wide, columns with the highest number are dropped first. Absent: never dropped. */
	readonly spare?: number;
	/** Wraps if the table is too wide; for a single column of prose. */
	readonly wraps?: boolean;
}

export interface FittedTable {
	/** The title lines. */
	readonly head: readonly string[];
	readonly body: readonly string[];
	/** Titles of the columns that did not fit, each on one line. */
	readonly leftOut: readonly string[];
}

const GAP = 2;
/** The first column is never shortened below this width. */
const FEWEST = 14;
/** A wrapped column is never narrower than this. */
const NARROWEST_PROSE = 20;

/** Lines of the table for a terminal with `width` columns. */
export function fittedTable(
	columns: readonly FittedColumn[],
	rows: readonly (readonly string[])[],
	width: number,
): FittedTable {
	let kept = columns.map((column, index) => ({ column, index }));
	kept = kept.filter(({ index }) => index === 0 || rows.some((row) => (row[index] ?? "") !== ""));
	const widthOf = ({ column, index }: { column: FittedColumn; index: number }): number =>
		column.wraps === true
			? NARROWEST_PROSE
			: Math.max(...titleLines(column), ...rows.map((row) => displayWidth(row[index] ?? "")));
	const total = (): number => kept.reduce((sum, each) => sum + widthOf(each) + GAP, -GAP);
	// The first column can give up some width before a column is dropped.
	const spared = (): number =>
		Math.max(0, widthOf(kept[0] as (typeof kept)[0]) - Math.max(FEWEST, width / 3));
	const leftOut: { readonly index: number; readonly title: string }[] = [];
	while (total() - spared() > width) {
		const most = Math.max(...kept.map(({ column }) => column.spare ?? 0));
		const out = most > 0 ? kept.findLast(({ column }) => column.spare === most) : undefined;
		if (out === undefined) break;
		kept = kept.filter((each) => each !== out);
		leftOut.push({ index: out.index, title: out.column.title.replaceAll("\n", " ") });
	}
	const first = kept[0] as (typeof kept)[0];
	const firstWidth = Math.max(FEWEST, widthOf(first) - Math.max(0, total() - width));
	const cells = rows.map((row) =>
		kept.map(({ index }) =>
			index === first.index ? shorten(row[index] ?? "", firstWidth) : (row[index] ?? ""),
		),
	);
	const prose = kept.findIndex(({ column }) => column.wraps === true);
	const proseWidth = Math.max(NARROWEST_PROSE, width - (total() - NARROWEST_PROSE));
	const lines = cells.flatMap((row) => (prose === -1 ? [row] : wrapCell(row, prose, proseWidth)));
	const heads = Math.max(...kept.map(({ column }) => column.title.split("\n").length));
	const titles = Array.from({ length: heads }, (_, line) =>
		kept.map(({ column }) => {
			const parts = column.title.split("\n");
			return parts[line - (heads - parts.length)] ?? "";
		}),
	);
	const all = table(
		kept.map(({ column }) => ({ ...column, title: "" })),
		[...titles, ...lines],
	).slice(1);
	return {
		head: all.slice(0, heads),
		body: all.slice(heads),
		leftOut: leftOut.sort((a, b) => a.index - b.index).map(({ title }) => title),
	};
}

function titleLines({ title }: FittedColumn): number[] {
	return title.split("\n").map(displayWidth);
}

function wrapCell(row: readonly string[], at: number, width: number): string[][] {
	return wrap(row[at] ?? "", width).map((line, index) =>
		row.map((cell, column) => (column === at ? line : index === 0 ? cell : "")),
	);
}

/** Shortens a text in its middle, keeping its start and end. */
export function shorten(text: string, width: number): string {
	if (displayWidth(text) <= width) return text;
	const characters = [...text];
	let start = Math.ceil(characters.length / 2);
	let end = start;
	const shown = (): string => `${characters.slice(0, start).join("")}…${characters.slice(end).join("")}`;
	while (displayWidth(shown()) > width && (start > 0 || end < characters.length)) {
		// The end of a path is more informative than its start.
		if (start * 2 > characters.length - end || end === characters.length) start--;
		else end++;
	}
	return shown();
}

/** The line that names the columns that did not fit. */
export function leftOutNote(leftOut: readonly string[], width: number, elsewhere: string): string[] {
	return leftOut.length === 0 ? [] : [`not shown in ${width} columns: ${leftOut.join(", ")} (${elsewhere})`];
}
