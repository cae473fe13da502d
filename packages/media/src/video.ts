/**
 * Size, frames, rate and rotation of a video without decoding it. MP4, MOV, MKV and WebM are read by mediabunny,
 * AVI by avi.ts. Frames are counted as decoders hand them out: unrotated, those before the start of an edit left out.
 */

import { assertMedia, OnevisionError } from "@onevision/core";
import {
	EncodedPacketSink,
	Input,
	type InputVideoTrack,
	Logging,
	LogLevel,
	MATROSKA,
	MP4,
	QTFF,
	WEBM,
} from "mediabunny";
import { readAvi } from "./avi.ts";
import { guardedSource } from "./guarded-source.ts";
import { assertSides, type HeaderOptions } from "./image/image.ts";
import { nearestRate } from "./rate.ts";
import { type ByteSource, blobSource, bytesSource, readFromSource, unreadable } from "./reading.ts";
import { screenSampleTables } from "./screen.ts";
import { type Sniffed, sniff, VIDEO_FORMATS, type VideoFormat } from "./sniff.ts";

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
	/** False when `frames` was reckoned from a duration and a rate rather than counted. */
	readonly framesExact: boolean;
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

/** Relative errors of a rate: a duration stored in whole nanoseconds at up to 250 frames per second; sums in float64. */
const STORED_DURATION_TOLERANCE = 2.5e-7;
const FLOAT_TOLERANCE = 1e-11;
/** A duration this close to whole ticks, in ticks, is whole. */
const TICK_TOLERANCE = 1e-4;

type Facts = Omit<VideoHeader, "kind" | "format">;

const DEFAULT_MAX_COUNT_BYTES = 64 * 1024 * 1024;
/** Most bytes read to screen sample tables: those of a day of film at 120 frames per second fit. */
const MAX_SCREEN_BYTES = 256 * 1024 * 1024;
/** Packets between two looks at the byte budget and the signal. */
const PACKETS_PER_CHECK = 4096;
/** Timestamps within this of zero, seconds, count as zero: half a tick of the finest usual clock, 90 kHz. */
const START_TOLERANCE = 1 / 180_000;

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
	if (options.applyOrientation !== true) return header;
	const { width, height } = header;
	return {
		...header,
		width: isTurned ? height : width,
		height: isTurned ? width : height,
		rotation: 0,
	};
}

function toSource(source: Uint8Array | Blob | ByteSource): ByteSource {
	if (source instanceof Uint8Array) return bytesSource(source);
	return source instanceof Blob ? blobSource(source) : source;
}

function videoFormat(sniffed: Sniffed | undefined): VideoFormat {
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
	if (format === "avi") return readAviFacts(source);
	const isListed = format === "mp4" || format === "mov";
	if (isListed) await readFromSource(screenSampleTables(source.size), source, MAX_SCREEN_BYTES);
	return readTrackFacts(source, isListed, options);
}

async function readAviFacts(source: ByteSource): Promise<Facts> {
	const { fps, ...stream } = await readFromSource(readAvi(source.size), source);
	if (fps <= 0) return { ...stream, rotation: 0 };
	return { ...stream, fps, durationSeconds: stream.frames / fps, rotation: 0 };
}

async function readTrackFacts(
	source: ByteSource,
	isListed: boolean,
	options: VideoHeaderOptions,
): Promise<Facts> {
	// mediabunny writes notes on odd files to the console, which belongs to the program that calls us.
	Logging.level = LogLevel.Silent;
	const input = new Input({
		formats: [MP4, QTFF, MATROSKA, WEBM],
		source: guardedSource(source),
	});
	try {
		options.signal?.throwIfAborted();
		const [track] = await input.getVideoTracks();
		if (track === undefined) throw unreadable("has no video track");
		const size = {
			width: await track.getCodedWidth(),
			height: await track.getCodedHeight(),
		};
		const rotation = await track.getRotation();
		const shown = await countShown(track, source.size, isListed, options);
		return { ...size, rotation, ...(await framesAndRate(track, shown)) };
	} catch (error) {
		options.signal?.throwIfAborted();
		if (error instanceof OnevisionError) throw error;
		const reason = error instanceof Error ? error.message : String(error);
		throw unreadable(
			`cannot be read as a video (${reason.split("\n")[0]}); the file is damaged or of an unknown kind`,
		);
	} finally {
		input.dispose();
	}
}

