/** Collates the views of a batch into the family's model inputs, with the names and shapes of transformers 5.18. */

import { elementCount, int64, OnevisionError } from "@onevision/base";
import type { ItemLayout } from "@onevision/core";
import type { RgbImage } from "../rgb-image.ts";
import {
	constant,
	type Piece,
	type Rendering,
	type TensorPlan,
	type TensorPlans,
	type Tensors,
} from "./pieces.ts";
import { writePlanes } from "./planes.ts";
import { StageRenderer } from "./render.ts";
import type { ProcessedData } from "./tensor.ts";
import type { ViewPlan } from "./view-plan.ts";

/** An image of the batch, not yet decoded. */
export interface PreparedImage {
	/** Its number in the batch. */
	readonly imageIndex: number;
	readonly layout: ItemLayout;
	readonly viewPlan: ViewPlan;
}

/** A clip of the batch: the frames its layout chose, in order, all with the same view plan. */
export interface PreparedClip {
	/** The frames' numbers in the batch. */
	readonly frames: readonly number[];
	readonly layout: ItemLayout;
	readonly viewPlan: ViewPlan;
}

/** Takes images grouped by sample. */
export type CollateImages = (
	samples: readonly (readonly PreparedImage[])[],
	rendering: Rendering,
) => TensorPlans;
export type CollateClips = (clips: readonly PreparedClip[], rendering: Rendering) => TensorPlans;

/** Elements of one view, `3 × height × width`. */
function viewElements({ views }: ViewPlan): number {
	const [first] = views;
	return first === undefined ? 0 : 3 * first.window.width * first.window.height;
}

/** `[3, height, width]` of the first view; all views of a plan have the same size. */
function viewShape(viewPlan: ViewPlan | undefined): number[] {
	const first = viewPlan?.views[0];
	return first === undefined ? [3, 0, 0] : [3, first.window.height, first.window.width];
}

/** All views of an image, concatenated. */
function viewsPiece(imageIndex: number, viewPlan: ViewPlan, { resize, tables }: Rendering): Piece {
	const step = viewElements(viewPlan);
	return {
		elements: viewPlan.views.length * step,
		imageIndices: [imageIndex],
		write: (data, offset, [source]) => {
			const stages = new StageRenderer(present(source), resize);
			viewPlan.views.forEach((view, index) => {
				const target = { data: floats(data), offset: offset + index * step };
				writePlanes(view, stages.render(view.from), tables, target, resize.scalar === true);
			});
			stages.release();
		},
	};
}

function present(source: RgbImage | undefined): RgbImage {
	if (source === undefined) throw new Error("internal: a piece without its image");
	return source;
}

/** Narrows to float storage; pixels are never written as integers. */
export function floats(data: ProcessedData): Float32Array | Uint16Array {
	if (data instanceof BigInt64Array) throw new Error("internal: pixels written as integers");
	return data;
}

const padding = (elements: number): Piece[] => (elements === 0 ? [] : [constant(elements, 0)]);

const sizesOf = (images: readonly PreparedImage[]): number[] =>
	images.flatMap(({ layout: { source } }) => [source.height, source.width]);

/** All views, concatenated: `pixel_values [views, 3, height, width]`, plus a count per image if the family has one. */
export function collateFlat(counts?: (images: readonly PreparedImage[]) => Tensors): CollateImages {
	return (samples, rendering) => {
		const images = samples.flat();
		const total = images.reduce((sum, { viewPlan }) => sum + viewPlan.views.length, 0);
		const pixels: TensorPlan = {
			dtype: rendering.dtype,
			shape: [total, ...viewShape(images[0]?.viewPlan)],
			pieces: images.map(({ imageIndex, viewPlan }) => viewsPiece(imageIndex, viewPlan, rendering)),
		};
		return { pixel_values: pixels, ...counts?.(images) };
	};
}

/** For `collateFlat`: an `int64` tensor of one number per image. */
export const perImage =
	(name: string, value: (image: PreparedImage) => number) =>
	(images: readonly PreparedImage[]): Tensors => ({
		[name]: int64([images.length], images.map(value)),
	});

/**
 * `pixel_values [images, most views, 3, tile, tile]`, zero-padded after an image's own views; `image_sizes [images,
 * 2]`, rows first.
 */
export const collateTiles: CollateImages = (samples, rendering) => {
	const images = samples.flat();
	const most = Math.max(0, ...images.map(({ viewPlan }) => viewPlan.views.length));
	const shape = viewShape(images[0]?.viewPlan);
	const pixels: TensorPlan = {
		dtype: rendering.dtype,
		shape: [images.length, most, ...shape],
		pieces: images.flatMap(({ imageIndex, viewPlan }) => [
			viewsPiece(imageIndex, viewPlan, rendering),
			...padding((most - viewPlan.views.length) * elementCount(shape)),
		]),
	};
	return { pixel_values: pixels, image_sizes: int64([images.length, 2], sizesOf(images)) };
};

