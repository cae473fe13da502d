/** The header of a file that may be an image or a video. */

import { type ImageHeader, readImageHeaderFrom } from "./image/image.ts";
import { type ByteSource, readFromSource } from "./reading.ts";
import { sniff } from "./sniff.ts";
import { readVideoHeader, type VideoHeader, type VideoHeaderOptions } from "./video.ts";

export type MediaHeader = ImageHeader | VideoHeader;

/** Reads whatever the first bytes say it is; `undefined` when they are of no format read here. Throws as its two halves do. */
export async function readMediaHeader(
	source: ByteSource,
	options: VideoHeaderOptions = {},
): Promise<MediaHeader | undefined> {
	const sniffed = await readFromSource(sniff(source.size), source);
	if (sniffed === undefined) return undefined;
	return sniffed.kind === "image" ? readImageHeaderFrom(source, options) : readVideoHeader(source, options);
}
