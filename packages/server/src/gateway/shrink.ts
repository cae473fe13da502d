/**
 * The largest media with which a request fits a number of visual tokens. Every medium gets the same cap: those below it
 * stay as they are; the others become the largest that is under it and counted, an image scaled in its own aspect ratio,
 * as `fit` has it, a video with fewer frames of its whole length.
 */

import type { AnyCounter } from "@onevision/api";
import { OnevisionError } from "@onevision/base";
import type { ImageItem, MediaItem, VideoItem } from "@onevision/core";
import { MAX_THINNED_FRAMES, thinnedItem } from "@onevision/media/node";

/** Sizes counted per medium, at most and at least, and of all together; finer ones are tried around the best. */
const MAX_SIZES = 512;
const MIN_SIZES = 16;
const ALL_SIZES = 2048;

export interface Shrinkable {
	readonly item: MediaItem;
	/** Degrees by which a video is turned when it is written anew. */
	readonly rotation: number;
}

/** A medium at one of its sizes. */
interface Sized {
	/** Longer side of an image, frames of a video. */
	readonly size: number;
	readonly item: MediaItem;
	readonly tokens: number;
}

/** A medium, the sizes it may take, and what it takes there among the others of its request. */
interface Ladder {
	/** Its own first, then smaller ones, `step` apart, down to 1. */
	readonly sizes: readonly number[];
	readonly step: number;
	/** `undefined` for a size that it cannot take. */
	at(size: number): Sized | undefined;
}

/** All media, in order, with which they take at most `maxTokens` together; `undefined` when none do. */
export function shrunkUnder(
	media: readonly Shrinkable[],
	maxTokens: number,
	counter: AnyCounter,
): readonly MediaItem[] | undefined {
	const images = media.filter(({ item }) => item.kind === "image").length;
	const count = tokensIn(counter, images);
	const sizes = Math.max(MIN_SIZES, Math.min(MAX_SIZES, Math.floor(ALL_SIZES / Math.max(1, media.length))));
	const ladders = media.map(({ item, rotation }) =>
		item.kind === "image" ? imageLadder(item, sizes, count) : videoLadder(item, rotation, sizes, count),
	);
	const tables = ladders.map(({ sizes, at }) =>
		sizes.flatMap((size) => {
			const sized = at(size);
			return sized === undefined ? [] : [sized];
		}),
	);
	const cap = largestCap(tables, maxTokens);
	if (cap === undefined) return undefined;
	const chosen = ladders.flatMap((ladder, index) => {
		const best = underCap(tables[index] ?? [], cap);
		return best === undefined ? [] : [refine(ladder, best, cap)];
	});
	return chosen.length === media.length ? chosen : undefined;
}

/** Images are counted among as many others: some families lay out several differently. */
function tokensIn(counter: AnyCounter, images: number): (item: MediaItem) => number {
	return (item) => {
		const others = item.kind === "image" ? Array.from({ length: images - 1 }, () => item) : [];
		try {
			const [first] = counter.count({ media: [item, ...others] }).items;
			return first?.visualTokens ?? Number.POSITIVE_INFINITY;
		} catch (error) {
			// What the model refuses does not fit.
			if (error instanceof OnevisionError) return Number.POSITIVE_INFINITY;
			throw error;
		}
	};
}

function imageLadder(image: ImageItem, most: number, count: (item: MediaItem) => number): Ladder {
	const own = Math.max(image.width, image.height);
	const step = Math.max(1, Math.ceil(own / most));
	// The shorter side is rounded to the nearest px, as `fitSize` has it.
	const short = (side: number, other: number): number =>
		Math.max(1, Math.floor((2 * side * other + own) / (2 * own)));
	return {
		...{ sizes: downFrom(own, step), step },
		at: remembered((side) => {
			const { width, height } = image;
			const item: ImageItem = { kind: "image", width: short(side, width), height: short(side, height) };
			return { size: side, item, tokens: count(item) };
		}),
	};
}

function videoLadder(
	video: VideoItem,
	rotation: number,
	most: number,
	count: (item: MediaItem) => number,
): Ladder {
	const longest = Math.min(video.frames - 1, MAX_THINNED_FRAMES);
	const step = Math.max(1, Math.ceil(longest / most));
	return {
		...{ sizes: [video.frames, ...downFrom(longest, step)], step },
		at: remembered((frames) => {
			const item = frames === video.frames ? video : thinnedItem(video, frames, rotation);
			return item === undefined ? undefined : { size: frames, item, tokens: count(item) };
		}),
	};
}

function downFrom(largest: number, step: number): readonly number[] {
	return Array.from({ length: Math.ceil(largest / step) }, (_, index) => largest - index * step);
}

function remembered<T>(compute: (size: number) => T): (size: number) => T {
	const known = new Map<number, T>();
	return (size) => {
		const found = known.has(size) ? (known.get(size) as T) : compute(size);
		known.set(size, found);
		return found;
	};
}

function underCap(sizes: readonly Sized[], cap: number): Sized | undefined {
	return sizes.find(({ tokens }) => tokens <= cap);
}

/** The largest cap under which all media together fit. Counts of images are not monotone, sums under caps are. */
function largestCap(tables: readonly (readonly Sized[])[], maxTokens: number): number | undefined {
	const caps = [...new Set(tables.flatMap((table) => table.map(({ tokens }) => tokens)))]
		.filter(Number.isFinite)
		.sort((a, b) => a - b);
	const fits = (cap: number): boolean => {
		let sum = 0;
		for (const table of tables) {
			const best = underCap(table, cap);
			if (best === undefined) return false;
			sum += best.tokens;
		}
		return sum <= maxTokens;
	};
	let found: number | undefined;
	let [low, high] = [0, caps.length - 1];
	while (low <= high) {
		const middle = (low + high) >> 1;
		const cap = caps[middle] ?? 0;
		if (fits(cap)) {
			found = cap;
			low = middle + 1;
		} else if (tables.some((table) => underCap(table, cap) === undefined)) low = middle + 1;
		else high = middle - 1;
	}
	return tables.length === 0 && maxTokens >= 0 ? 0 : found;
}

/** Between the best counted size and the next larger one. */
function refine({ sizes, step, at }: Ladder, best: Sized, cap: number): MediaItem {
	const above = sizes[sizes.indexOf(best.size) - 1] ?? best.size;
	for (let size = Math.min(above, best.size + step) - 1; size > best.size; size--) {
		const finer = at(size);
		if (finer !== undefined && finer.tokens <= cap) return finer.item;
	}
	return best.item;
}
