/** Views of a batch put into the tensors that a family's model takes, named and shaped as transformers 5.18 has them. */

import { elementCount, int64, OnevisionError } from "@onevision/base";
import type { ItemLayout } from "@onevision/core";
import type { Picture } from "../picture.ts";
import type { Framing } from "./framing.ts";
import {
	constant,
	type Piece,
	type Rendering,
	type TensorPlan,
	type TensorPlans,
	type Tensors,
} from "./pieces.ts";
import { writePlanes } from "./planes.ts";
import { Stages } from "./render.ts";
import type { ProcessedData } from "./tensor.ts";

/** One picture of the batch, not yet loaded. */
export interface PreparedImage {
	/** Its number in the batch. */
	readonly picture: number;
	readonly layout: ItemLayout;
	readonly framing: Framing;
}

/** One clip of the batch: the frames its layout chose, in order, each framed alike. */
export interface PreparedClip {
	/** Numbers of its frames in the batch. */
	readonly frames: readonly number[];
	readonly layout: ItemLayout;
	readonly framing: Framing;
}

/** Images by sample. */
export type ArrangeImages = (
	samples: readonly (readonly PreparedImage[])[],
	rendering: Rendering,
) => TensorPlans;
export type ArrangeClips = (clips: readonly PreparedClip[], rendering: Rendering) => TensorPlans;

/** Elements of one view, `3 × height × width`. */
function viewElements({ views }: Framing): number {
	const [first] = views;
	return first === undefined ? 0 : 3 * first.window.width * first.window.height;
}

/** `[3, height, width]` of the first view: all views of a framing are alike. */
function viewShape(framing: Framing | undefined): number[] {
	const first = framing?.views[0];
	return first === undefined ? [3, 0, 0] : [3, first.window.height, first.window.width];
}

/** All views of a picture one after another. */
function viewsPiece(picture: number, framing: Framing, { resize, tones }: Rendering): Piece {
	const step = viewElements(framing);
	return {
		elements: framing.views.length * step,
		pictures: [picture],
		write: (data, offset, [source]) => {
			const stages = new Stages(present(source), resize);
			framing.views.forEach((view, index) => {
				const target = { data: floats(data), offset: offset + index * step };
				writePlanes(view, stages.picture(view.from), tones, target, resize.scalar === true);
			});
			stages.release();
		},
	};
}

function present(source: Picture | undefined): Picture {
	if (source === undefined) throw new Error("internal: a piece without its picture");
	return source;
}

/** Pixels are floats; the integers of masks and positions are written elsewhere. */
export function floats(data: ProcessedData): Float32Array | Uint16Array {
	if (data instanceof BigInt64Array) throw new Error("internal: pixels written as integers");
	return data;
}

const padding = (elements: number): Piece[] => (elements === 0 ? [] : [constant(elements, 0)]);

const sizesOf = (images: readonly PreparedImage[]): number[] =>
	images.flatMap(({ layout: { source } }) => [source.height, source.width]);

/** Every view, one after another: `pixel_values [views, 3, height, width]`, and a count of each image if the family has one. */
export function arrangeFlat(counts?: (images: readonly PreparedImage[]) => Tensors): ArrangeImages {
	return (samples, rendering) => {
		const images = samples.flat();
		const total = images.reduce((sum, { framing }) => sum + framing.views.length, 0);
		const pixels: TensorPlan = {
			dtype: rendering.dtype,
			shape: [total, ...viewShape(images[0]?.framing)],
			pieces: images.map(({ picture, framing }) => viewsPiece(picture, framing, rendering)),
		};
		return { pixel_values: pixels, ...counts?.(images) };
	};
}

/** `pixel_values [images, most views, 3, tile, tile]`, zeros behind an image's own; `image_sizes [images, 2]` rows first. */
export const arrangeTiles: ArrangeImages = (samples, rendering) => {
	const images = samples.flat();
	const most = Math.max(0, ...images.map(({ framing }) => framing.views.length));
	const shape = viewShape(images[0]?.framing);
	const pixels: TensorPlan = {
		dtype: rendering.dtype,
		shape: [images.length, most, ...shape],
		pieces: images.flatMap(({ picture, framing }) => [
			viewsPiece(picture, framing, rendering),
			...padding((most - framing.views.length) * elementCount(shape)),
		]),
	};
	return { pixel_values: pixels, image_sizes: int64([images.length, 2], sizesOf(images)) };
};

/** `arrangeTiles` and `batch_num_images [samples]`. */
export const arrangeTilesBySample: ArrangeImages = (samples, rendering) => ({
	...arrangeTiles(samples, rendering),
	batch_num_images: int64(
		[samples.length],
		samples.map((images) => images.length),
	),
});

/** `pixel_values [images, 3, most rows, most columns]`, zeros to the right and below; `image_sizes` as resized. */
export const arrangePadded: ArrangeImages = (samples, rendering) => {
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
	{ picture, framing, layout: { canvas } }: PreparedImage,
	{ width, height }: { readonly width: number; readonly height: number },
	{ resize, tones }: Rendering,
): Piece {
	const elements = 3 * height * width;
	const isPadded = canvas.height < height || canvas.width < width;
	return {
		elements,
		pictures: [picture],
		write: (data, offset, [source]) => {
			const target = { data: floats(data), offset, stride: width };
			if (isPadded) target.data.fill(0, offset, offset + elements);
			const stages = new Stages(present(source), resize);
			for (const view of framing.views) {
				const planes = { ...target, plane: height * width };
				writePlanes(view, stages.picture(view.from), tones, planes, resize.scalar === true);
			}
			stages.release();
		},
	};
}

/** `pixel_values [samples, most views, 3, tile, tile]` and `pixel_attention_mask`, 1 where a view is. */
export const arrangeNested: ArrangeImages = (samples, rendering) => withMask(samples, rendering);

/** The same for clips: frames are views, clips are samples. */
export const arrangeNestedClips: ArrangeClips = (clips, rendering) =>
	withMask(
		clips.map(({ frames, framing }) => frames.map((picture) => ({ picture, framing }))),
		rendering,
	);

function withMask(
	groups: readonly (readonly Pick<PreparedImage, "picture" | "framing">[])[],
	rendering: Rendering,
): TensorPlans {
	const shape = viewShape(groups.find((group) => group.length > 0)?.[0]?.framing);
	const area = elementCount(shape) / 3;
	const counts = groups.map((group) => group.reduce((sum, { framing }) => sum + framing.views.length, 0));
	const most = Math.max(0, ...counts);
	const pixels: TensorPlan = {
		dtype: rendering.dtype,
		shape: [groups.length, most, ...shape],
		pieces: groups.flatMap((group, index) => [
			...group.map(({ picture, framing }) => viewsPiece(picture, framing, rendering)),
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

/** `pixel_values_videos [clips, frames, 3, height, width]`; clips of one batch have equally many frames. */
export const arrangeClips: ArrangeClips = (clips, rendering) => {
	const pixels: TensorPlan = {
		dtype: rendering.dtype,
		shape: [clips.length, evenFrames(clips), ...viewShape(clips[0]?.framing)],
		pieces: clips.flatMap(({ frames, framing }) =>
			frames.map((picture) => viewsPiece(picture, framing, rendering)),
		),
	};
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
