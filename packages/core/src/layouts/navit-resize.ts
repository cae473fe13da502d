/**
 * MoonViT's resizing: shrink to a patch budget and a side limit, never enlarge, then pad to whole tokens.
 * Source: transformers 5.18 models/kimi_k25/image_processing_kimi_k25.py `navit_resize`.
 */

import type { Size } from "@onevision/base";

export interface NavitLimits {
	/** Side of a patch, px. */
	readonly patch: number;
	/** Patches per side of a token. */
	readonly merge: number;
	/** Most patches, counted on the floored grid of the source. */
	readonly maxPatches: number;
	/** Most patches along a side; `undefined` leaves the sides alone. */
	readonly maxSide: number | undefined;
}

/** `content` is the resized image, `canvas` the same padded right and below, px. */
export function navitResize(
	image: Size,
	limits: NavitLimits,
): { readonly content: Size; readonly canvas: Size } {
	const { patch, merge, maxPatches } = limits;
	const { width, height } = image;
	const longest = limits.maxSide === undefined ? Number.POSITIVE_INFINITY : limits.maxSide * patch;
	const patches = Math.max(1, Math.floor(height / patch)) * Math.max(1, Math.floor(width / patch));
	const scale = Math.min(1, Math.sqrt(maxPatches / patches), longest / height, longest / width);
	const side = (length: number): number => Math.min(Math.max(1, Math.trunc(length * scale)), longest);
	const content = { width: side(width), height: side(height) };
	const token = patch * merge;
	const pad = (length: number): number => Math.ceil(length / token) * token;
	return { content, canvas: { width: pad(content.width), height: pad(content.height) } };
}
