/**
 * Lists the frames of a video from its packets, without decoding: which frames there are, when each is displayed, and
 * how many bytes it takes. A frame's number is its position in display order, counted as every reference decoder
 * does: from 0, without packets outside an edit list.
 */

import { OnevisionError } from "@onevision/base";
import { MAX_FRAMES } from "@onevision/core";
import { unreadable } from "../reading.ts";
import { rateOver } from "./count-packets.ts";

/** Seconds per tick, as a fraction. */
export interface TimeBase {
	readonly numerator: number;
	readonly denominator: number;
}

/** A packet as the demuxer returns it; times in ticks of the track's time base. */
export interface RawPacket {
	/** Presentation time; absent in AVI, whose packets have an order but no times. */
	readonly pts?: number | undefined;
	readonly dts?: number | undefined;
	/** Byte offset in the file; absent if the demuxer does not report it. */
	readonly position?: number | undefined;
	readonly bytes: number;
	/** Ticks; 0 if the file does not say. */
	readonly duration: number;
	/** Whether decoding can start here. */
	readonly isKey: boolean;
	/**
	 * False for packets that never produce a frame: cut off by an edit list (though later frames may depend on them),
	 * or without an image.
	 */
	readonly isShown: boolean;
}

export interface VideoPacket extends RawPacket {
	/** Position in the file, from 0: decoding order. */
	readonly order: number;
	/** Seconds on the track's clock, which may start anywhere. Without a `pts`, frame number times tick. */
	readonly seconds: number;
	/** Seconds until the next frame; for the last frame, its duration in the file. 0 if unknown. */
	readonly durationSeconds: number;
}

export interface FrameIndex {
	readonly timeBase: TimeBase;
	/** Frames in display order: `frames[i]` is frame i. */
	readonly frames: readonly VideoPacket[];
	/** All packets in file order, including those that are not displayed. */
	readonly packets: readonly VideoPacket[];
	/** Whether packets have timestamps. If not (AVI with B-frames), frame i is the i-th frame the decoder outputs. */
	readonly isTimed: boolean;
	/** Mean frames per second; absent if the file gives no durations. */
	readonly fps?: number;
	/** Seconds from the first frame to the end of the last; absent when unknown. */
	readonly durationSeconds?: number;
}

/**
 * Numbers the frames of one track. Uses `statedFps`, the rate the file states, if the frames agree with it, because
 * MKV rounds times to milliseconds. Throws `unreadable-file` if there are no frames, `over-limit` above core's
 * `MAX_FRAMES`.
 */
export function frameIndexOf(listed: readonly RawPacket[], timeBase: TimeBase, statedFps = 0): FrameIndex {
	assertCount(listed.length);
	const raw = withoutEmptyPackets(listed);
	const shown = raw.map((_, order) => order).filter((order) => raw[order]?.isShown);
	if (shown.length === 0) throw unreadable("has no frames");
	const isTimed = shown.every((order) => raw[order]?.pts !== undefined);
	// Equal times keep file order, as in a decoder's queue.
	if (isTimed) shown.sort((a, b) => (raw[a]?.pts ?? 0) - (raw[b]?.pts ?? 0));
	const secondsPerTick = timeBase.numerator / timeBase.denominator;
	// Without timestamps, frames come out at the rate at which packets go in.
	const secondsOf = ({ pts }: RawPacket, place: number) =>
		(isTimed && pts !== undefined ? pts : (raw[place]?.dts ?? place)) * secondsPerTick;
	const packets: VideoPacket[] = raw.map((packet, order) => ({
		...packet,
		order,
		seconds: secondsOf(packet, order),
		durationSeconds: packet.duration * secondsPerTick,
	}));
	const frames = shown.map((order, frame): VideoPacket => {
		const packet = at(packets, order);
		const seconds = secondsOf(packet, frame);
		const next = shown[frame + 1];
		const end = next === undefined ? seconds + packet.durationSeconds : secondsOf(at(raw, next), frame + 1);
		return { ...packet, seconds, durationSeconds: end - seconds };
	});
	const [first, last] = [at(frames, 0), at(frames, frames.length - 1)];
	// If the file does not say, the last frame lasts as long as the others.
	const span = last.seconds - first.seconds;
	const lasts = last.durationSeconds > 0 ? last.durationSeconds : span / Math.max(1, frames.length - 1);
	return { timeBase, frames, packets, isTimed, ...meanRate(frames.length, span + lasts, statedFps) };
}

/**
 * Hides packets that no decoder turns into a frame: empty packets, packets before the first key packet, and packets
 * stored after it but displayed before it, whose other reference was cut off (open GOPs). FFmpeg gives some of the
 * last kind no timestamp at all.
 */
export function withoutEmptyPackets(packets: readonly RawPacket[]): readonly RawPacket[] {
	const [first, second = packets.length] = packets.flatMap(({ isKey, bytes }, order) =>
		isKey && bytes > 0 ? [order] : [],
	);
	const isInFirstGroup = (order: number) => first !== undefined && order > first && order < second;
	const start = first === undefined ? undefined : packets[first]?.pts;
	const isTimed = packets.every(({ pts }, order) => pts !== undefined || isInFirstGroup(order));
	const isEmpty = ({ pts = Number.NEGATIVE_INFINITY, bytes }: RawPacket, order: number) => {
		if (bytes === 0 || (first !== undefined && order < first)) return true;
		return isInFirstGroup(order) && isTimed && start !== undefined && pts < start;
	};
	return packets.map((packet, order) =>
		packet.isShown && isEmpty(packet, order) ? { ...packet, isShown: false } : packet,
	);
}

/** Rate of `frames` over `seconds`: `statedFps` if the frames agree with it, otherwise their mean. */
export function meanRate(
	frames: number,
	seconds: number,
	statedFps: number,
): Pick<FrameIndex, "fps" | "durationSeconds"> {
	const isBorneOut = statedFps > 0 && Math.abs(statedFps * seconds - frames) < 0.5;
	if (isBorneOut) return { fps: statedFps, durationSeconds: frames / statedFps };
	const { fps, durationSeconds } = rateOver(frames, seconds, true);
	return { ...(fps !== undefined && { fps }), ...(durationSeconds !== undefined && { durationSeconds }) };
}

/** Throws `over-limit` for more packets than a 24-hour video has frames. */
export function assertCount(packets: number): void {
	if (packets <= MAX_FRAMES) return;
	throw new OnevisionError("over-limit", `has more than ${MAX_FRAMES} packets; cut it into parts`);
}

function at<T>(list: readonly T[], index: number): T {
	const item = list[index];
	if (item === undefined) throw new Error(`internal: no item ${index} of ${list.length}`);
	return item;
}
