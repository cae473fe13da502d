/**
 * Lists the frames of a video without a decoder, on any platform. mediabunny reads MP4, MOV, MKV and WebM, packet
 * headers only. That is enough to choose frames, by bit cost too. AVI needs FFmpeg: use `openVideo`.
 */

import { OnevisionError } from "@onevision/base";
import { type ByteSource, readFromSource } from "../reading.ts";
import { sniff } from "../sniff.ts";
import type { FrameIndex } from "./frame-index.ts";
import { readVideoHeader, videoFormat } from "./header.ts";
import { asUnreadable, openTrack, toSource } from "./track.ts";
import { indexOf, mayHaveEdits } from "./track-index.ts";

/**
 * Lists the frames of a video. Throws `unreadable-file` for damaged and other files, `over-limit` for absurd ones,
 * `unsupported` for AVI, and the signal's reason if aborted.
 */
export async function readFrameIndex(
	source: Uint8Array | Blob | ByteSource,
	options: { readonly signal?: AbortSignal } = {},
): Promise<FrameIndex> {
	const bytes = toSource(source);
	const format = videoFormat(await readFromSource(sniff(bytes.size), bytes));
	if (format === "avi") {
		const what = "AVI lists no times; openVideo reads it with FFmpeg";
		throw new OnevisionError("unsupported", `frames of an AVI are not listed without a decoder: ${what}`);
	}
	const { frames, fps } = await readVideoHeader(bytes, { ...options, maxCountBytes: bytes.size });
	const { track, dispose } = await openTrack(bytes, options.signal);
	try {
		const hasEdits = await mayHaveEdits(bytes, format);
		return await indexOf(track, { frames, fps, hasEdits, fileSize: bytes.size }, options.signal);
	} catch (error) {
		throw asUnreadable(error, options.signal);
	} finally {
		dispose();
	}
}
