/** Counts of media under one model for people: a row per item if there are few, otherwise their statistics. */

import type { AnyCounter, ApiItemCount, CountedItem, CountedNamed } from "@onevision/api";
import type { Size } from "@onevision/base";
import { formatInteger } from "@onevision/base";
import { type ItemLayout, statistics, type VideoSampling } from "@onevision/core";
import type { Terminal } from "../terminal.ts";
import { type FittedColumn, fittedTable, leftOutNote } from "./fitted-table.ts";
import { printable } from "./left-out.ts";
import { samplingNote } from "./sampling.ts";
import { soundNotes } from "./sound.ts";
import { wrap } from "./wrap.ts";

export interface CountView {
	readonly counter: AnyCounter;
	readonly counted: readonly CountedNamed[];
	readonly sampling?: VideoSampling | undefined;
	/** Print a row per item, however many there are. */
	readonly rows: boolean;
}

/** Maximum rows printed by default. */
const FEW_ROWS = 20;
const HEAVIEST = 5;

interface Row {
	readonly name: string;
	readonly source: Size | undefined;
	readonly item: CountedItem;
}

export function renderCounts(terminal: Terminal, view: CountView): string {
	const { counter, counted } = view;
	const { bold, dim } = terminal.colors;
	const rows = counted.flatMap(({ sample, layout }) =>
		layout.items.map((item, index): Row => {
			const name = printable(sample.items[index] ?? sample.name);
			return { name, source: sample.sample.media[index], item };
		}),
	);
	const few = view.rows || rows.length <= FEW_ROWS;
	const lines = (text: string): string[] => wrap(text, terminal.columns);
	return [
		...lines(`${counter.title} ${counter.basis}`).map((line, index) =>
			index === 0 ? line.replace(counter.title, bold(counter.title)) : dim(line),
		),
		"",
		...(few ? itemTable(terminal, counter, rows, rows.length > 1) : summary(terminal, counter, rows)),
		"",
		...lines(contextLine(counter, counted)),
		...notesOf(view, rows).flatMap((note) => lines(`note: ${note}`).map(dim)),
		...counter.unverified.flatMap((facts) => lines(`unverified: ${facts}`).map(dim)),
	].join("\n");
}

function summary(terminal: Terminal, counter: AnyCounter, rows: readonly Row[]): string[] {
	const { dim } = terminal.colors;
	const tokens = rows.map(({ item }) => item.visualTokens);
	const ones = tokens.map(() => 1);
	const { p50, p95, max } = statistics(tokens, ones);
	const total = tokens.reduce((sum, count) => sum + count, 0);
	const names = ["p50", "p95", "largest", "total"] as const;
	const { head, body } = fittedTable(
		[{ title: `${formatInteger(rows.length)} media` }, { title: "visual tokens", align: "right" }],
		[p50, p95, max, total].map((count, index) => [names[index] ?? "", formatInteger(count)]),
		terminal.columns,
	);
	const heaviest = [...rows].sort((a, b) => b.item.visualTokens - a.item.visualTokens).slice(0, HEAVIEST);
	return [
		...head.map(dim),
		...body,
		"",
		`the ${HEAVIEST} heaviest; --rows prints all ${formatInteger(rows.length)}`,
		...itemTable(terminal, counter, heaviest, false),
	];
}

function itemTable(
	terminal: Terminal,
	counter: AnyCounter,
	rows: readonly Row[],
	withTotal: boolean,
): string[] {
	const { dim } = terminal.colors;
	const columns = counter.kind === "open" ? OPEN_COLUMNS : API_COLUMNS;
	const cells = rows.map(({ name, source, item: { detail } }) =>
		"wrapper" in detail ? openRow(name, detail) : apiRow(name, source, detail),
	);
	if (withTotal) {
		const sum = (pick: (item: CountedItem) => number): string =>
			formatInteger(rows.reduce((total, { item }) => total + pick(item), 0));
		const tower = ({ detail }: CountedItem): number => ("wrapper" in detail ? detail.towerTokens : 0);
		const sums = [...(counter.kind === "open" ? [sum(tower)] : []), sum((item) => item.visualTokens)];
		cells.push(["total", ...Array<string>(columns.length - 1 - sums.length).fill(""), ...sums]);
	}
	const { head, body, leftOut } = fittedTable(columns, cells, terminal.columns);
	const note = leftOutNote(leftOut, terminal.columns, "--json has all");
	return [
		...head.map(dim),
		...body,
		...note.flatMap((line) => ["", ...wrap(line, terminal.columns).map(dim)]),
	];
}

