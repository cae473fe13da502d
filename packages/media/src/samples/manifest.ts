/** A manifest of samples: JSON Lines that list, by size, the images and videos of each sample. */

import { createReadStream } from "node:fs";
import { OnevisionError } from "@onevision/base";
import { assertMedia, type Sample } from "@onevision/core";
import { readLines } from "./lines.ts";
import { readSampleLine } from "./sample-line.ts";

/** Maximum samples of a manifest read into memory. */
const MAX_SAMPLES = 1_000_000;
/** Number of bad lines whose reasons are kept. */
const MAX_REASONS = 5;

export interface Manifest {
	readonly samples: readonly Sample[];
	/** The first bad lines and their reasons. */
	readonly badLines: readonly { readonly line: number; readonly reason: string }[];
	/** Total number of bad lines. */
	readonly bad: number;
}

/** Whether a path given as media is a manifest, judged by its name, since folders may hold anything. */
export function isManifest(path: string): boolean {
	return /\.(jsonl|ndjson)$/i.test(path);
}

/**
 * Reads the samples of a manifest; a bad line is skipped and reported. `label` is the file's name in messages. Throws
 * `unreadable-file`, `over-limit`, and `invalid-input` if there is no sample at all.
 */
export async function readManifest(path: string, label = path): Promise<Manifest> {
	const samples: Sample[] = [];
	const badLines: { readonly line: number; readonly reason: string }[] = [];
	let bad = 0;
	try {
		for await (const line of readLines(createReadStream(path))) {
			if (line.text?.trim() === "") continue;
			const sample = checked(readSampleLine(line).sample);
			if (sample instanceof OnevisionError) {
				bad++;
				if (bad <= MAX_REASONS) badLines.push({ line: line.number, reason: sample.message });
				continue;
			}
			samples.push(sample);
			if (samples.length > MAX_SAMPLES) {
				throw new OnevisionError(
					"over-limit",
					`${label}: over ${MAX_SAMPLES} samples; plan on a random part of the lines`,
				);
			}
		}
	} catch (error) {
		if (error instanceof OnevisionError) throw error;
		const { code } = error as NodeJS.ErrnoException;
		throw new OnevisionError(
			"unreadable-file",
			`${label}: ${code === "ENOENT" ? "no such file" : code === "EISDIR" ? "is a folder" : (error as Error).message}`,
		);
	}
	if (samples.length > 0) return { samples, badLines, bad };
	const [first] = badLines;
	throw new OnevisionError(
		"invalid-input",
		`${label}: no samples${first === undefined ? "" : ` (line ${first.line}: ${first.reason})`}; give one JSON object a line, media by size: {"media":[{"kind":"image","width":640,"height":480}]}`,
	);
}

function checked(sample: Sample | OnevisionError): Sample | OnevisionError {
	if (sample instanceof OnevisionError) return sample;
	try {
		for (const item of sample.media) assertMedia(item);
		return sample;
	} catch (error) {
		if (error instanceof OnevisionError) return error;
		throw error;
	}
}
