/**
 * The largest sizes under which the media of a request fit a number of visual tokens. Every image gets the same cap:
 * those below it stay as they are, the others are scaled to the largest size under it, as `fit` does, in their own
 * aspect ratio.
 */

import type { AnyCounter } from "@onevision/api";
import { OnevisionError, type Size } from "@onevision/base";
import type { ImageItem, MediaItem } from "@onevision/core";

/** Sizes counted per image, at most and at least, and of all together; finer ones are tried around the best. */
const MAX_SIZES = 512;
const MIN_SIZES = 16;
const ALL_SIZES = 2048;

/** A size of an image and its visual tokens there. */
interface Sized {
	readonly size: Size;
	readonly tokens: number;
}

/**
 * The sizes of all media, in order, in which they take at most `maxTokens` together; videos keep theirs. `undefined`
 * when none do.
 */
export function sizesUnder(
	media: readonly MediaItem[],
	maxTokens: number,
	counter: AnyCounter,
): readonly MediaItem[] | undefined {
	const images = media.filter(({ kind }) => kind === "image") as readonly ImageItem[];
	const fixed = media.filter(({ kind }) => kind === "video");
	const left = maxTokens - (fixed.length === 0 ? 0 : countOr(counter, fixed));
	const company = companyOf(images, counter);
	const tables = company.map(sizesOf);
	const cap = largestCap(tables, left);
	if (cap === undefined) return undefined;
	const chosen = tables.map((table, index) => {
		const each = company[index];
		const best = underCap(table, cap);
		return each === undefined || best === undefined ? undefined : refine(each, best, cap);
	});
	const sizes = media.map((item) => (item.kind === "video" ? item : chosen.shift()));
	return sizes.every((size) => size !== undefined) ? sizes : undefined;
}

/** An image among the others of its request. */
interface Company {
	readonly image: ImageItem;
	/** Sizes that are counted first, px apart. */
	readonly step: number;
	tokensAt(size: Size): number;
}

/** Every size is counted among the others: some families lay out several images differently. */
function companyOf(images: readonly ImageItem[], counter: AnyCounter): readonly Company[] {
	const sizes = Math.max(MIN_SIZES, Math.min(MAX_SIZES, Math.floor(ALL_SIZES / Math.max(1, images.length))));
	const known = new Map<string, number>();
	return images.map((image) => {
		const others = Array.from({ length: images.length - 1 }, () => image);
		const count = ({ width, height }: Size): number => {
			try {
				const media: readonly ImageItem[] = [{ kind: "image", width, height }, ...others];
				return counter.count({ media }).items[0]?.visualTokens ?? Number.POSITIVE_INFINITY;
			} catch (error) {
				// A size that the model refuses does not fit.
				if (error instanceof OnevisionError) return Number.POSITIVE_INFINITY;
				throw error;
			}
		};
		return {
			image,
			step: Math.max(1, Math.ceil(Math.max(image.width, image.height) / sizes)),
			tokensAt: (size) => {
				const key = `${size.width}x${size.height}`;
				const tokens = known.get(key) ?? count(size);
				known.set(key, tokens);
				return tokens;
			},
		};
	});
}

function countOr(counter: AnyCounter, media: readonly MediaItem[]): number {
	try {
		return counter.count({ media }).visualTokens;
	} catch (error) {
		if (error instanceof OnevisionError) return Number.POSITIVE_INFINITY;
		throw error;
	}
}

/** Sizes of an image from its own down, largest first. */
function sizesOf({ image, step, tokensAt }: Company): readonly Sized[] {
	const sizes: Sized[] = [];
	for (let side = Math.max(image.width, image.height); side >= 1; side -= step) {
		const size = sizeAt(image, side);
		sizes.push({ size, tokens: tokensAt(size) });
	}
	return sizes;
}

/** The size whose longer side is `side`, the shorter rounded to the nearest px, as `fitSize` has it. */
function sizeAt({ width, height }: Size, side: number): Size {
	const long = Math.max(width, height);
	const short = (other: number): number => Math.max(1, Math.floor((2 * side * other + long) / (2 * long)));
	return { width: short(width), height: short(height) };
}

function underCap(sizes: readonly Sized[], cap: number): Sized | undefined {
	return sizes.find(({ tokens }) => tokens <= cap);
}

/** The largest cap under which all images together fit. Counts of images are not monotone, sums under caps are. */
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
function refine({ image, step, tokensAt }: Company, { size }: Sized, cap: number): ImageItem {
	const found = Math.max(size.width, size.height);
	const last = Math.min(Math.max(image.width, image.height), found + step - 1);
	for (let side = last; side > found; side--) {
		const finer = sizeAt(image, side);
		if (tokensAt(finer) <= cap) return { kind: "image", ...finer };
	}
	return { kind: "image", ...size };
}
