/** Headers of dropped files: a few at a time, in batches, so that a thousand files neither freeze nor fill the page. */

import { OnevisionError } from "@onevision/base";
import { blobSource, readImageHeaderFrom } from "@onevision/media";
import type { HeaderFacts } from "../media/header.ts";
import type { HeaderAnswer } from "./protocol.ts";

/** Files read at the same time: a browser answers each read after a while, and answers many together. */
const LANES = 8;
/** An answer is sent after this many files, or this many ms, whichever comes first. */
const BATCH = 100;
const BATCH_MS = 150;

export async function readHeaders(
	files: readonly File[],
	send: (batch: readonly HeaderAnswer[]) => void,
): Promise<void> {
	let next = 0;
	let batch: HeaderAnswer[] = [];
	let last = performance.now();
	const flush = (): void => {
		if (batch.length > 0) send(batch);
		batch = [];
		last = performance.now();
	};
	const lane = async (): Promise<void> => {
		for (let index = next++; index < files.length; index = next++) {
			const file = files[index];
			if (file === undefined) continue;
			batch.push(await readOne(file, index));
			if (batch.length >= BATCH || performance.now() - last > BATCH_MS) flush();
		}
	};
	await Promise.all(Array.from({ length: LANES }, lane));
	flush();
}

async function readOne(file: File, index: number): Promise<HeaderAnswer> {
	try {
		return { index, facts: await factsOf(file) };
	} catch (error) {
		if (error instanceof OnevisionError) return { index, message: error.message };
		return { index, message: `cannot be read (${error instanceof Error ? error.message : String(error)})` };
	}
}

/** Only files that are no images load the video reader. */
async function factsOf(file: File): Promise<HeaderFacts> {
	try {
		const { width, height, orientation } = await readImageHeaderFrom(blobSource(file));
		return { kind: "image", width, height, turned: orientation >= 5 };
	} catch (error) {
		if (!(error instanceof OnevisionError) || !/^is (a video|not an image)/.test(error.message)) throw error;
		if (error.message.startsWith("is not an image")) {
			throw new OnevisionError(
				"unreadable-file",
				"is neither an image nor a video; give JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, HEIC, MP4, MOV, MKV, WebM or AVI",
			);
		}
		const { readClipFacts } = await import("./clips.ts");
		return readClipFacts(file);
	}
}