/** `collateTiles` and `batch_num_images [samples]`. */
export const collateTilesBySample: CollateImages = (samples, rendering) => ({
	...collateTiles(samples, rendering),
	batch_num_images: int64(
		[samples.length],
		samples.map((images) => images.length),
	),
});

/**
 * `pixel_values [images, 3, most rows, most columns]`, zero-padded to the right and below; `image_sizes` as resized.
 */
export const collatePadded: CollateImages = (samples, rendering) => {
	const images = samples.flat();
	const height = Math.max(0, ...images.map(({ layout }) => layout.canvas.height));
	const width = Math.max(0, ...images.map(({ layout }) => layout.canvas.width));
	const pixels: TensorPlan = {
		dtype: rendering.dtype,
		shape: [images.length, 3, height, width],
		pieces: images.map((image) => paddedPiece(image, { width, height }, rendering)),
	};
	const sizes = images.flatMap(({ layout }) => [layout.canvas.height, layout.canvas.width]);
	return { pixel_values: pixels, image_sizes: int64([images.length, 2], sizes) };
};

function paddedPiece(
	{ imageIndex, viewPlan, layout: { canvas } }: PreparedImage,
	{ width, height }: { readonly width: number; readonly height: number },
	{ resize, tables }: Rendering,
): Piece {
	const elements = 3 * height * width;
	const isPadded = canvas.height < height || canvas.width < width;
	return {
		elements,
		imageIndices: [imageIndex],
		write: (data, offset, [source]) => {
			const target = { data: floats(data), offset, stride: width };
			if (isPadded) target.data.fill(0, offset, offset + elements);
			const stages = new StageRenderer(present(source), resize);
			for (const view of viewPlan.views) {
				const planes = { ...target, plane: height * width };
				writePlanes(view, stages.render(view.from), tables, planes, resize.scalar === true);
			}
			stages.release();
		},
	};
}

/** `pixel_values [samples, most views, 3, tile, tile]` and `pixel_attention_mask`, 1 where there is a view. */
export const collateNested: CollateImages = (samples, rendering) => withMask(samples, rendering);

/** The same for clips: each frame is a view, each clip a sample. */
export const collateNestedClips: CollateClips = (clips, rendering) =>
	withMask(
		clips.map(({ frames, viewPlan }) => frames.map((imageIndex) => ({ imageIndex, viewPlan }))),
		rendering,
	);

function withMask(
	groups: readonly (readonly Pick<PreparedImage, "imageIndex" | "viewPlan">[])[],
	rendering: Rendering,
): TensorPlans {
	const shape = viewShape(groups.find((group) => group.length > 0)?.[0]?.viewPlan);
	const area = elementCount(shape) / 3;
	const counts = groups.map((group) => group.reduce((sum, { viewPlan }) => sum + viewPlan.views.length, 0));
	const most = Math.max(0, ...counts);
	const pixels: TensorPlan = {
		dtype: rendering.dtype,
		shape: [groups.length, most, ...shape],
		pieces: groups.flatMap((group, index) => [
			...group.map(({ imageIndex, viewPlan }) => viewsPiece(imageIndex, viewPlan, rendering)),
			...padding((most - (counts[index] ?? 0)) * elementCount(shape)),
		]),
	};
	const mask: TensorPlan = {
		dtype: "int64",
		shape: [groups.length, most, ...shape.slice(1)],
		pieces: counts.flatMap((count) =>
			Array.from({ length: most }, (_, view) => constant(area, view < count ? 1 : 0)),
		),
	};
	return { pixel_values: pixels, pixel_attention_mask: mask };
}

/** `pixel_values_videos [clips, frames, 3, height, width]`; all clips of a batch have the same number of frames. */
export const collateClips: CollateClips = (clips, rendering) => {
	const pixels: TensorPlan = {
		dtype: rendering.dtype,
		shape: [clips.length, evenFrames(clips), ...viewShape(clips[0]?.viewPlan)],
		pieces: clips.flatMap(({ frames, viewPlan }) =>
			frames.map((imageIndex) => viewsPiece(imageIndex, viewPlan, rendering)),
		),
	};
	return { pixel_values_videos: pixels };
};

/** Frames per clip. Throws `unsupported` if clips differ, because the tensor has one frame dimension for all. */
export function evenFrames(clips: readonly PreparedClip[]): number {
	const counts = [...new Set(clips.map(({ frames }) => frames.length))];
	if (counts.length <= 1) return counts[0] ?? 0;
	throw new OnevisionError(
		"unsupported",
		`clips of ${counts.join(" and ")} frames cannot share a tensor: take one at a time, or set num_frames`,
	);
}
