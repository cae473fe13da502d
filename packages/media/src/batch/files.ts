/** Image files as pictures, and how much may be held of them. */

import { readFile, stat } from "node:fs/promises";
import { OnevisionError } from "@onevision/base";
import type { DecodeOptions as ImageDecodeOptions } from "../decode/limits.ts";
import { decodeImage } from "../decode/node.ts";
import { withPath } from "../reading.ts";
import type { RgbImage } from "../rgb-image.ts";

export interface DecodeOptions extends ImageDecodeOptions {
	/** Turn the frames of videos as their files ask for display (default: as `applyOrientation`). */
	readonly applyRotation?: boolean;
}

/** Largest image file read, bytes. */
const MAX_FILE_BYTES = 1024 * 1024 * 1024;
/** Most pixels that are held decoded at a time: 512 frames of 1080p. */
const MAX_HELD_PIXELS = 1_100_000_000;

/** Decodes an image file. Messages start with the path. Throws as `decodeImage`, and `over-limit` for absurd files. */
export async function readPicture(path: string, options: DecodeOptions): Promise<RgbImage> {
	try {
		const { size } = await stat(path);
		if (size > MAX_FILE_BYTES) {
			throw new OnevisionError("over-limit", `is ${size} bytes; images of up to 1 GiB are read`);
		}
		return await decodeImage(await readFile(path), options);
	} catch (error) {
		throw withPath(path, error);
	}
}

/** What reading a header needs to know to give the size that decoding will. */
export function turnsOf({ applyOrientation = false, applyRotation = applyOrientation }: DecodeOptions) {
	return { applyOrientation, applyRotation };
}

/** Throws `over-limit` for more decoded pixels than are held at a time. */
export function assertHeld(pixels: number, what: string): void {
	if (pixels <= MAX_HELD_PIXELS) return;
	throw new OnevisionError(
		"over-limit",
		`${what} are more pixels than are held at a time; take fewer at once, or of a video fewer frames (num_frames, fps)`,
	);
}

/** An error of laying out or processing says which files it is about, as those of reading do. */
export function withNames(files: readonly string[], error: unknown): unknown {
	if (!(error instanceof OnevisionError) || files.some((file) => error.message.includes(file))) return error;
	return new OnevisionError(error.code, `${files.join(", ")}: ${error.message}`);
}
