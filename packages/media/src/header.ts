/** Reads the header of a file that may be an image or a video. */

import { type ImageHeader, readImageOf } from "./image/image.ts";
import { type ByteSource, type Reading, readFromSource } from "./reading.ts";
import { sniff } from "./sniff.ts";
import { readVideoHeader, type VideoHeader, type VideoHeaderOptions } from "./video/header.ts";

export type MediaHeader = ImageHeader | VideoHeader;

/**
 * Reads the format that the first bytes indicate; `undefined` if it is not supported. Throws as the image and video
 * readers do.
 */
export async function readMediaHeader(
	source: ByteSource,
	options: VideoHeaderOptions = {},
): Promise<MediaHeader | undefined> {
	const found = await readFromSource(readImageOrKind(source.size, options), source);
	return found === "video" ? readVideoHeader(source, options) : found;
}

/** Reads an image's header in the same reads that detect the format. */
function* readImageOrKind(
	fileSize: number,
	options: VideoHeaderOptions,
): Reading<ImageHeader | "video" | undefined> {
	const sniffed = yield* sniff(fileSize);
	if (sniffed?.kind !== "image") return sniffed?.kind;
	return yield* readImageOf(sniffed.format, fileSize, options);
}

/** EXIF orientation of an image as stored, 1 if there is none. Videos have a rotation instead. */
export function storedOrientation(header: MediaHeader): number {
	return header.kind === "image" ? (header.appliedOrientation ?? header.orientation) : 1;
}
