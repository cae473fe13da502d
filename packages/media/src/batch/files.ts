/** Loads image files, and limits how much decoded data is held. */

import { readFile, stat } from "node:fs/promises";
import { OnevisionError } from "@onevision/base";
import type { DecodeOptions as ImageDecodeOptions } from "../decode/limits.ts";
import { decodeImage } from "../decode/node.ts";
import { withPath } from "../reading.ts";
import type { RgbImage } from "../rgb-image.ts";

export interface DecodeOptions extends ImageDecodeOptions {
	/** Rotate video frames for display as their files specify (default: the value of `applyOrientation`). */
	readonly applyRotation?: boolean;
}

/** Largest image file read, bytes. */
const MAX_FILE_BYTES = 1024 * 1024 * 1024;
/** Maximum decoded pixels held at a time: 512 frames of 1080p. */
const MAX_HELD_PIXELS = 1_100_000_000;

/**
 * Decodes an image file. Messages start with the path. Throws as `decodeImage`, and `over-limit` for absurdly large
 * files.
 */
export async function readImage(path: string, options: DecodeOptions): Promise<RgbImage> {
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

/** Header options that give the size decoding will produce. */
export function turnsOf({ applyOrientation = false, applyRotation = applyOrientation }: DecodeOptions) {
	return { applyOrientation, applyRotation };
}

/** Throws `over-limit` for more decoded pixels than may be held at a time. */
export function assertHeld(pixels: number, what: string): void {
	if (pixels <= MAX_HELD_PIXELS) return;
	throw new OnevisionError(
		"over-limit",
		`${what} are more pixels than are held at a time; take fewer at once, or of a video fewer frames (num_frames, fps)`,
	);
}

/** Adds the file names to an error from laying out or processing; reading errors already have them. */
export function withNames(files: readonly string[], error: unknown): unknown {
	if (!(error instanceof OnevisionError) || files.some((file) => error.message.includes(file))) return error;
	return new OnevisionError(error.code, `${files.join(", ")}: ${error.message}`);
}
