/** The header of a file that may be an image or a video. */

import { type ImageHeader, readImageOf } from "./image/image.ts";
import { type ByteSource, type Reading, readFromSource } from "./reading.ts";
import { sniff } from "./sniff.ts";
import { readVideoHeader, type VideoHeader, type VideoHeaderOptions } from "./video/header.ts";

export type MediaHeader = ImageHeader | VideoHeader;

/** Reads whatever the first bytes say it is; `undefined` when they are of no format read here. Throws as its two halves do. */
export async function readMediaHeader(
	source: ByteSource,
	options: VideoHeaderOptions = {},
): Promise<MediaHeader | undefined> {
	const found = await readFromSource(readImageOrKind(source.size, options), source);
	return found === "video" ? readVideoHeader(source, options) : found;
}

/** An image's header in the same reads that tell what the file is. */
function* readImageOrKind(
	fileSize: number,
	options: VideoHeaderOptions,
): Reading<ImageHeader | "video" | undefined> {
	const sniffed = yield* sniff(fileSize);
	if (sniffed?.kind !== "image") return sniffed?.kind;
	return yield* readImageOf(sniffed.format, fileSize, options);
}
