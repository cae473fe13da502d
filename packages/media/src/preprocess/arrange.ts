/** Views of a batch put into the tensors that a family's model takes, named and shaped as transformers 5.18 has them. */

import { type ItemLayout, OnevisionError } from "@onevision/core";
import type { Picture } from "../picture.ts";
import type { ResizeOptions } from "../resample/resize.ts";
import type { Framing } from "./framing.ts";
import { writePlanes } from "./planes.ts";
import { Stages } from "./render.ts";
import {
	elementsOf,
	type FloatTensor,
	type FloatType,
	integers,
	MAX_ELEMENTS,
	type Tensor,
	zeros,
} from "./tensor.ts";
import type { Tones } from "./tones.ts";

export type Tensors = Readonly<Record<string, Tensor>>;

/** One picture of the batch, not yet touched. */
export interface PreparedImage {
	readonly source: Picture;
	readonly layout: ItemLayout;
	readonly framing: Framing;
}

/** One clip of the batch: the frames its layout chose, in order, each framed alike. */
export interface PreparedClip {
	readonly frames: readonly Picture[];
	readonly layout: ItemLayout;
	readonly framing: Framing;
}

/** How pixels of this batch are made. */
export interface Rendering {
	readonly tones: Tones;
	readonly dtype: FloatType;
	readonly resize: ResizeOptions;
	/** Tensors that are no longer needed: their memory is used again where it fits. */
	readonly reuse?: Tensors;
}

/** Images by sample. */
export type ArrangeImages = (samples: readonly (readonly PreparedImage[])[], rendering: Rendering) => Tensors;
export type ArrangeClips = (clips: readonly PreparedClip[], rendering: Rendering) => Tensors;

/**
 * A tensor to be written, in memory that is no longer needed where it fits; `fill` says whether all of it will be
 * written or what is not has to be zero. Throws `over-limit` for absurd batches.
 */
export function allocate(
	{ dtype, reuse }: Rendering,
	name: string,
	shape: readonly number[],
	fill: "all" | "some",
): FloatTensor {
	const elements = elementsOf(shape);
	if (elements > MAX_ELEMENTS) {
		throw new OnevisionError(
			"over-limit",
			`a tensor of [${shape.join(", ")}] is larger than ${MAX_ELEMENTS} numbers: take fewer files at once`,
		);
	}
	const old = reuse?.[name]?.data;
	const size = dtype === "float32" ? 4 : 2;
	if (old === undefined || old.byteOffset !== 0 || old.buffer.byteLength < elements * size)
		return zeros(dtype, shape);
	const data =
		dtype === "float32"
			? new Float32Array(old.buffer, 0, elements)
			: new Uint16Array(old.buffer, 0, elements);
	return { dtype, shape, data: fill === "all" ? data : data.fill(0) };
}

/** Elements of one view, `3 × height × width`. */
export function viewElements({ views }: Framing): number {
	const [first] = views;
	return first === undefined ? 0 : 3 * first.window.width * first.window.height;
}

/** `[3, height, width]` of the first view: all views of a framing are alike. */
function viewShape({ views }: Framing): number[] {
	const [first] = views;
	return first === undefined ? [3, 0, 0] : [3, first.window.height, first.window.width];
}

/** Writes all views of a picture one after another. */
export function writeViews(
	source: Picture,
	framing: Framing,
	{ resize, tones }: Rendering,
	{ data }: FloatTensor,
	offset: number,
): void {
	const stages = new Stages(source, resize);
	const step = viewElements(framing);
	framing.views.forEach((view, index) => {
		const target = { data, offset: offset + index * step };
		writePlanes(view, stages.picture(view.from), tones, target, resize.scalar === true);
	});
	stages.release();
}

const sizesOf = (images: readonly PreparedImage[]): number[] =>
	images.flatMap(({ source }) => [source.height, source.width]);

/** Every view, one after another: `pixel_values [views, 3, height, width]`, and a count of each image if the family has one. */
export function arrangeFlat(counts?: (images: readonly PreparedImage[]) => Tensors): ArrangeImages {
	return (samples, rendering) => {
		const images = samples.flat();
		const [first] = images;
		const total = images.reduce((sum, { framing }) => sum + framing.views.length, 0);
		const pixels = allocate(
			rendering,
			"pixel_values",
			[total, ...(first === undefined ? [3, 0, 0] : viewShape(first.framing))],
			"all",
		);
		let offset = 0;
		for (const { source, framing } of images) {
			writeViews(source, framing, rendering, pixels, offset);
			offset += framing.views.length * viewElements(framing);
		}
		return { pixel_values: pixels, ...counts?.(images) };
	};
}

