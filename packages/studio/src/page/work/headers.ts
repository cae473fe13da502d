/** Headers of dropped files, answered in batches, so that a thousand files neither freeze nor fill the page. */

import { OnevisionError } from "@onevision/base";
import { type ByteSource, readImageHeaderFrom } from "@onevision/media";
import type { HeaderFacts } from "../media/header.ts";
import type { HeaderAnswer } from "./protocol.ts";

/** An answer is sent after this many files, or this many ms, whichever comes first. */
const BATCH = 100;
const BATCH_MS = 150;

export async function readHeaders(
	files: readonly File[],
	send: (batch: readonly HeaderAnswer[]) => void,
): Promise<void> {
	let batch: HeaderAnswer[] = [];
	let last = performance.now();
	for (const [index, file] of files.entries()) {
		batch.push(await readOne(file, index));
		if (batch.length < BATCH && performance.now() - last < BATCH_MS) continue;
		send(batch);
		batch = [];
		last = performance.now();
	}
	if (batch.length > 0) send(batch);
}

/** Of workers alone, so not in the library of the page's types. */
declare const FileReaderSync: new () => { readAsArrayBuffer(blob: Blob): ArrayBuffer };

/** Reads at once, as only workers may: on a thread of its own there is nothing to wait for. */
function workerSource(file: File): ByteSource {
	const reader = new FileReaderSync();
	return {
		size: file.size,
		read: async (offset, length) =>
			new Uint8Array(reader.readAsArrayBuffer(file.slice(offset, offset + length))),
	};
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
		const { width, height, orientation } = await readImageHeaderFrom(workerSource(file));
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
