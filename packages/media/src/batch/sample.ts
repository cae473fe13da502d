/** Lays out one sample from its files' headers, on the main thread, before anything is decoded. */

import { OnevisionError } from "@onevision/base";
import type { Counter, ItemLayout } from "@onevision/core";
import { readHeader } from "../file.ts";
import type { MediaHeader } from "../header.ts";
import { mediaItemOf } from "../samples.ts";
import { assertHeld, type DecodeOptions, turnsOf, withNames } from "./files.ts";

/** A sample as its headers describe it. A video is laid out by the thread that lists its frames. */
export type LaidOutSample =
	| { readonly kind: "images"; readonly files: readonly string[]; readonly layouts: readonly ItemLayout[] }
	| { readonly kind: "video"; readonly files: readonly [string] };

/**
 * Lays out one sample: the images of a conversation, or one video. Throws as `readHeader` and counting do, for a
 * video mixed with other media, and for more pixels than may be held at a time; messages start with the paths.
 */
export async function layOutSample(
	files: readonly string[],
	counter: Counter,
	decode: DecodeOptions,
): Promise<LaidOutSample> {
	try {
		const [file] = files;
		if (file === undefined) throw new OnevisionError("invalid-input", "a sample without files; leave it out");
		const headers: MediaHeader[] = [];
		for (const path of files) headers.push(await readHeader(path, turnsOf(decode)));
		const video = headers.findIndex(({ kind }) => kind === "video");
		if (video !== -1 && files.length > 1) {
			throw new OnevisionError(
				"unsupported",
				`${files[video]}: a video is a sample of its own; leave out the others`,
			);
		}
		if (video === -1) assertHeld(imagePixels(headers), `${files.length} images together`);
		// Rejects a video here if the family takes none.
		const { items } = counter.count({ media: headers.map(mediaItemOf) });
		return video === -1 ? { kind: "images", files, layouts: items } : { kind: "video", files: [file] };
	} catch (error) {
		throw withNames(files, error);
	}
}

/** Pixels of the images; those of a video are known only once its frames are chosen. */
function imagePixels(headers: readonly MediaHeader[]): number {
	return headers.reduce((sum, { kind, width, height }) => sum + (kind === "image" ? width * height : 0), 0);
}
