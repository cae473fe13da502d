/** Colouring the pixels of a mask, whole or along its edge. */

import type { Picture } from "../picture.ts";
import { type Brush, mix } from "./fill.ts";

/**
 * Mixes the brush into each pixel whose depth (see `distanceInside`) is above 0 and at most `within` px.
 * `depth` is `[height, width]` of the picture.
 */
export function tint(
	{ data }: Picture,
	depth: Float32Array,
	{ color, alpha = 1 }: Brush,
	within = Number.POSITIVE_INFINITY,
): void {
	for (let index = 0; index < depth.length; index++) {
		const inside = depth[index] ?? 0;
		if (inside === 0 || inside > within) continue;
		const at = index * 3;
		data[at] = mix(data[at] ?? 0, color.red, alpha);
		data[at + 1] = mix(data[at + 1] ?? 0, color.green, alpha);
		data[at + 2] = mix(data[at + 2] ?? 0, color.blue, alpha);
	}
}
