/** `onevision count`: token counts of media under one model. */

import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { type ApiItemCount, type ItemLayout, OnevisionError, type Size } from "@onevision/core";
import { EXIT } from "../exit.ts";
import { type AnyCounter, type CountedSample, createAnyCounter } from "../input/any-model.ts";
import { readLines } from "../input/lines.ts";
import { countLine } from "../input/sample-line.ts";
import { type GivenMedia, givenSamples, type NamedSample } from "../input/samples.ts";
import { parseSettings } from "../input/settings.ts";
import { resolveModel } from "../input/snapshot.ts";
import { readTokenizer } from "../input/tokenizer.ts";
import { overContextLine } from "../render/context.ts";
import { whole } from "../render/numbers.ts";
import { table } from "../render/table.ts";
import type { Terminal } from "../terminal.ts";

export interface CountOptions extends GivenMedia {
	readonly model: string;
	readonly config?: string;
	readonly hub?: string;
	readonly set: readonly string[];
	readonly parity?: string;
	readonly tokenizer?: string;
	readonly jsonl?: string;
	readonly json?: boolean;
}

export async function countMedia(
	terminal: Terminal,
	paths: readonly string[],
	options: CountOptions,
): Promise<number> {
	const snapshot = await resolveModel(terminal, options);
	const settings = {
		...snapshot.settings,
		...parseSettings(options.set),
		...(options.parity === undefined ? {} : { parity: options.parity }),
	};
	const countText =
		options.tokenizer === undefined ? undefined : await readTokenizer(terminal, options.tokenizer);
	const counter = createAnyCounter(snapshot.model, settings, countText);
	if (options.jsonl !== undefined) return countLines(terminal, counter, options.jsonl);
	const samples = await givenSamples(terminal, paths, options);
	const { counted, failed } = countEach(counter, samples);
	if (options.json) {
		const { id, title, basis, settings } = counter;
		const result = {
			model: id,
			title,
			basis,
			settings,
			samples: counted.map(({ sample, layout: { items, ...sums } }) => ({
				id: sample.name,
				...sums,
				items: items.map(({ detail }) => detail),
			})),
			failed: failed.map(({ sample, error }) => ({
				id: sample.name,
				code: error.code,
				message: error.message,
			})),
		};
		await terminal.out(`${JSON.stringify(result, null, 2)}\n`);
	} else {
		if (counted.length > 0) await terminal.out(`${renderCounts(terminal, counter, counted)}\n`);
		for (const { sample, error } of failed) terminal.err(`onevision: ${sample.name}: ${error.message}\n`);
	}
	return failed.length > 0 ? EXIT.error : EXIT.done;
}

interface Counted {
	readonly sample: NamedSample;
	readonly layout: CountedSample;
}

function countEach(counter: AnyCounter, samples: readonly NamedSample[]) {
	const counted: Counted[] = [];
	const failed: { sample: NamedSample; error: OnevisionError }[] = [];
	for (const sample of samples) {
		try {
			counted.push({ sample, layout: counter.count(sample.sample) });
		} catch (error) {
			if (!(error instanceof OnevisionError)) throw error;
			failed.push({ sample, error });
		}
	}
	return { counted, failed };
}

function renderCounts(terminal: Terminal, counter: AnyCounter, counted: readonly Counted[]): string {
	const { bold, dim } = terminal.colors;
	const rows = counted.flatMap(({ sample, layout }) =>
		layout.items.map(({ detail }, index) => {
			const name = sample.items[index] ?? sample.name;
			return "around" in detail ? openRow(name, detail) : apiRow(name, sample.sample.media[index], detail);
		}),
	);
	const columns = counter.kind === "open" ? OPEN_COLUMNS : API_COLUMNS;
	const sum = (pick: (layout: CountedSample) => number): number =>
		counted.reduce((total, { layout }) => total + pick(layout), 0);
	if (rows.length > 1) {
		const totals = counter.kind === "open" ? [whole(sum((l) => l.towerTokens ?? 0))] : [];
		const sums = [...totals, whole(sum((l) => l.visualTokens))];
		rows.push(["total", ...Array<string>(columns.length - 1 - sums.length).fill(""), ...sums]);
	}
	const [head = "", ...body] = table(columns, rows);
	const notes = [
		...new Set(counted.flatMap(({ layout }) => layout.items.flatMap(({ detail }) => itemNotes(detail)))),
	];
	const largest = Math.max(...counted.map(({ layout }) => layout.contextTokens));
	const window =
		counter.contextTokens === undefined
			? ""
			: `, ${((100 * largest) / counter.contextTokens).toFixed(1)} % of a context of ${whole(counter.contextTokens)}`;
	const over = counted.flatMap(({ sample, layout }) =>
		layout.overContext === undefined
			? []
			: [
					overContextLine(
						layout.overContext,
						layout.contextTokens - layout.overContext,
						counted.length > 1 ? sample.name : undefined,
					),
				],
	);
	return [
		`${bold(counter.title)} ${dim(counter.basis)}`,
		"",
		dim(head),
		...body,
		"",
		`${counted.length > 1 ? "the largest" : "in all"}, with markers around media: ${whole(largest)} tokens${window}`,
		...over.map((line) => bold(line)),
		...notes.map((note) => dim(`note: ${note}`)),
	].join("\n");
}