/** `pixel_values [images, most views, 3, tile, tile]`, zeros behind an image's own; `image_sizes [images, 2]` rows first. */
export const arrangeTiles: ArrangeImages = (samples, rendering) => {
	const images = samples.flat();
	const [first] = images;
	const counts = images.map(({ framing }) => framing.views.length);
	const most = Math.max(0, ...counts);
	const shape = first === undefined ? [3, 0, 0] : viewShape(first.framing);
	const isPadded = counts.some((count) => count < most);
	const pixels = allocate(
		rendering,
		"pixel_values",
		[images.length, most, ...shape],
		isPadded ? "some" : "all",
	);
	images.forEach(({ source, framing }, index) => {
		writeViews(source, framing, rendering, pixels, index * most * elementsOf(shape));
	});
	return { pixel_values: pixels, image_sizes: integers([images.length, 2], sizesOf(images)) };
};

/** `arrangeTiles` and `batch_num_images [samples]`. */
export const arrangeTilesBySample: ArrangeImages = (samples, rendering) => ({
	...arrangeTiles(samples, rendering),
	batch_num_images: integers(
		[samples.length],
		samples.map((images) => images.length),
	),
});

/** `pixel_values [images, 3, most rows, most columns]`, zeros to the right and below; `image_sizes` as resized. */
export const arrangePadded: ArrangeImages = (samples, rendering) => {
	const images = samples.flat();
	const height = Math.max(0, ...images.map(({ layout }) => layout.canvas.height));
	const width = Math.max(0, ...images.map(({ layout }) => layout.canvas.width));
	const pixels = allocate(rendering, "pixel_values", [images.length, 3, height, width], "some");
	images.forEach(({ source, framing }, index) => {
		const stages = new Stages(source, rendering.resize);
		const target = {
			data: pixels.data,
			offset: index * 3 * height * width,
			stride: width,
			plane: height * width,
		};
		for (const view of framing.views) {
			writePlanes(view, stages.picture(view.from), rendering.tones, target, rendering.resize.scalar === true);
		}
		stages.release();
	});
	const sizes = images.flatMap(({ layout }) => [layout.canvas.height, layout.canvas.width]);
	return { pixel_values: pixels, image_sizes: integers([images.length, 2], sizes) };
};

/** `pixel_values [samples, most views, 3, tile, tile]` and `pixel_attention_mask`, 1 where a view is. */
export const arrangeNested: ArrangeImages = (samples, rendering) =>
	withMask(
		samples.map((images) => images.map(({ source, framing }) => ({ source, framing }))),
		rendering,
	);

/** The same for clips: frames are views, clips are samples. */
export const arrangeNestedClips: ArrangeClips = (clips, rendering) =>
	withMask(
		clips.map(({ frames, framing }) => frames.map((source) => ({ source, framing }))),
		rendering,
	);

function withMask(
	groups: readonly (readonly { readonly source: Picture; readonly framing: Framing }[])[],
	rendering: Rendering,
): Tensors {
	const first = groups.find((group) => group.length > 0)?.[0];
	const shape = first === undefined ? [3, 0, 0] : viewShape(first.framing);
	const area = elementsOf(shape) / 3;
	const counts = groups.map((group) => group.reduce((sum, { framing }) => sum + framing.views.length, 0));
	const most = Math.max(0, ...counts);
	const pixels = allocate(rendering, "pixel_values", [groups.length, most, ...shape], "some");
	const mask = new BigInt64Array(groups.length * most * area);
	groups.forEach((group, index) => {
		let view = index * most;
		for (const { source, framing } of group) {
			writeViews(source, framing, rendering, pixels, view * elementsOf(shape));
			view += framing.views.length;
		}
		mask.fill(1n, index * most * area, view * area);
	});
	const maskShape = [groups.length, most, ...shape.slice(1)];
	return {
		pixel_values: pixels,
		pixel_attention_mask: { dtype: "int64", shape: maskShape, data: mask },
	};
}

/** `pixel_values_videos [clips, frames, 3, height, width]`; clips of one batch have equally many frames. */
export const arrangeClips: ArrangeClips = (clips, rendering) => {
	const frames = evenFrames(clips);
	const [first] = clips;
	const shape = first === undefined ? [3, 0, 0] : viewShape(first.framing);
	const pixels = allocate(rendering, "pixel_values_videos", [clips.length, frames, ...shape], "all");
	clips.forEach((clip, index) => {
		clip.frames.forEach((source, frame) => {
			writeViews(source, clip.framing, rendering, pixels, (index * frames + frame) * elementsOf(shape));
		});
	});
	return { pixel_values_videos: pixels };
};

/** Frames of each clip. Throws `unsupported` when they differ: the tensor has one number for all. */
export function evenFrames(clips: readonly PreparedClip[]): number {
	const counts = [...new Set(clips.map(({ frames }) => frames.length))];
	if (counts.length <= 1) return counts[0] ?? 0;
	throw new OnevisionError(
		"unsupported",
		`clips of ${counts.join(" and ")} frames cannot share a tensor: take one at a time, or set num_frames`,
	);
}
