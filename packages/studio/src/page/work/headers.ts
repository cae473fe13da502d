/** Headers of dropped files. */

import { OnevisionError } from "@onevision/base";
import { type ByteSource, readImageHeaderFrom } from "@onevision/media";
import type { HeaderFacts } from "../media/header.ts";
import type { HeaderAnswer } from "./protocol.ts";

/** One answer a file, in their order. */
export async function readHeaders(files: readonly File[]): Promise<readonly HeaderAnswer[]> {
	const answers: HeaderAnswer[] = [];
	for (const file of files) answers.push(await readOne(file));
	return answers;
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

async function readOne(file: File): Promise<HeaderAnswer> {
	try {
		return { facts: await factsOf(file) };
	} catch (error) {
		if (error instanceof OnevisionError) return { message: error.message };
		return { message: `cannot be read (${error instanceof Error ? error.message : String(error)})` };
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
