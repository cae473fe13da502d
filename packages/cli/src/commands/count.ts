/** `onevision count`: token counts of media under one model. */

import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import {
	type Counter,
	createCounterFrom,
	type ItemLayout,
	OnevisionError,
	type SampleLayout,
} from "@onevision/core";
import { readLines } from "../input/lines.ts";
import { countLine } from "../input/sample-line.ts";
import { type GivenMedia, givenSamples, type NamedSample } from "../input/samples.ts";
import { parseSettings } from "../input/settings.ts";
import { EXIT } from "../main.ts";
import { whole } from "../render/numbers.ts";
import { table } from "../render/table.ts";
import type { Terminal } from "../terminal.ts";

export interface CountOptions extends GivenMedia {
	readonly model: string;
	readonly set: readonly string[];
	readonly parity?: string;
	readonly jsonl?: string;
	readonly json?: boolean;
}

export async function countMedia(
	terminal: Terminal,
	paths: readonly string[],
	options: CountOptions,
): Promise<number> {
	const counter = createCounterFrom(options.model, {
		...parseSettings(options.set),
		...(options.parity === undefined ? {} : { parity: options.parity }),
	});
	if (options.jsonl !== undefined) return countLines(terminal, counter, options.jsonl);
	const samples = await givenSamples(terminal, paths, options);
	const { counted, failed } = countEach(counter, samples);
	if (options.json) {
		const { checkpoint, settings } = counter;
		const result = {
			model: checkpoint.title,
			parity: settings.parity,
			settings: settings.values,
			samples: counted.map(({ sample, layout }) => ({ id: sample.name, ...layout })),
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
	readonly layout: SampleLayout;
}

function countEach(counter: Counter, samples: readonly NamedSample[]) {
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

function renderCounts(terminal: Terminal, counter: Counter, counted: readonly Counted[]): string {
	const { bold, dim } = terminal.colors;
	const { checkpoint, settings } = counter;
	const rows = counted.flatMap(({ sample, layout }) =>
		layout.items.map((item, index) => itemRow(sample.items[index] ?? sample.name, item)),
	);
	const columns = [
		{ title: "media" },
		{ title: "size", align: "right" },
		{ title: "canvas", align: "right" },
		{ title: "tiles", align: "right" },
		{ title: "frames", align: "right" },
		{ title: "grid", align: "right" },
		{ title: "newlines", align: "right" },
		{ title: "tower tokens", align: "right" },
		{ title: "visual tokens", align: "right" },
	] as const;
	const sum = (pick: (layout: SampleLayout) => number): number =>
		counted.reduce((total, { layout }) => total + pick(layout), 0);
	if (rows.length > 1) {
		const total = [whole(sum((l) => l.towerTokens)), whole(sum((l) => l.visualTokens))];
		rows.push(["total", "", "", "", "", "", "", ...total]);
	}
	const [head = "", ...body] = table(columns, rows);
	const notes = [...new Set(counted.flatMap(({ layout }) => layout.items.flatMap(itemNotes)))];
	const window = checkpoint.contextTokens;
	const largest = Math.max(...counted.map(({ layout }) => layout.contextTokens));
	return [
		`${bold(checkpoint.title)} ${dim(`as ${settings.parity} counts it`)}`,
		"",
		dim(head),
		...body,
		"",
		`${counted.length > 1 ? "the largest" : "in all"}, with markers around media: ${whole(largest)} tokens, ${((100 * largest) / window).toFixed(1)} % of a context of ${whole(window)}`,
		...notes.map((note) => dim(`note: ${note}`)),
	].join("\n");
}

function itemRow(name: string, item: ItemLayout): string[] {
	const { tileGrid, cappedGrid, source, canvas } = item;
	const tiled = item.parts.overview > 0;
	return [
		name,
		`${source.width}x${source.height}`,
		`${canvas.width}x${canvas.height}`,
		tiled ? `${tileGrid.rows}x${tileGrid.cols}+1` : "1",
		item.kind === "video" ? whole(item.frames) : "",
		`${cappedGrid.rows}x${cappedGrid.cols}`,
		item.parts.newlines === 0 ? "" : whole(item.parts.newlines),
		whole(item.towerTokens),
		item.range === undefined ? whole(item.visualTokens) : `${whole(item.range.min)}-${whole(item.range.max)}`,
	];
}

function itemNotes(item: ItemLayout): readonly string[] {
	const range = item.range === undefined ? [] : [`a range, not a count: ${item.range.why}`];
	const text =
		item.around.text.length > 0
			? ["text between frames (timestamps) is estimated without a tokenizer; visual tokens are exact"]
			: [];
	return [...(item.notes ?? []), ...range, ...text];
}

/** JSON Lines in, JSON Lines out, in order; a bad line becomes an error line and the rest goes on. */
async function countLines(terminal: Terminal, counter: Counter, file: string): Promise<number> {
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
