/**
 * Size, frames, rate and rotation of a video without decoding it. Tracks of MP4, MOV, MKV and WebM are read by mediabunny,
 * AVI by avi.ts. Frames are counted as decoders hand them out: unrotated, those outside an edit left out.
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
	/** px, of decoded frames: before `rotation`, pixels taken as square. */
	readonly width: number;
	readonly height: number;
	/** Frames that are shown. */
	readonly frames: number;
	/** Mean frames per second over the shown frames; absent when the file gives no duration. */
	readonly fps?: number;
	/** Seconds from the first shown frame to the end of the last; absent when unknown. */
	readonly durationSeconds?: number;
	/** Degrees clockwise still to be turned for display: 0, 90, 180 or 270. */
	readonly rotation: number;
	/** Whether the file has a sound track, of any codec; digital silence counts as one. */
	readonly hasAudio: boolean;
	/** False when `frames` was reckoned from a duration and a rate rather than counted. */
	readonly framesExact: boolean;
	/** Video tracks of the file, cover pictures not counted, and which of them this is, from 0; absent when it is alone. */
	readonly tracks?: number;
	readonly track?: number;
}

export interface VideoHeaderOptions extends HeaderOptions {
	/**
	 * Most bytes of frames gone through to count them, default 64 MiB. MP4, MOV and AVI list their frames; MKV and
	 * WebM do not, and beyond this theirs are reckoned from the rate so far and the duration the file gives.
	 */
	readonly maxCountBytes?: number;
	/** Stops the reading; the promise then rejects with the signal's reason. */
	readonly signal?: AbortSignal;
}

type Facts = Omit<VideoHeader, "kind" | "format">;

const DEFAULT_MAX_COUNT_BYTES = 64 * 1024 * 1024;

/**
 * Reads the header of a video. Throws `unreadable-file` for other or damaged files, files without a
 * video track; `over-limit` for absurd sizes and frame counts. Silences mediabunny's console output.
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

/** Frames and rate of a track: from its tables where the format has them, else packet by packet. */
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
