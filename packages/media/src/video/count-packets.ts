/** Counts the frames of a track packet by packet, where no table lists them: MKV, WebM, fragmented MP4. */

import { OnevisionError } from "@onevision/base";
import { EncodedPacketSink, type InputVideoTrack } from "mediabunny";
import { unreadable } from "../reading.ts";
import { nearestRate } from "./rate.ts";

/** Frames that are shown, and how fast. */
export interface Rate {
	readonly frames: number;
	readonly framesExact: boolean;
	readonly fps?: number;
	readonly durationSeconds?: number;
}

/** Relative errors of a rate: a duration stored in whole nanoseconds at up to 250 frames per second; sums in float64. */
const STORED_DURATION_TOLERANCE = 2.5e-7;
const FLOAT_TOLERANCE = 1e-11;
/** A duration this close to whole ticks, in ticks, is whole. */
const TICK_TOLERANCE = 1e-4;

/** Packets between two pauses. */
const PACKETS_PER_CHECK = 4096;

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

/** Counts packets without their data, and stops at a key frame once `maxBytes` of frames are behind it. */
async function countShown(
	track: InputVideoTrack,
	fileSize: number,
	maxBytes: number,
	signal: AbortSignal | undefined,
): Promise<Shown> {
	let [packets, packetBytes, frames] = [0, 0, 0];
	let [start, last, lastDuration] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
	let [shortest, longest] = [Number.POSITIVE_INFINITY, 0];
	// As `withoutEmptyPackets` of frame-index.ts does for a list.
	let [keys, shownFrom] = [0, Number.NEGATIVE_INFINITY];
	const sink = new EncodedPacketSink(track);
	const options = { metadataOnly: true };
	// One by one: the sink's own iterator keeps a second's worth of packets in an array it shifts from.
	let packet = await sink.getFirstPacket(options);
	for (; packet !== null; packet = await sink.getNextPacket(packet, options)) {
		packets++;
		packetBytes += packet.byteLength;
		// Every frame takes a byte at least.
		if (packetBytes > fileSize || packets > fileSize) {
			throw unreadable("lists frames beyond its end; the file is cut short or damaged");
		}
		if (packets % PACKETS_PER_CHECK === 0) {
			// Packets come without a pause; timers, and so the time limit, need one.
			await new Promise((resolve) => setTimeout(resolve, 0));
			signal?.throwIfAborted();
		}
		const { timestamp, duration } = packet;
		if (packet.byteLength === 0) continue;
		if (packet.type === "key" && ++keys === 1) {
			// What came before the first key frame is not decoded.
			[frames, start, last, lastDuration] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
			[shortest, longest, shownFrom] = [Number.POSITIVE_INFINITY, 0, timestamp];
		}
		// At a key frame all frames shown before it have been counted, B-frames included.
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
 * Frames and rate of a track from its packets; beyond `maxBytes` of frames they are reckoned from the rate so far and
 * the duration the file gives. Throws `unreadable-file` for forged counts, `over-limit` without a duration to reckon from.
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
	// In whole ticks as the others, rounded down as FFmpeg does: all readers come to one rate.
	const lasts = lastDuration > 0 ? Math.floor(ticks + TICK_TOLERANCE) * tick : meanDuration;
	const span = last - start + lasts;
	return span > 0 ? nearestRate(frames / span, FLOAT_TOLERANCE) : undefined;
}

/** `frames` over a span of `seconds`, as a rate; only the frames when there is no span. */
export function rateOver(frames: number, seconds: number, framesExact: boolean): Rate {
	if (!(seconds > 0 && Number.isFinite(seconds))) return { frames, framesExact };
	const fps = nearestRate(frames / seconds, FLOAT_TOLERANCE);
	return { frames, framesExact, fps, durationSeconds: frames / fps };
}
