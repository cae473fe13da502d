/** `onevision count`: token counts of media under one model. */

import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { type AnyCounter, createAnyCounter, type NamedSample } from "@onevision/api";
import { formatInteger, OnevisionError } from "@onevision/base";
import { statistics, type VideoSampling } from "@onevision/core";
import { readLines } from "@onevision/media";
import type { LeftOut } from "@onevision/media/node";
import { EXIT } from "../exit.ts";
import { countLine } from "../input/count-line.ts";
import { type FileLoading, type LoadingCommand, loadingRuleOf, resolveLoading } from "../input/loading.ts";
import { readTokenizer, resolveModel } from "../input/model.ts";
import { modelSettings } from "../input/model-settings.ts";
import { type GivenMedia, givenSamples } from "../input/samples.ts";

import { type Counted, renderCounts } from "../render/count-text.ts";
import { missingLines } from "../render/left-out.ts";
import { samplingNote } from "../render/sampling.ts";
import type { Terminal } from "../terminal.ts";

export interface CountOptions extends GivenMedia, LoadingCommand {
	readonly model: string;
	readonly config?: string;
	readonly hub?: string;
	readonly set: readonly string[];
	readonly parity?: string;
	readonly tokenizer?: string;
	readonly jsonl?: string;
	readonly asIs?: boolean;
	readonly rows?: boolean;
	readonly json?: boolean;
}

export async function countMedia(
	terminal: Terminal,
	paths: readonly string[],
	options: CountOptions,
): Promise<number> {
	const resolved = await resolveModel(terminal, options);
	const { settings, sampling } = modelSettings(resolved, options);
	const countText = await readTokenizer(terminal, options);
	const counter = createAnyCounter(resolved.model, settings, countText);
	if (options.jsonl !== undefined) return countLines(terminal, counter, sampling, options.jsonl);
	const loading = resolveLoading(options, loadingRuleOf(counter));
	const { samples, leftOut } = await givenSamples(terminal, paths, options, loading);
	const { counted, failed } = countEach(counter, samples);
	if (options.json) {
		await terminal.out(
			`${JSON.stringify(
				report({
					counter,
					sampling,
					counted,
					failed,
					leftOut,
					...(paths.length === 0 ? {} : { loading: loading.loading }),
				}),
				null,
				2,
			)}\n`,
		);
		return failed.length > 0 ? EXIT.error : EXIT.done;
	}
	if (counted.length > 0) {
		const view = { counter, counted, sampling, rows: options.rows === true };
		await terminal.out(`${renderCounts(terminal, view)}\n`);
	}
	const missing = failed.map(({ sample, error }) => ({
		message: `${sample.name}: ${error.message}`,
		reason: error.message,
	}));
	for (const line of missingLines("onevision", missing)) terminal.err(`${line}\n`);
	return failed.length > 0 ? EXIT.error : EXIT.done;
}

interface Failed {
	readonly sample: NamedSample;
	readonly error: OnevisionError;
}

/** Everything, for machines. Token counts in tokens, sizes in px. */
function report({
	counter,
	sampling,
	counted,
	failed,
	leftOut,
	loading,
}: {
	readonly counter: AnyCounter;
	readonly sampling: VideoSampling | undefined;
	readonly counted: readonly Counted[];
	readonly failed: readonly Failed[];
	readonly leftOut: readonly LeftOut[];
	/** How files were loaded; absent if there were none. */
	readonly loading?: FileLoading["loading"];
}) {
	const { id, title, basis, settings, contextTokens, unverified } = counter;
	return {
		model: id,
		title,
		basis,
		settings,
		...(contextTokens === undefined ? {} : { contextWindowTokens: contextTokens }),
		...(sampling === undefined ? {} : { videoSampling: sampling }),
		...(loading === undefined ? {} : { loading }),
		...(unverified.length === 0 ? {} : { unverified }),
		summary: summaryOf(counted),
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
		leftOut,
	};
}

function summaryOf(counted: readonly Counted[]) {
	const tokens = counted.map(({ layout }) => layout.visualTokens);
	const total = tokens.reduce((sum, count) => sum + count, 0);
	if (tokens.length === 0) return { samples: 0 };
	const ones = tokens.map(() => 1);
	return { samples: tokens.length, visualTokens: { ...statistics(tokens, ones), total } };
}

function countEach(counter: AnyCounter, samples: readonly NamedSample[]) {
	const counted: Counted[] = [];
	const failed: Failed[] = [];
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

/** JSON Lines in, JSON Lines out, in order. A bad line becomes an error line, and counting continues. */
async function countLines(
	terminal: Terminal,
	counter: AnyCounter,
	sampling: VideoSampling | undefined,
	file: string,
): Promise<number> {
	const chunks = file === "-" ? terminal.input() : createReadStream(resolve(terminal.cwd, file));
	let lines = 0;
	let failed = 0;
	let hasVideo = false;
	let pending: string[] = [];
	try {
		for await (const line of readLines(chunks)) {
			if (line.text?.trim() === "") continue;
			lines++;
			const result = countLine(counter, line);
			if ("error" in result) failed++;
			else hasVideo ||= result.items.some(({ kind }) => kind === "video");
			pending.push(JSON.stringify(result));
			if (pending.length < 1000) continue;
			await terminal.out(`${pending.join("\n")}\n`);
			pending = [];
			if (terminal.showsProgress) terminal.err(`${formatInteger(lines)} lines\r`);
		}
	} catch (error) {
		if (!isFileError(error)) throw error;
		throw new OnevisionError(
			"unreadable-file",
			`--jsonl ${file}: ${error.code}; give a file that can be read, or - for standard input`,
		);
	}
	if (pending.length > 0) await terminal.out(`${pending.join("\n")}\n`);
	if (hasVideo) terminal.err(`note: ${samplingNote(sampling, String(counter.settings.parity))}\n`);
	if (failed > 0)
		terminal.err(
			`onevision: ${failed} of ${lines} lines could not be counted; their output lines hold the reason\n`,
		);
	return failed > 0 ? EXIT.error : EXIT.done;
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
	return error instanceof Error && "code" in error && "syscall" in error;
}
