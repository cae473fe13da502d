/** `onevision count`: token counts of media under one model. */

import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import {
	type AnyCounter,
	countJson,
	countLine,
	countSamples,
	createAnyCounter,
	modelSettings,
} from "@onevision/api";
import { formatInteger, OnevisionError } from "@onevision/base";
import type { VideoSampling } from "@onevision/core";
import { type AskedLoading, loadingOf, readLines, readSampleLine, resolveLoading } from "@onevision/media";
import { EXIT } from "../exit.ts";
import { readTokenizer, resolveModel } from "../input/model.ts";
import { type GivenMedia, givenSamples } from "../input/samples.ts";
import { askedSettings } from "../input/settings.ts";
import { renderCounts } from "../render/count-text.ts";
import { missingLines } from "../render/left-out.ts";
import { samplingNote } from "../render/sampling.ts";
import type { Terminal } from "../terminal.ts";

export interface CountOptions extends GivenMedia, AskedLoading {
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
	const { settings, sampling } = modelSettings(resolved.model, askedSettings(options), resolved.settings);
	const countText = await readTokenizer(terminal, options);
	const counter = createAnyCounter(resolved.model, settings, countText);
	if (options.jsonl !== undefined) return countLines(terminal, counter, sampling, options.jsonl);
	const loading = resolveLoading(options, counter.parity && loadingOf(counter.parity));
	const { samples, leftOut } = await givenSamples(terminal, paths, options, loading);
	const { counted, failed } = countSamples(counter, samples);
	if (options.json) {
		const loaded = paths.length === 0 ? {} : { loading: loading.loading };
		await terminal.out(
			`${JSON.stringify(countJson({ counter, sampling, counted, failed, leftOut, ...loaded }), null, 2)}\n`,
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
			const result = countLine(counter, { line: line.number, ...readSampleLine(line) });
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
	if (hasVideo) terminal.notes.push(`note: ${samplingNote(sampling, String(counter.settings.parity))}`);
	if (failed > 0)
		terminal.err(
			`onevision: ${failed} of ${lines} lines could not be counted; their output lines hold the reason\n`,
		);
	return failed > 0 ? EXIT.error : EXIT.done;
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
	return error instanceof Error && "code" in error && "syscall" in error;
}
