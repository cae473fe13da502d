/**
 * The frames of a video from its packets, nothing decoded: which there are, when each is shown, and what it weighs.
 * A frame's number is its place in the order of display, as every reference decoder counts: from 0, packets outside an
 * edit list left out.
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

/** A packet as a demuxer hands it out; times in ticks of the track's time base. */
export interface RawPacket {
	/** When it is shown; absent in AVI, whose packets have a place but no time. */
	readonly pts?: number | undefined;
	readonly dts?: number | undefined;
	/** Byte of the file at which it starts; absent where the demuxer does not say. */
	readonly position?: number | undefined;
	readonly bytes: number;
	/** Ticks; 0 when the file does not say. */
	readonly duration: number;
	/** Whether decoding can start here. */
	readonly isKey: boolean;
	/** False for what is never handed out: cut off by an edit list (though later frames may need it), or no picture. */
	readonly isShown: boolean;
}

export interface VideoPacket extends RawPacket {
	/** Place in the file, from 0: the order of decoding. */
	readonly order: number;
	/** Seconds on the track's clock, which may start anywhere; without a `pts`, frame number times tick. */
	readonly seconds: number;
	/** Seconds until the next frame, of the last one what the file says it lasts; 0 when unknown. */
	readonly durationSeconds: number;
}

export interface FrameIndex {
	readonly timeBase: TimeBase;
	/** Frames in the order of display: `frames[i]` is frame i. */
	readonly frames: readonly VideoPacket[];
	/** All packets in the order of the file, those of frames that are not shown included. */
	readonly packets: readonly VideoPacket[];
	/** Whether packets have times. If not (AVI with B-frames), frame i is the i-th to leave the decoder. */
	readonly isTimed: boolean;
	/** Mean frames per second; absent when the file gives no durations. */
	readonly fps?: number;
	/** Seconds from the first frame to the end of the last; absent when unknown. */
	readonly durationSeconds?: number;
}

/**
 * Numbers the frames of one track. `statedFps`, the rate the file states, is taken where its frames bear it out: MKV
 * rounds times to milliseconds. Throws `unreadable-file` without frames, `over-limit` above core's `MAX_FRAMES`.
 */
export function frameIndexOf(listed: readonly RawPacket[], timeBase: TimeBase, statedFps = 0): FrameIndex {
	assertCount(listed.length);
	const raw = withoutEmptyPackets(listed);
	const shown = raw.map((_, order) => order).filter((order) => raw[order]?.isShown);
	if (shown.length === 0) throw unreadable("has no frames");
	const isTimed = shown.every((order) => raw[order]?.pts !== undefined);
	// The order of equal times is the file's, as in a decoder's queue.
	if (isTimed) shown.sort((a, b) => (raw[a]?.pts ?? 0) - (raw[b]?.pts ?? 0));
	const secondsPerTick = timeBase.numerator / timeBase.denominator;
	// Without times frames come out at the pace at which packets go in.
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
	// The last frame lasts as long as the others where the file does not say.
	const span = last.seconds - first.seconds;
	const lasts = last.durationSeconds > 0 ? last.durationSeconds : span / Math.max(1, frames.length - 1);
	return { timeBase, frames, packets, isTimed, ...meanRate(frames.length, span + lasts, statedFps) };
}

/**
 * Hides packets that no decoder makes a picture of: empty ones, those before the first key packet, and those after it in
 * the file but before it on the screen, whose other reference was cut off (open groups of pictures). FFmpeg gives some of
 * the last kind no time at all.
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

/** Rate of `frames` that last so many seconds together: `statedFps` where they bear it out, else their mean. */
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

/** Throws `over-limit` for more packets than a day of film has frames. */
export function assertCount(packets: number): void {
	if (packets <= MAX_FRAMES) return;
	throw new OnevisionError("over-limit", `has more than ${MAX_FRAMES} packets; cut it into parts`);
}

function at<T>(list: readonly T[], index: number): T {
	const item = list[index];
	if (item === undefined) throw new Error(`internal: no item ${index} of ${list.length}`);
	return item;
}
