/**
 * Frames chosen by what they cost to encode: an encoder spends bits where the picture changes, and the sizes of all
 * packets are known before any is decoded. So a fixed number of frames goes where something happens, and a still scene
 * gets few. The formula, and what it gains, are in docs/bit-cost.md.
 */

import { OnevisionError } from "@onevision/base";
import { sampleUniform } from "@onevision/core";
import type { FrameIndex } from "./frame-index.ts";

export interface BitCostOptions {
	/**
	 * Share of the frames spread evenly whatever the packets say, 0 to 1, so that what stands still for long is seen too.
	 * Default a third: then nothing that lasts three times the even distance goes unseen.
	 */
	readonly evenShare?: number;
	/** Least distance of two chosen frames, in frames; default a quarter of the even distance. */
	readonly minSpacing?: number;
}

type Frames = Pick<FrameIndex, "frames">;

const DEFAULT_EVEN_SHARE = 1 / 3;
/** Default spacing over the even distance. */
const SPACING_SHARE = 0.25;
/** Frames on each side whose median stands for a key frame's own change. */
const NEIGHBOURS = 4;
/** Frames over which costs are averaged: about one group of a P-frame and its B-frames, which weigh very unlike. */
const SMOOTHED = 5;
/** Share of the frames, by cost, that count as no change: headers, noise, the least an encoder spends. */
const STILL_QUANTILE = 0.1;
/** Below 1: bits grow faster than what is seen; a picture all new costs hundreds of times a slight motion. */
const EXPONENT = 0.7;

/**
 * What each frame changes, in bytes. A key frame's size says what is in it, not what is new. In its place comes the
 * median of the frames around it, or what its size differs from the key frame before, if that is more: another scene
 * has pictures of another size. A key frame sooner than the encoder's longest distance was put there because
 * everything changed, and counts whole. Where all frames are key frames, the differences of their sizes count.
 */
export function changeCosts({ frames }: Frames): number[] {
	const keys = frames.flatMap(({ isKey }, frame) => (isKey ? [frame] : []));
	const bytesOf = (frame: number | undefined) => (frame === undefined ? 0 : (frames[frame]?.bytes ?? 0));
	const newBytes = (frame: number, before: number) => Math.abs(bytesOf(frame) - bytesOf(before));
	if (keys.length === frames.length) {
		return frames.map((_, frame) => (frame === 0 ? 0 : newBytes(frame, frame - 1)));
	}
	const costs = frames.map(({ bytes }) => bytes);
	const distances = keys.map((key, place) => key - (keys[place - 1] ?? key));
	const longest = distances.reduce((most, distance) => Math.max(most, distance), 0);
	for (const [place, key] of keys.entries()) {
		const before = keys[place - 1];
		const usual = median(frames, key);
		if (before === undefined) costs[key] = usual;
		else if (key - before < longest) costs[key] = bytesOf(key);
		else costs[key] = Math.max(usual, newBytes(key, before));
	}
	return costs;
}

/** Median size of the nearest frames that are no key frames. */
function median(frames: Frames["frames"], around: number): number {
	const near: number[] = [];
	for (const step of [-1, 1]) {
		let found = 0;
		for (let frame = around + step; found < NEIGHBOURS; frame += step) {
			const packet = frames[frame];
			if (packet === undefined) break;
			if (packet.isKey) continue;
			near.push(packet.bytes);
			found++;
		}
	}
	near.sort((a, b) => a - b);
	const half = near.length >> 1;
	return near.length % 2 === 1 ? (near[half] ?? 0) : ((near[half - 1] ?? 0) + (near[half] ?? 0)) / 2;
}

/**
 * The importance of each frame, summing to 1: `(1 − e)·(cost − still)^0.7/Σ + e/frames`. `cost` is the mean over five
 * frames, `still` the cost of a frame without change, `e` the even share. Capped at `1/count`: no frame is taken twice.
 */
