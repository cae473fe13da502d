/** `onevision fit --jsonl`: the max_length a set of samples needs. */

import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import {
	type Checkpoint,
	createLengthMeter,
	type LengthMeter,
	type MaxLength,
	OnevisionError,
	type SampleLength,
} from "@onevision/core";
import { EXIT } from "../exit.ts";
import { type AnyCounter, createAnyCounter } from "../input/any-model.ts";
import { readLines } from "../input/lines.ts";
import { parseNumber } from "../input/numbers.ts";
import { countLine } from "../input/sample-line.ts";
import { readTokenizer } from "../input/tokenizer.ts";
import { whole } from "../render/numbers.ts";
import { table } from "../render/table.ts";
import type { Terminal } from "../terminal.ts";

export interface LengthOptions {
	readonly model: string | Checkpoint;
	readonly settings: Readonly<Record<string, unknown>>;
	/** Samples, one JSON object a line; `-` is standard input. */
	readonly file: string;
	/** Length whose overruns are counted too, tokens. */
	readonly limit: number | undefined;
	readonly quantile?: string;
	readonly tokenizer?: string;
	readonly json?: boolean;
}

/** Reads samples one a line and says what `max_length` they need. Bad lines are left out, counted and named. */
export async function fitLength(terminal: Terminal, options: LengthOptions): Promise<number> {
	const { file, limit } = options;
	const quantile = options.quantile === undefined ? 1 : parseNumber("--quantile", options.quantile);
	const countText =
		options.tokenizer === undefined ? undefined : await readTokenizer(terminal, options.tokenizer);
	const counter = createAnyCounter(options.model, options.settings, countText);
	const meter = createLengthMeter();
	const lines = await readInto(meter, terminal, counter, file);
	const result = meter.result(quantile);
	const over = limit === undefined ? undefined : { tokens: limit, samples: meter.longerThan(limit) };
	const named = (length: SampleLength) => ({ ...length, line: lines[length.sample] ?? 0 });
	if (options.json) {
		const ranks = { p95: named(result.p95), p99: named(result.p99), max: named(result.max) };
		const document = {
			model: counter.title,
			settings: counter.settings,
			question: "length",
			...result,
			...ranks,
			...(over === undefined ? {} : { longerThan: over }),
		};
		await terminal.out(`${JSON.stringify(document, null, 2)}\n`);
	} else {
		await terminal.out(`${renderLengths(terminal, counter, result, named, over)}\n`);
	}
	for (const { samples, example } of result.leftOut) {
		terminal.err(`onevision: ${whole(samples)} left out, e.g. ${example}\n`);
	}
	return result.leftOut.length > 0 ? EXIT.error : EXIT.done;
}

/** The line number of every sample that was measured. */
async function readInto(
	meter: LengthMeter,
	terminal: Terminal,
	counter: AnyCounter,
	file: string,
): Promise<number[]> {
	const measuring: AnyCounter = {
		...counter,
		count: (sample) => {
			const counted = counter.count(sample);
			const items = counted.items.flatMap(({ detail }) => ("around" in detail ? [detail] : []));
			meter.add({ contextTokens: counted.contextTokens, items });
			return counted;
		},
	};
	const chunks = file === "-" ? terminal.input() : createReadStream(resolve(terminal.cwd, file));
	const measured: number[] = [];
	try {
		for await (const line of readLines(chunks)) {
			if (line.text?.trim() === "") continue;
			const result = countLine(measuring, line);
			if ("error" in result) meter.leaveOut(result.code, `line ${result.line}: ${result.error}`);
			else measured.push(line.number);
		}
	} catch (error) {
		if (!(error instanceof Error && "code" in error && "syscall" in error)) throw error;
		throw new OnevisionError(
			"unreadable-file",
			`--jsonl ${file}: ${error.code}; give a file that can be read, or - for standard input`,
		);
	}
	return measured;
}

function renderLengths(
	terminal: Terminal,
	counter: AnyCounter,
	result: MaxLength,
	named: (length: SampleLength) => SampleLength & { readonly line: number },
	over: { readonly tokens: number; readonly samples: number } | undefined,
): string {
	const { bold, dim } = terminal.colors;
	const ranks = (["p95", "p99", "max"] as const).map((rank) => ({ rank, length: named(result[rank]) }));
	const right = (title: string) => ({ title, align: "right" as const });
	const [head = "", ...body] = table(
		[{ title: "" }, right("tokens"), right("estimated"), right("line")],
		ranks.map(({ rank, length }) => [
			rank,
			whole(length.tokens),
			length.estimatedTextTokens === 0 ? "" : whole(length.estimatedTextTokens),
			whole(length.line),
		]),
	);
	const window = counter.contextTokens;
	const share =
		window === undefined
			? ""
			: `, ${((100 * result.maxLength) / window).toFixed(1)} % of a context of ${whole(window)}`;
	const estimated = ranks.some(({ length }) => length.estimatedTextTokens > 0);
	const bounded = ranks.some(({ length }) => !length.exact && length.estimatedTextTokens === 0);
	return [
		`${bold(counter.title)} ${dim(counter.basis)}`,
		"",
		dim(head),
		...body,
		"",
		`max_length ${whole(result.maxLength)} takes ${Number((100 * result.quantile).toFixed(3))} % of ${whole(result.samples)} samples whole${result.over === 0 ? "" : `; ${whole(result.over)} are longer`}${share}`,
		...(over === undefined
			? []
			: [`${whole(over.samples)} samples are longer than ${whole(over.tokens)} tokens`]),
		...(estimated
			? [
					dim(
						"note: text between frames (timestamps) is estimated without a tokenizer (--tokenizer counts it)",
					),
				]
			: []),
		...(bounded ? [dim("note: some lengths are the upper end of a range")] : []),
	].join("\n");
}