function contextLine({ contextTokens: window }: AnyCounter, counted: readonly CountedNamed[]): string {
	const largest = Math.max(...counted.map(({ layout }) => layout.contextTokens));
	const over = counted.filter(({ layout }) => layout.contextTokens > (window ?? Number.POSITIVE_INFINITY));
	const share =
		window === undefined
			? ", the context is not published"
			: `, ${((100 * largest) / window).toFixed(1)} % of a context of ${formatInteger(window)}`;
	const overflow =
		over.length === 0
			? ""
			: counted.length === 1
				? ": does not fit"
				: `: ${formatInteger(over.length)} of ${formatInteger(counted.length)} do not fit`;
	return `${counted.length > 1 ? "the largest" : "in all"}, with markers around media: ${formatInteger(largest)} tokens${share}${overflow}`;
}

function notesOf({ counter, sampling }: CountView, rows: readonly Row[]): string[] {
	const hasVideo = rows.some(({ item: { detail } }) => detail.kind === "video");
	const sampled = hasVideo ? [samplingNote(sampling, String(counter.settings.parity))] : [];
	const ofItems = rows.flatMap(({ item: { detail } }) => itemNotes(detail));
	const notes = [...new Set(ofItems)];
	// Notes that differ only in their numbers per clip: print one of them.
	return [...sampled, ...notes.slice(0, HEAVIEST), ...more(notes.length - HEAVIEST)];
}

function more(count: number): string[] {
	return count > 0 ? [`${formatInteger(count)} more of this kind (--json has all)`] : [];
}

const right = (title: string, spare?: number): FittedColumn =>
	spare === undefined ? { title, align: "right" } : { title, align: "right", spare };
const OPEN_COLUMNS = [
	{ title: "media" },
	right("size", 1),
	right("canvas", 5),
	right("tiles", 4),
	right("frames"),
	right("grid", 3),
	right("newlines", 6),
	right("tower\ntokens", 2),
	right("visual\ntokens"),
];
const API_COLUMNS = [
	{ title: "media" },
	right("size", 2),
	right("resized", 3),
	right("frames"),
	right("basis", 1),
	right("visual\ntokens"),
];

function openRow(name: string, item: ItemLayout): string[] {
	const { tileGrid, cappedGrid, source, canvas } = item;
	const tiled = item.parts.overview > 0;
	return [
		name,
		size(source),
		size(canvas),
		tiled ? `${tileGrid.rows}x${tileGrid.cols}+1` : "1",
		item.kind === "video" ? formatInteger(item.frames) : "",
		`${cappedGrid.rows}x${cappedGrid.cols}`,
		item.parts.newlines === 0 ? "" : formatInteger(item.parts.newlines),
		formatInteger(item.towerTokens),
		tokens(item),
	];
}

function apiRow(name: string, source: Size | undefined, item: ApiItemCount): string[] {
	return [
		name,
		source === undefined ? "" : size(source),
		size(item.resized),
		item.kind === "video" ? formatInteger(item.frames) : "",
		item.exactness,
		tokens(item),
	];
}

function size({ width, height }: Size): string {
	return `${width}x${height}`;
}

function tokens({ range, visualTokens }: ItemLayout | ApiItemCount): string {
	return range === undefined
		? formatInteger(visualTokens)
		: `${formatInteger(range.min)}-${formatInteger(range.max)}`;
}

function itemNotes(item: ItemLayout | ApiItemCount): readonly string[] {
	const range = item.range === undefined ? [] : [`a range, not a count: ${item.range.why}`];
	if (!("wrapper" in item)) {
		const { documentedCeiling, billedTokens } = item;
		return [
			...range,
			...soundNotes(item),
			...(documentedCeiling === undefined
				? []
				: [`documented is only a ceiling of ${formatInteger(documentedCeiling)} tokens an item`]),
			...(billedTokens === undefined
				? []
				: [`billed are ${formatInteger(billedTokens)} tokens an item, whatever it takes of the context`]),
		];
	}
	const text =
		item.wrapper.text.length > 0 && item.wrapper.textTokens === undefined
			? [
					"text between frames (timestamps) is estimated without a tokenizer (--tokenizer counts it); visual tokens are exact",
				]
			: [];
	return [...(item.notes ?? []), ...range, ...text];
}
