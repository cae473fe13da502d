/** Pixels of the media of a prompt, view by view, as the reference's processors make them. */

import { assertInternal, elementCount } from "@onevision/base";
import type { ItemLayout } from "@onevision/core";
import type { FloatTensor, ProcessedBatch, Processor } from "@onevision/media";
import type { View } from "../modules/vision.ts";
import type { PlacedItem } from "./prompt.ts";

/**
 * The views of each item, in the order given. Images are one sample, since several of one conversation may be laid out
 * differently from one.
 */
export function viewsOf(items: readonly PlacedItem[], processor: Processor): readonly (readonly View[])[] {
	const images = items.flatMap(({ part }) => (part.type === "image" ? [part.image] : []));
	const ofImages = images.length === 0 ? [] : cut(processor.images([images]), "pixel_values");
	let image = 0;
	return items.map(({ part }) =>
		part.type === "image"
			? (ofImages[image++] ?? [])
			: (cut(processor.videos([part.clip]), "pixel_values_videos")[0] ?? []),
	);
}

/**
 * [items, most views, 3, height, width], or [views, 3, height, width] one item after the other, or [patches, width] of views
 * one after the other.
 */
function cut({ tensors, layouts }: ProcessedBatch, name: string): View[][] {
	const { shape, data } = tensors[name] as FloatTensor;
	assertInternal(data instanceof Float32Array, `${name} is not float32`);
	const most = shape.length === 5 ? shape[1] : undefined;
	let next = 0;
	return layouts.flat().map(({ kind, views, patchGrid: grid }: ItemLayout) => {
		const size = shape.length === 2 ? grid.rows * grid.cols * (shape[1] ?? 0) : elementCount(shape.slice(-3));
		const first = next;
		next += (most ?? views) * size;
		return Array.from({ length: views }, (_, view) => ({
			kind,
			grid,
			pixels: data.subarray(first + view * size, first + (view + 1) * size),
		}));
	});
}
