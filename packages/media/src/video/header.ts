/**
 * Reads the size, frame count, rate and rotation of a video without decoding it. mediabunny reads tracks of MP4, MOV,
 * MKV and WebM; avi.ts reads AVI. Frames are counted as decoders return them: unrotated, and without those outside an
 * edit.
 */

import { OnevisionError } from "@onevision/base";
import { assertMedia } from "@onevision/core";
import type { InputVideoTrack } from "mediabunny";
import { assertSides, type HeaderOptions } from "../image/image.ts";
import { type ByteSource, readFromSource, unreadable } from "../reading.ts";
import { type Sniffed, sniff, VIDEO_FORMATS, type VideoFormat } from "../sniff.ts";
import { openAviStream } from "./choose-track.ts";
import { countPackets, type Rate, rateOver } from "./count-packets.ts";
import { meanRate } from "./frame-index.ts";
import { readListedFrames } from "./iso.ts";
import { MAX_TABLE_BYTES } from "./limits.ts";
import { asUnreadable, openTrack, type TrackChoice, toSource } from "./track.ts";

/** The facts in a video's header. */
export interface VideoHeader {
	readonly kind: "video";
	readonly format: VideoFormat;
	/** px, of decoded frames: before `rotation`, with pixels taken as square. */
	readonly width: number;
	readonly height: number;
	/** Number of displayed frames. */
	readonly frames: number;
	/** Mean frames per second over the displayed frames; absent if the file gives no duration. */
	readonly fps?: number;
	/** Seconds from the first displayed frame to the end of the last; absent if unknown. */
	readonly durationSeconds?: number;
	/** Clockwise rotation still to apply for display, in degrees: 0, 90, 180 or 270. */
	readonly rotation: number;
	/** Whether the file has an audio track, of any codec; digital silence counts as one. */
	readonly hasAudio: boolean;
	/** False if `frames` was estimated from a duration and a rate instead of counted. */
	readonly framesExact: boolean;
	/**
	 * Number of video tracks in the file, cover art not counted, and the index of this one, from 0. Absent if it is the
	 * only one.
	 */
	readonly tracks?: number;
	readonly track?: number;
}

export interface VideoHeaderOptions extends HeaderOptions {
	/**
	 * Maximum bytes of frames to walk while counting, default 64 MiB. MP4, MOV and AVI list their frames. MKV and WebM
	 * do not; beyond this limit, the rest is estimated from the rate so far and the duration in the file.
	 */
	readonly maxCountBytes?: number;
	/** Aborts reading; the promise then rejects with the signal's reason. */
	readonly signal?: AbortSignal;
}

type Facts = Omit<VideoHeader, "kind" | "format">;

const DEFAULT_MAX_COUNT_BYTES = 64 * 1024 * 1024;

/**
 * Reads the header of a video. Throws `unreadable-file` for other or damaged files and files without a video track,
 * and `over-limit` for absurd sizes and frame counts. Silences mediabunny's console output.
 */
export async function readVideoHeader(
	source: Uint8Array | Blob | ByteSource,
	options: VideoHeaderOptions = {},
): Promise<VideoHeader> {
	const bytes = toSource(source);
	const format = videoFormat(await readFromSource(sniff(bytes.size), bytes));
	const facts = await readFacts(bytes, format, options);
	const header = { kind: "video", format, ...facts } as const;
	assertSides(format, header);
	assertUsable(header);
	const isTurned = header.rotation % 180 !== 0;
	if ((options.applyRotation ?? options.applyOrientation) !== true) return header;
	const { width, height } = header;
	return {
		...header,
		width: isTurned ? height : width,
		height: isTurned ? width : height,
		rotation: 0,
	};
}

/** The format of a video; throws `unreadable-file` for anything else. */
export function videoFormat(sniffed: Sniffed | undefined): VideoFormat {
	if (sniffed?.kind === "video") return sniffed.format;
	const what = sniffed === undefined ? "not a video" : `an image (${sniffed.format}), not a video`;
	throw unreadable(`is ${what}; give ${VIDEO_FORMATS.join(", ")}`);
}

function assertUsable(header: VideoHeader): void {
	try {
		assertMedia(header);
	} catch (error) {
		if (error instanceof OnevisionError) throw unreadable(`${header.format}: ${error.message}`);
		throw error;
	}
}

async function readFacts(
	source: ByteSource,
	format: VideoFormat,
	options: VideoHeaderOptions,
): Promise<Facts> {
	if (format === "avi") return readAviFacts(source, options.signal);
	return readTrackFacts(source, format, options);
}

async function readAviFacts(source: ByteSource, signal: AbortSignal | undefined): Promise<Facts> {
	const { stream, found, choice, hasAudio } = await openAviStream(source, signal);
	const { width, height, fps } = stream;
	const { frames, first, last } = found;
	const facts = { width, height, frames, rotation: 0, hasAudio, framesExact: true, ...several(choice) };
	if (frames === 0 || fps <= 0) return facts;
	return { ...facts, ...meanRate(frames, (last - first + 1) / fps, fps) };
}

function several({ tracks, place }: TrackChoice): Pick<VideoHeader, "tracks" | "track"> {
	return tracks > 1 ? { tracks, track: place } : {};
}

async function readTrackFacts(
	source: ByteSource,
	format: VideoFormat,
	options: VideoHeaderOptions,
): Promise<Facts> {
	const { track, choice, hasAudio, dispose } = await openTrack(source, options.signal);
	try {
		const size = {
			width: await track.getCodedWidth(),
			height: await track.getCodedHeight(),
		};
		const rotation = await track.getRotation();
		return {
			...size,
			rotation,
			hasAudio,
			...several(choice),
			...(await countFrames(track, source, format, options)),
		};
	} catch (error) {
		throw asUnreadable(error, options.signal);
	} finally {
		dispose();
	}
}

/** Frames and rate of a track: from its tables if the format has them, otherwise packet by packet. */
async function countFrames(
	track: InputVideoTrack,
	source: ByteSource,
	format: VideoFormat,
	options: VideoHeaderOptions,
): Promise<Rate> {
	const isIso = format === "mp4" || format === "mov";
	if (isIso) {
		const listed = await readFromSource(readListedFrames(source.size, track.id), source, MAX_TABLE_BYTES);
		if (listed !== undefined) {
			const { frames, start, end } = listed;
			return rateOver(frames, end - start, true);
		}
	}
	const maxBytes = isIso ? source.size : (options.maxCountBytes ?? DEFAULT_MAX_COUNT_BYTES);
	return countPackets(track, source.size, maxBytes, options.signal);
}
