/**
 * Chooses frames by their encoding cost. An encoder spends bits where the image changes, and packet sizes are known
 * before anything is decoded. A fixed number of frames therefore goes where something happens, and a still scene gets
 * few. docs/bit-cost.md has the formula and what it gains.
 */

import { OnevisionError } from "@onevision/base";
import { sampleUniform } from "@onevision/core";
import type { FrameIndex } from "./frame-index.ts";

export interface BitCostOptions {
	/**
	 * Share of the importance spread evenly over all frames, 0 to 1, so that long still stretches are sampled too.
	 * Default 1/3: nothing that lasts three times the uniform spacing is missed.
	 */
	readonly evenShare?: number;
	/** Minimum distance between two chosen frames, in frames. Default: a quarter of the uniform spacing. */
	readonly minSpacing?: number;
}

type Frames = Pick<FrameIndex, "frames">;

const DEFAULT_EVEN_SHARE = 1 / 3;
/** Default minimum spacing, as a share of the uniform spacing. */
const SPACING_SHARE = 0.25;
/** Neighbors on each side whose median stands in for a key frame's own change. */
const NEIGHBORS = 4;
/** Frames averaged over: about one P-frame with its B-frames, whose sizes differ a lot. */
const SMOOTHED = 5;
/** Quantile of the costs that counts as "no change": headers, noise, the minimum an encoder spends. */
const STILL_QUANTILE = 0.1;
/** Below 1, because bits grow faster than visible change: an all-new image costs hundreds of times a slight motion. */
const EXPONENT = 0.7;

/**
 * Change in each frame, in bytes. A key frame's size measures its content, not its change, so it is replaced by the
 * median of its neighbors, or by its size difference from the previous key frame if that is larger (a new scene has
 * images of another size). A key frame that comes before the encoder's maximum interval was inserted because
 * everything changed, so it counts in full. If every frame is a key frame, costs are the differences between
 * consecutive sizes.
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

/** Median size of the nearest frames that are not key frames. */
function median(frames: Frames["frames"], around: number): number {
	const near: number[] = [];
	for (const step of [-1, 1]) {
		let found = 0;
		for (let frame = around + step; found < NEIGHBORS; frame += step) {
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
 * frames, `still` the cost of a frame without change, `e` the even share. Capped at `1/count`, so that no frame is
 * chosen twice.
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

/** Moving average; the ends are padded with the outermost value. */
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

/** Caps shares at `most` and redistributes the excess in proportion, until none exceeds the cap. */
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
 * `count` frames at the quantiles (k + ½)/count of cumulative importance, at least `minSpacing` apart, or every frame
 * if the video has no more than `count`. Ascending and deterministic. Throws `invalid-input` when `count` frames do
 * not fit at that spacing.
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

/** The frames at which cumulative importance passes (k + ½)/count. */
function quantiles(shares: readonly number[], count: number): number[] {
	const chosen: number[] = [];
	let sum = 0;
	for (const [frame, share] of shares.entries()) {
		sum += share;
		while (chosen.length < count && sum * count > chosen.length + 0.5) chosen.push(frame);
	}
	// Float64 rounding can leave the total slightly below 1.
	while (chosen.length < count) chosen.push(shares.length - 1);
	return chosen;
}

/** Moves frames later where they are too close, then earlier where that overran the end. */
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
