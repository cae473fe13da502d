/** Counts the frames of a track packet by packet, for formats without a sample table: MKV, WebM, fragmented MP4. */

import { OnevisionError } from "@onevision/base";
import { EncodedPacketSink, type InputVideoTrack } from "mediabunny";
import { unreadable } from "../reading.ts";
import { nearestRate } from "./rate.ts";

/** Number of displayed frames, and their rate. */
export interface Rate {
	readonly frames: number;
	readonly framesExact: boolean;
	readonly fps?: number;
	readonly durationSeconds?: number;
}

/**
 * Relative error of a rate: durations are stored in whole nanoseconds at up to 250 frames per second, and summed in
 * float64.
 */
const STORED_DURATION_TOLERANCE = 2.5e-7;
const FLOAT_TOLERANCE = 1e-11;
/** A duration within this many ticks of a whole number counts as whole. */
const TICK_TOLERANCE = 1e-4;

/** Packets between two pauses. */
const PACKETS_PER_CHECK = 4096;

/** Result of walking a track's packets; times in seconds on the track's clock. */
interface Shown {
	readonly frames: number;
	readonly start: number;
	/** Start of the last frame, and its duration according to the file; 0 if the file does not say. */
	readonly last: number;
	readonly lastDuration: number;
	/** Shortest and longest duration among all frames but the last. */
	readonly shortest: number;
	readonly longest: number;
	/** Whether the whole track was walked. If not, `last` is the start of the first frame not counted. */
	readonly isAll: boolean;
}

/** Counts packets without reading their data; stops at a key frame once it has passed `maxBytes` of frames. */
async function countShown(
	track: InputVideoTrack,
	fileSize: number,
	maxBytes: number,
	signal: AbortSignal | undefined,
): Promise<Shown> {
	let [packets, packetBytes, frames] = [0, 0, 0];
	let [start, last, lastDuration] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
	let [shortest, longest] = [Number.POSITIVE_INFINITY, 0];
	// Same rule as `withoutEmptyPackets` in frame-index.ts, which works on a list.
	let [keys, shownFrom] = [0, Number.NEGATIVE_INFINITY];
	const sink = new EncodedPacketSink(track);
	const options = { metadataOnly: true };
	// One packet at a time: the sink's own iterator buffers a second of packets in an array and shifts from it.
	let packet = await sink.getFirstPacket(options);
	for (; packet !== null; packet = await sink.getNextPacket(packet, options)) {
		packets++;
		packetBytes += packet.byteLength;
		// Every frame takes at least one byte.
		if (packetBytes > fileSize || packets > fileSize) {
			throw unreadable("lists frames beyond its end; the file is cut short or damaged");
		}
		if (packets % PACKETS_PER_CHECK === 0) {
			// Packets arrive without yielding to the event loop; timers, and so the time limit, need a pause.
			await new Promise((resolve) => setTimeout(resolve, 0));
			signal?.throwIfAborted();
		}
		const { timestamp, duration } = packet;
		if (packet.byteLength === 0) continue;
		if (packet.type === "key" && ++keys === 1) {
			// Nothing before the first key frame is decoded.
			[frames, start, last, lastDuration] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
			[shortest, longest, shownFrom] = [Number.POSITIVE_INFINITY, 0, timestamp];
		}
		// At a key frame, every frame displayed before it has been counted, B-frames included.
		if (packetBytes > maxBytes && frames > 0 && packet.type === "key") {
			return { frames, start, last: timestamp, lastDuration, shortest, longest, isAll: false };
		}
		if (keys === 1 && timestamp < shownFrom) continue;
		frames++;
		start = Math.min(start, timestamp);
		const isLast = timestamp > last;
		const other = isLast ? lastDuration : duration;
		if (isLast) [last, lastDuration] = [timestamp, duration];
		if (frames > 1) [shortest, longest] = [Math.min(shortest, other), Math.max(longest, other)];
	}
	return { frames, start, last, lastDuration, shortest, longest, isAll: true };
}

/**
 * Frames and rate of a track from its packets. Beyond `maxBytes` of frames, estimates the rest from the rate so far
 * and the duration in the file. Throws `unreadable-file` for forged counts, and `over-limit` when there is no
 * duration to estimate from.
 */
export async function countPackets(
	track: InputVideoTrack,
	fileSize: number,
	maxBytes: number,
	signal: AbortSignal | undefined,
): Promise<Rate> {
	const shown = await countShown(track, fileSize, maxBytes, signal);
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
	// MKV and WebM round times to a tick, usually 1 ms; only the last frame's duration is unrounded.
	const ticks = lastDuration / tick;
	const isSteady =
		frames > 1 &&
		Math.abs(ticks - Math.round(ticks)) > TICK_TOLERANCE &&
		shortest > lastDuration - tick &&
		longest < lastDuration + tick &&
		Math.abs(last - start - (frames - 1) * lastDuration) <= tick;
	if (isSteady) return nearestRate(1 / lastDuration, STORED_DURATION_TOLERANCE);
	const meanDuration = frames > 1 ? (last - start) / (frames - 1) : 0;
	// In whole ticks like the other durations, rounded down as in FFmpeg, so that all readers agree on the rate.
	const lasts = lastDuration > 0 ? Math.floor(ticks + TICK_TOLERANCE) * tick : meanDuration;
	const span = last - start + lasts;
	return span > 0 ? nearestRate(frames / span, FLOAT_TOLERANCE) : undefined;
}

/** Rate of `frames` over `seconds`; without a span, only the frame count. */
export function rateOver(frames: number, seconds: number, framesExact: boolean): Rate {
	if (!(seconds > 0 && Number.isFinite(seconds))) return { frames, framesExact };
	const fps = nearestRate(frames / seconds, FLOAT_TOLERANCE);
	return { frames, framesExact, fps, durationSeconds: frames / fps };
}
