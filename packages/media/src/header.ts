/** Reads the header of a file that may be an image or a video. */

import { type ImageHeader, readImageOf } from "./image/image.ts";
import {
	type ByteSource,
	type Reading,
	readFromSource,
	readFromSourceSync,
	type SyncByteSource,
} from "./reading.ts";
import { sniff } from "./sniff.ts";
import { readVideoHeader, type VideoHeader, type VideoHeaderOptions } from "./video/header.ts";

export type MediaHeader = ImageHeader | VideoHeader;

interface MediaHeaderOptions extends VideoHeaderOptions {
	/** Maximum time for a video without a `signal`, ms: its frames may have to be counted. */
	readonly maxVideoMs?: number;
}

/**
 * Reads the format that the first bytes indicate; `undefined` if it is not supported. Images of a source that reads
 * synchronously take no promise. Throws as the image and video readers do, and `TimeoutError`.
 */
export function readMediaHeader(
	source: ByteSource | SyncByteSource,
	options: MediaHeaderOptions = {},
): MediaHeader | undefined | Promise<MediaHeader | undefined> {
	const reading = readImageOrKind(source.size, options);
	const finish = (
		found: ImageHeader | "video" | undefined,
	): MediaHeader | undefined | Promise<MediaHeader> => {
		if (found !== "video") return found;
		const { maxVideoMs, ...rest } = options;
		const timeout = maxVideoMs === undefined ? {} : { signal: AbortSignal.timeout(maxVideoMs) };
		return readVideoHeader(source, { ...timeout, ...rest });
	};
	return "readSync" in source
		? finish(readFromSourceSync(reading, source))
		: readFromSource(reading, source).then(finish);
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