const right = (title: string) => ({ title, align: "right" }) as const;
const OPEN_COLUMNS = [
	{ title: "media" },
	...["size", "canvas", "tiles", "frames", "grid", "newlines", "tower tokens", "visual tokens"].map(right),
];
const API_COLUMNS = [
	{ title: "media" },
	...["size", "resized", "frames", "basis", "visual tokens"].map(right),
];

function openRow(name: string, item: ItemLayout): string[] {
	const { tileGrid, cappedGrid, source, canvas } = item;
	const tiled = item.parts.overview > 0;
	return [
		name,
		size(source),
		size(canvas),
		tiled ? `${tileGrid.rows}x${tileGrid.cols}+1` : "1",
		item.kind === "video" ? whole(item.frames) : "",
		`${cappedGrid.rows}x${cappedGrid.cols}`,
		item.parts.newlines === 0 ? "" : whole(item.parts.newlines),
		whole(item.towerTokens),
		tokens(item),
	];
}

function apiRow(name: string, source: Size | undefined, item: ApiItemCount): string[] {
	return [
		name,
		source === undefined ? "" : size(source),
		size(item.resized),
		item.kind === "video" ? whole(item.frames) : "",
		item.exactness,
		tokens(item),
	];
}

function size({ width, height }: Size): string {
	return `${width}x${height}`;
}

function tokens({ range, visualTokens }: ItemLayout | ApiItemCount): string {
	return range === undefined ? whole(visualTokens) : `${whole(range.min)}-${whole(range.max)}`;
}

function itemNotes(item: ItemLayout | ApiItemCount): readonly string[] {
	const range = item.range === undefined ? [] : [`a range, not a count: ${item.range.why}`];
	if (!("around" in item)) {
		const { documentedCeiling, billedTokens } = item;
		return [
			...range,
			...(documentedCeiling === undefined
				? []
				: [`documented is only a ceiling of ${whole(documentedCeiling)} tokens an item`]),
			...(billedTokens === undefined
				? []
				: [`billed are ${whole(billedTokens)} tokens an item, whatever it takes of the context`]),
		];
	}
	const text =
		item.around.text.length > 0 && item.around.textTokens === undefined
			? [
					"text between frames (timestamps) is estimated without a tokenizer (--tokenizer counts it); visual tokens are exact",
				]
			: [];
	return [...(item.notes ?? []), ...range, ...text];
}

/** JSON Lines in, JSON Lines out, in order; a bad line becomes an error line and the rest goes on. */
async function countLines(terminal: Terminal, counter: AnyCounter, file: string): Promise<number> {
	const chunks = file === "-" ? terminal.input() : createReadStream(resolve(terminal.cwd, file));
	let lines = 0;
	let failed = 0;
	let pending: string[] = [];
	try {
		for await (const line of readLines(chunks)) {
			if (line.text?.trim() === "") continue;
			lines++;
			const result = countLine(counter, line);
			if ("error" in result) failed++;
			pending.push(JSON.stringify(result));
			if (pending.length < 1000) continue;
			await terminal.out(`${pending.join("\n")}\n`);
			pending = [];
			if (terminal.showsProgress) terminal.err(`${whole(lines)} lines\r`);
		}
	} catch (error) {
		if (!isFileError(error)) throw error;
		throw new OnevisionError(
			"unreadable-file",
			`--jsonl ${file}: ${error.code}; give a file that can be read, or - for standard input`,
		);
	}
	if (pending.length > 0) await terminal.out(`${pending.join("\n")}\n`);
	if (failed > 0)
		terminal.err(
			`onevision: ${failed} of ${lines} lines could not be counted; their output lines hold the reason\n`,
		);
	return failed > 0 ? EXIT.error : EXIT.done;
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
	return error instanceof Error && "code" in error && "syscall" in error;
}
