/** Colors the pixels of a mask, all of it or along its edge. */

import type { RgbImage } from "@onevision/media";
import { type Brush, mix } from "./fill.ts";
import type { Box } from "./path.ts";

/**
 * Blends the brush into each pixel whose depth (see `distanceInside`) is above 0 and at most `within` px. `depth` is
 * `[height, width]` of the box, which lies in the image on whole px.
 */
export function tint(
	target: RgbImage,
	box: Box,
	depth: Float32Array,
	{ color, alpha = 1 }: Brush,
	within = Number.POSITIVE_INFINITY,
): void {
	const { data, width } = target;
	for (let index = 0; index < depth.length; index++) {
		const inside = depth[index] ?? 0;
		if (inside === 0 || inside > within) continue;
		const at = ((box.y + Math.floor(index / box.width)) * width + box.x + (index % box.width)) * 3;
		data[at] = mix(data[at] ?? 0, color.red, alpha);
		data[at + 1] = mix(data[at + 1] ?? 0, color.green, alpha);
		data[at + 2] = mix(data[at + 2] ?? 0, color.blue, alpha);
	}
}