export function frameImportance(index: Frames, count: number, evenShare = DEFAULT_EVEN_SHARE): number[] {
	const costs = smoothed(changeCosts(index));
	const still = [...costs].sort((a, b) => a - b)[Math.floor(STILL_QUANTILE * costs.length)] ?? 0;
	const weights = costs.map((cost) => Math.max(0, cost - still) ** EXPONENT);
	const sum = weights.reduce((total, weight) => total + weight, 0);
	const even = 1 / costs.length;
	const shares = weights.map((weight) =>
		sum === 0 ? even : ((1 - evenShare) * weight) / sum + evenShare * even,
	);
	return capped(shares, 1 / count);
}

/** Mean over the frames around each; at the ends the outermost counts for those beyond. */
function smoothed(costs: readonly number[]): number[] {
	const half = SMOOTHED >> 1;
	return costs.map((_, frame) => {
		let sum = 0;
		for (let near = frame - half; near <= frame + half; near++) {
			sum += costs[Math.min(Math.max(near, 0), costs.length - 1)] ?? 0;
		}
		return sum / SMOOTHED;
	});
}

/** Cuts shares down to `most` and gives the rest to the others in proportion, until none is over. */
function capped(shares: readonly number[], most: number): number[] {
	let free = shares.map((_, frame) => frame);
	let scale = 1;
	for (;;) {
		const over = free.filter((frame) => (shares[frame] ?? 0) * scale > most);
		if (over.length === 0 || over.length === free.length) break;
		const full = new Set(over);
		free = free.filter((frame) => !full.has(frame));
		const left = 1 - most * (shares.length - free.length);
		scale = left / free.reduce((total, frame) => total + (shares[frame] ?? 0), 0);
	}
	const isFree = new Set(free);
	return shares.map((share, frame) => (isFree.has(frame) ? share * scale : most));
}

/**
 * `count` frames at the quantiles (k + ½)/count of cumulative importance, at least `minSpacing` apart; every frame of a
 * video that has no more. Ascending and deterministic. Throws `invalid-input` when so many do not fit so far apart.
 */
export function sampleByBitCost(index: Frames, count: number, options: BitCostOptions = {}): number[] {
	const total = index.frames.length;
	if (count >= total) return sampleUniform(total, total);
	const { evenShare, minSpacing = Math.max(1, Math.floor((SPACING_SHARE * total) / count)) } = options;
	if ((count - 1) * minSpacing >= total) {
		const most = Math.floor((total - 1) / minSpacing) + 1;
		const what = `only ${most} of ${total} frames lie ${minSpacing} apart`;
		throw new OnevisionError(
			"invalid-input",
			`minSpacing ${minSpacing}: ${what}, got ${count}; lower one of them`,
		);
	}
	return spread(quantiles(frameImportance(index, count, evenShare), count), minSpacing, total);
}

/** The frames at which the sum of the shares passes (k + ½)/count. */
function quantiles(shares: readonly number[], count: number): number[] {
	const chosen: number[] = [];
	let sum = 0;
	for (const [frame, share] of shares.entries()) {
		sum += share;
		while (chosen.length < count && sum * count > chosen.length + 0.5) chosen.push(frame);
	}
	// Sums in float64 can end a hair below 1.
	while (chosen.length < count) chosen.push(shares.length - 1);
	return chosen;
}

/** Moves frames later where they are too close, then earlier where that went past the end. */
function spread(chosen: readonly number[], spacing: number, total: number): number[] {
	const moved = [...chosen];
	for (let place = 1; place < moved.length; place++) {
		moved[place] = Math.max(moved[place] ?? 0, (moved[place - 1] ?? 0) + spacing);
	}
	let next = total - 1 + spacing;
	for (let place = moved.length - 1; place >= 0; place--) {
		next = Math.min(moved[place] ?? 0, next - spacing);
		moved[place] = next;
	}
	return moved;
}