/** What a walk over a track's packets gives; times in seconds on the track's clock. */
interface Shown {
	readonly frames: number;
	readonly start: number;
	/** Start of the last frame and what the file says it lasts, 0 where it does not say. */
	readonly last: number;
	readonly lastDuration: number;
	/** Shortest and longest frame but the last. */
	readonly shortest: number;
	readonly longest: number;
	/** Whether the whole track was gone through; if not, `last` is the start of the first frame not counted. */
	readonly isAll: boolean;
}

/**
 * Counts packets without their data. Those before time 0 stand before the start of an edit: decoders use them as
 * references and do not hand them out. Only a track's first edit is known to mediabunny. `isListed`: the container
 * lists its frames, so that all can be counted without going through the file.
 */
async function countShown(
	track: InputVideoTrack,
	fileSize: number,
	isListed: boolean,
	{ maxCountBytes = DEFAULT_MAX_COUNT_BYTES, signal }: VideoHeaderOptions,
): Promise<Shown> {
	let [packets, packetBytes, frames] = [0, 0, 0];
	let [start, last, lastDuration] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
	let [shortest, longest] = [Number.POSITIVE_INFINITY, 0];
	const sink = new EncodedPacketSink(track);
	const options = { metadataOnly: true };
	// One by one: the sink's own iterator keeps a second's worth of packets in an array it shifts from.
	let packet = await sink.getFirstPacket(options);
	for (; packet !== null; packet = await sink.getNextPacket(packet, options)) {
		packets++;
		packetBytes += packet.byteLength;
		// A forged sample table can list billions of frames in a few bytes.
		if (packetBytes > fileSize || packets > fileSize) {
			throw unreadable("lists frames beyond its end; the file is cut short or damaged");
		}
		if (packets % PACKETS_PER_CHECK === 0) {
			// Packets come without a pause; timers, and so the time limit, need one.
			await new Promise((resolve) => setTimeout(resolve, 0));
			signal?.throwIfAborted();
		}
		const { timestamp, duration } = packet;
		// At a key frame all frames shown before it have been counted, B-frames included.
		if (!isListed && packetBytes > maxCountBytes && frames > 0 && packet.type === "key") {
			return { frames, start, last: timestamp, lastDuration, shortest, longest, isAll: false };
		}
		if (timestamp < -START_TOLERANCE) continue;
		frames++;
		start = Math.min(start, timestamp);
		const isLast = timestamp > last;
		const other = isLast ? lastDuration : duration;
		if (isLast) [last, lastDuration] = [timestamp, duration];
		if (frames > 1) [shortest, longest] = [Math.min(shortest, other), Math.max(longest, other)];
	}
	return { frames, start, last, lastDuration, shortest, longest, isAll: true };
}

/** Frames and rate from a walk over the packets, reckoned beyond its end from the file's duration. */
async function framesAndRate(
	track: InputVideoTrack,
	shown: Shown,
): Promise<Pick<Facts, "frames" | "framesExact" | "fps" | "durationSeconds">> {
	const { frames, start, last, isAll } = shown;
	const tick = 1 / (await track.getTimeResolution());
	const fps = isAll ? rateOf(shown, tick) : nearestRate(frames / (last - start), tick / (last - start));
	if (isAll) return { frames, framesExact: true, ...(fps && { fps, durationSeconds: frames / fps }) };
	const end = (await track.getDurationFromMetadata()) ?? 0;
	if (end <= last || fps === undefined || !(fps > 0 && Number.isFinite(fps))) {
		throw new OnevisionError(
			"over-limit",
			"gives no duration and is too large to count; raise maxCountBytes",
		);
	}
	const reckoned = Math.round((end - start) * fps);
	return { frames: reckoned, framesExact: false, fps, durationSeconds: reckoned / fps };
}

/** Frames per second; `undefined` for a lone frame of unknown duration. */
function rateOf(shown: Shown, tick: number): number | undefined {
	const { frames, start, last, lastDuration, shortest, longest } = shown;
	// MKV and WebM round times to a tick, usually 1 ms; the last frame alone has the unrounded duration.
	const ticks = lastDuration / tick;
	const isSteady =
		frames > 1 &&
		Math.abs(ticks - Math.round(ticks)) > TICK_TOLERANCE &&
		shortest > lastDuration - tick &&
		longest < lastDuration + tick &&
		Math.abs(last - start - (frames - 1) * lastDuration) <= tick;
	if (isSteady) return nearestRate(1 / lastDuration, STORED_DURATION_TOLERANCE);
	const meanDuration = frames > 1 ? (last - start) / (frames - 1) : 0;
	const span = last - start + (lastDuration > 0 ? lastDuration : meanDuration);
	return span > 0 ? nearestRate(frames / span, FLOAT_TOLERANCE) : undefined;
}
