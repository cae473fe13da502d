/** The images and frames of a batch by number, loaded on demand. */

import type { VideoItem } from "@onevision/core";
import type { RgbImage } from "../rgb-image.ts";
import { openVideo } from "../video/open.ts";
import type { Video } from "../video/video.ts";
import { type DecodeOptions, readImage } from "./files.ts";

/** A clip and the frames wanted from it, ascending. */
export interface ClipFrames {
	readonly path: string;
	readonly item: VideoItem;
	readonly wanted: readonly number[];
}

/** Images in number order. Requesting an earlier one than the last is a bug in the caller. */
export interface ImageSource {
	get(number: number): Promise<RgbImage>;
	close(): Promise<void>;
}

export function imageFiles(paths: readonly string[], decode: DecodeOptions): ImageSource {
	return {
		get: (number) => readImage(paths[number] ?? "", decode),
		close: async () => undefined,
	};
}

/** Frames of clips, with one clip open at a time. */
export function clipFrames(clips: readonly ClipFrames[], decode: DecodeOptions): ImageSource {
	const frames = framesOf(clips, decode);
	let next = 0;
	let last: RgbImage | undefined;
	return {
		get: async (number) => {
			for (; next <= number; next++) {
				const step = await frames.next();
				if (step.done) throw new Error(`internal: frame ${number} of a batch that has ${next}`);
				last = step.value;
			}
			if (last === undefined || number !== next - 1)
				throw new Error(`internal: frame ${number} after ${next - 1}`);
			return last;
		},
		close: async () => {
			await frames.return();
		},
	};
}

async function* framesOf(
	clips: readonly ClipFrames[],
	{ applyOrientation = false, applyRotation = applyOrientation }: DecodeOptions,
): AsyncGenerator<RgbImage, void> {
	for (const { path, wanted } of clips) {
		const video: Video = await openVideo(path);
		try {
			for await (const { image } of video.frames(wanted, {
				rotation: applyRotation ? "apply" : "ignore",
			})) {
				yield image;
			}
		} finally {
			await video.close();
		}
	}
}
