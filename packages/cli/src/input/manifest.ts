/** A manifest of samples: JSON Lines that say which images and videos make one sample, as `count --jsonl` reads them. */

import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { OnevisionError } from "@onevision/base";
import { assertMedia, type Sample } from "@onevision/core";
import type { Terminal } from "../terminal.ts";
import { readLines } from "./lines.ts";
import { parseSampleLine } from "./sample-line.ts";

/** Most samples a plan reads; a larger set is profiled first. */
const MAX_SAMPLES = 1_000_000;
/** Bad lines told one by one. */
const NAMED_LINES = 5;

/** Whether a path given as media is a manifest: by its name, since folders may hold anything. */
export function isManifest(path: string): boolean {
	return /\.(jsonl|ndjson)$/i.test(path);
}

/** Samples of a manifest. A line that cannot be read is left out with its reason. Throws when none can. */
export async function readManifest(terminal: Terminal, path: string): Promise<Sample[]> {
	const samples: Sample[] = [];
	let bad = 0;
	let first: string | undefined;
	try {
		for await (const line of readLines(createReadStream(resolve(terminal.cwd, path)))) {
			if (line.text?.trim() === "") continue;
			try {
				const sample = parseSampleLine(line);
				for (const item of sample.media) assertMedia(item);
				samples.push(sample);
			} catch (error) {
				if (!(error instanceof OnevisionError)) throw error;
				bad++;
				first ??= error.message;
				if (bad <= NAMED_LINES) terminal.err(`left out: ${path} line ${line.number}: ${error.message}\n`);
			}
			if (samples.length > MAX_SAMPLES) {
				throw new OnevisionError(
					"over-limit",
					`${path}: over ${MAX_SAMPLES} samples; plan on a random part of the lines`,
				);
			}
		}
	} catch (error) {
		if (error instanceof OnevisionError) throw error;
		const { code } = error as NodeJS.ErrnoException;
		throw new OnevisionError(
			"unreadable-file",
			`${path}: ${code === "ENOENT" ? "no such file" : code === "EISDIR" ? "is a folder" : (error as Error).message}`,
		);
	}
	if (bad > NAMED_LINES) terminal.err(`left out: ${bad - NAMED_LINES} more lines\n`);
	if (samples.length > 0) return samples;
	throw new OnevisionError(
		"invalid-input",
		`${path}: no samples${first === undefined ? "" : ` (${first})`}; give one JSON object a line: {"media":[{"kind":"image","width":640,"height":480}]}`,
	);
}
