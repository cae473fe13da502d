/** `onevision fit --jsonl`: finds the max_length that a set of samples needs. */

import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { type AnyCounter, countLine, createAnyCounter } from "@onevision/api";
import { formatInteger, OnevisionError } from "@onevision/base";
import {
	type Checkpoint,
	createLengthMeter,
	type LengthMeter,
	type MaxLength,
	type SampleLength,
	type VideoSampling,
} from "@onevision/core";
import { readLines, readSampleLine } from "@onevision/media";
import { EXIT } from "../exit.ts";
import { readTokenizer } from "../input/model.ts";
import { parseNumber } from "../input/numbers.ts";
import { samplingNote } from "../render/sampling.ts";
import { table } from "../render/table.ts";
import { wrap } from "../render/wrap.ts";
import type { Terminal } from "../terminal.ts";

export interface LengthOptions {
	readonly model: string | Checkpoint;
	readonly settings: Readonly<Record<string, unknown>>;
	readonly sampling?: VideoSampling;
	/** Samples, one JSON object per line; `-` is standard input. */
	readonly file: string;
	/** A length, in tokens, for which to count the samples that exceed it. */
	readonly limit: number | undefined;
	readonly quantile?: string;
	readonly tokenizer?: string;
	readonly json?: boolean;
}

/** Reads one sample per line and reports the `max_length` they need. Bad lines are skipped, counted and named. */
export async function fitLength(terminal: Terminal, options: LengthOptions): Promise<number> {
	const { file, limit } = options;
	const quantile = options.quantile === undefined ? 1 : parseNumber("--quantile", options.quantile);
	const countText = await readTokenizer(terminal, options);
	const counter = createAnyCounter(options.model, options.settings, countText);
	const meter = createLengthMeter();
	const { lines, hasVideo } = await readInto(meter, terminal, counter, file);
	const result = meter.result(quantile);
	const over = limit === undefined ? undefined : { tokens: limit, samples: meter.longerThan(limit) };
	const named = (length: SampleLength) => ({ ...length, line: lines[length.sample] ?? 0 });
	if (options.json) {
		const ranks = { p95: named(result.p95), p99: named(result.p99), max: named(result.max) };
		const document = {
			model: counter.title,
			settings: counter.settings,
			...(hasVideo ? { videoSampling: options.sampling } : {}),
			question: "length",
			...result,
			...ranks,
			...(over === undefined ? {} : { longerThan: over }),
		};
		await terminal.out(`${JSON.stringify(document, null, 2)}\n`);
	} else {
		const sampled = hasVideo ? [samplingNote(options.sampling, String(counter.settings.parity))] : [];
		const text = renderLengths(terminal, counter, result, named, over, sampled);
		await terminal.out(`${text}\n`);
	}
	for (const { samples, example } of result.leftOut) {
		terminal.err(`onevision: ${formatInteger(samples)} left out, e.g. ${example}\n`);
	}
	return result.leftOut.length > 0 ? EXIT.error : EXIT.done;
}

/** The line number of every measured sample, and whether any sample holds a video. */
async function readInto(
	meter: LengthMeter,
	terminal: Terminal,
	counter: AnyCounter,
	file: string,
): Promise<{ readonly lines: number[]; readonly hasVideo: boolean }> {
	const measuring: AnyCounter = {
		...counter,
		count: (sample) => {
			const counted = counter.count(sample);
			const items = counted.items.flatMap(({ detail }) => ("wrapper" in detail ? [detail] : []));
			meter.add({ contextTokens: counted.contextTokens, items });
			return counted;
		},
	};
	const chunks = file === "-" ? terminal.input() : createReadStream(resolve(terminal.cwd, file));
	const measured: number[] = [];
	let hasVideo = false;
	try {
		for await (const line of readLines(chunks)) {
			if (line.text?.trim() === "") continue;
			const result = countLine(measuring, { line: line.number, ...readSampleLine(line) });
			if ("error" in result) meter.recordSkipped(result.code, `line ${result.line}: ${result.error}`);
			else {
				measured.push(line.number);
				hasVideo ||= result.items.some(({ kind }) => kind === "video");
			}
		}
	} catch (error) {
		if (!(error instanceof Error && "code" in error && "syscall" in error)) throw error;
		throw new OnevisionError(
			"unreadable-file",
			`--jsonl ${file}: ${error.code}; give a file that can be read, or - for standard input`,
		);
	}
	return { lines: measured, hasVideo };
}

function renderLengths(
	terminal: Terminal,
	counter: AnyCounter,
	result: MaxLength,
	named: (length: SampleLength) => SampleLength & { readonly line: number },
	over: { readonly tokens: number; readonly samples: number } | undefined,
	sampled: readonly string[],
): string {
	const { bold, dim } = terminal.colors;
	const lines = (text: string): string[] => wrap(text, terminal.columns);
	const ranks = (["p95", "p99", "max"] as const).map((rank) => ({ rank, length: named(result[rank]) }));
	const right = (title: string) => ({ title, align: "right" as const });
	const [head = "", ...body] = table(
		[{ title: "" }, right("tokens"), right("estimated"), right("line")],
		ranks.map(({ rank, length }) => [
			rank,
			formatInteger(length.tokens),
			length.estimatedTextTokens === 0 ? "" : formatInteger(length.estimatedTextTokens),
			formatInteger(length.line),
		]),
	);
	const window = counter.contextTokens;
	const share =
		window === undefined
			? ""
			: `, ${((100 * result.maxLength) / window).toFixed(1)} % of a context of ${formatInteger(window)}${result.maxLength > window ? ": does not fit" : ""}`;
	const estimated = ranks.some(({ length }) => length.estimatedTextTokens > 0);
	const bounded = ranks.some(({ length }) => !length.exact && length.estimatedTextTokens === 0);
	const notes = [
		...sampled,
		...(estimated
			? ["text between frames (timestamps) is estimated without a tokenizer (--tokenizer counts it)"]
			: []),
		...(bounded ? ["some lengths are the upper end of a range"] : []),
	];
	const answer = `max_length ${formatInteger(result.maxLength)} takes ${Number((100 * result.quantile).toFixed(3))} % of ${formatInteger(result.samples)} samples whole${result.over === 0 ? "" : `; ${formatInteger(result.over)} are longer`}${share}`;
	return [
		`${bold(counter.title)} ${dim(counter.basis)}`,
		"",
		dim(head),
		...body,
		"",
		...lines(answer),
		...(over === undefined
			? []
			: lines(`${formatInteger(over.samples)} samples are longer than ${formatInteger(over.tokens)} tokens`)),
		...notes.flatMap((note) => lines(`note: ${note}`).map(dim)),
		...counter.unverified.flatMap((facts) => lines(`unverified: ${facts}`).map(dim)),
	].join("\n");
}
