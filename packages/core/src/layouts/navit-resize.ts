/**
 * MoonViT's resizing: shrinks to a patch budget and a side limit, never enlarges, then pads to whole tokens. Source:
 * transformers 5.18 models/kimi_k25/image_processing_kimi_k25.py `navit_resize`.
 */

import type { Size } from "@onevision/base";

export interface NavitLimits {
	/** Side of a patch, px. */
	readonly patch: number;
	/** Patches per side of a token. */
	readonly merge: number;
	/** Maximum number of patches, counted on the source's grid rounded down. */
	readonly maxPatches: number;
	/** Maximum patches along a side. `undefined`: no side limit. */
	readonly maxSide: number | undefined;
}

/** `content` is the resized image; `canvas` is the same with padding on the right and bottom. Both in px. */
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
