/** Tensors for families whose towers take flattened patches: Qwen-VL and Gemma 4. */

import { elementCount, int64, OnevisionError } from "@onevision/base";
import type { ItemLayout } from "@onevision/core";
import type { RgbImage } from "../rgb-image.ts";
import { type CollateClips, type CollateImages, evenFrames, floats, type PreparedClip } from "./collate.ts";
import { type MergedPatches, writeMergedPatches, writePatchRows } from "./patches.ts";
import { fill, type Piece, type Rendering, type TensorPlan, type TensorPlans } from "./pieces.ts";
import { StageRenderer } from "./render.ts";
import type { ViewPlan } from "./view-plan.ts";

export interface TemporalPatches extends MergedPatches {
	/** Frames per patch; an image is repeated this many times. */
	readonly temporalPatch: number;
}

/** Renders images whose view plan is one full view, passes them to `use`, and reclaims their memory. */
function renderWhole(
	images: readonly RgbImage[],
	{ views }: ViewPlan,
	{ resize }: Rendering,
	use: (made: readonly RgbImage[]) => void,
): void {
	const stages = images.map((source) => new StageRenderer(source, resize));
	const made = stages.map((stage) => {
		const [view] = views;
		if (view === undefined) throw new Error("internal: a view plan without views");
		return stage.render(view.from);
	});
	use(made);
	for (const stage of stages) stage.release();
}

/** `pixel_values [patches, 3 · frames · patch²]` and `image_grid_thw [images, 3]`. */
export function collateMergedImages(patches: TemporalPatches): CollateImages {
	return (samples, rendering) => {
		const items = samples.flat().map((image) => ({ ...image, steps: [[image.imageIndex]] }));
		return mergedTensors("pixel_values", "image_grid_thw", items, patches, rendering);
	};
}

/** `pixel_values_videos` and `video_grid_thw`, with the same shapes; the last frame is repeated to fill its patch. */
export function collateMergedClips(patches: TemporalPatches): CollateClips {
	return (clips, rendering) => {
		const items = clips.map(({ frames, viewPlan, layout }) => {
			const count = Math.ceil(frames.length / patches.temporalPatch);
			const steps = Array.from({ length: count }, (_, step) =>
				Array.from({ length: patches.temporalPatch }, (_, time) => {
					const frame = Math.min(step * patches.temporalPatch + time, frames.length - 1);
					return frames[frame] ?? 0;
				}),
			);
			return { layout, viewPlan, steps };
		});
		return mergedTensors("pixel_values_videos", "video_grid_thw", items, patches, rendering);
	};
}

/** One image or clip: per temporal patch, one image for each frame, or a single one for all. */
interface MergedItem {
	readonly layout: ItemLayout;
	readonly viewPlan: ViewPlan;
	readonly steps: readonly (readonly number[])[];
}

function mergedTensors(
	pixelsName: string,
	gridName: string,
	items: readonly MergedItem[],
	patches: TemporalPatches,
	rendering: Rendering,
): TensorPlans {
	const width = 3 * patches.temporalPatch * patches.patch ** 2;
	const grids = items.map(({ layout: { patchGrid, views } }) => [views, patchGrid.rows, patchGrid.cols]);
	const total = grids.reduce((sum, grid) => sum + elementCount(grid), 0);
	const pixels: TensorPlan = {
		dtype: rendering.dtype,
		shape: [total, width],
		pieces: items.flatMap(({ layout: { patchGrid }, viewPlan, steps }) =>
			steps.map((imageIndices) =>
				stepPiece(imageIndices, viewPlan, patchGrid.rows * patchGrid.cols * width, patches, rendering),
			),
		),
	};
	return { [pixelsName]: pixels, [gridName]: int64([items.length, 3], grids.flat()) };
}

/** The patches of one temporal step. */
function stepPiece(
	imageIndices: readonly number[],
	viewPlan: ViewPlan,
	elements: number,
	patches: TemporalPatches,
	rendering: Rendering,
): Piece {
	const { tables, resize } = rendering;
	return {
		elements,
		imageIndices,
		write: (data, offset, sources) => {
			renderWhole(sources, viewPlan, rendering, (made) => {
				const target = floats(data);
				const scalar = resize.scalar === true;
				writeMergedPatches(made, patches.temporalPatch, tables, patches, target, offset, scalar);
			});
		},
	};
}

export interface PaddedPatches {
	/** px. */
	readonly patch: number;
	/** Patches per side that are pooled into one token. */
	readonly merge: number;
	/** Rows of the tensor per image: its own patches, then zeros. */
	readonly maxPatches: number;
}

/** `pixel_values [images, most, 3 · patch²]`, `image_position_ids [images, most, 2]`, `num_soft_tokens_per_image`. */
export function collatePaddedImages(patches: PaddedPatches): CollateImages {
	return (samples, rendering) => {
		const images = samples.flat();
		const made = images.map((image) => ({ ...image, frames: [image.imageIndex] }));
		const { pixels, positions, tokens } = paddedTensors(made, 1, patches, rendering);
		const { maxPatches, patch } = patches;
		return {
			pixel_values: { ...pixels, shape: [images.length, maxPatches, 3 * patch ** 2] },
			image_position_ids: { ...positions, shape: [images.length, maxPatches, 2] },
			num_soft_tokens_per_image: int64([images.length], tokens),
		};
	};
}

/** The same with a frame dimension: `pixel_values_videos`, `video_position_ids`, `num_soft_tokens_per_video`. */
export function collatePaddedClips(patches: PaddedPatches): CollateClips {
	return (clips, rendering) => {
		const { pixels, positions, tokens } = paddedTensors(clips, evenFrames(clips), patches, rendering);
		return {
			pixel_values_videos: pixels,
			video_position_ids: positions,
			num_soft_tokens_per_video: int64([clips.length], tokens),
		};
	};
}

function paddedTensors(
	clips: readonly PreparedClip[],
	frames: number,
	{ patch, merge, maxPatches }: PaddedPatches,
	rendering: Rendering,
) {
	const width = 3 * patch ** 2;
	const tokens = clips.map(({ layout }) => {
		const count = layout.patchGrid.rows * layout.patchGrid.cols;
		if (count <= maxPatches) return count / merge ** 2;
		throw new OnevisionError(
			"unsupported",
			`${layout.source.width}x${layout.source.height} makes ${count} patches, over the ${maxPatches} of this setting`,
		);
	});
	const scalar = rendering.resize.scalar === true;
	const pieces = clips.flatMap(({ frames, viewPlan, layout: { patchGrid } }) =>
		frames.map(
			(imageIndex): Piece => ({
				elements: maxPatches * width,
				imageIndices: [imageIndex],
				write: (data, offset, sources) => {
					const target = floats(data);
					renderWhole(sources, viewPlan, rendering, ([made]) => {
						if (made === undefined) throw new Error("internal: a piece without its image");
						writePatchRows(made, rendering.tables, patch, target, offset, scalar);
					});
					const own = patchGrid.rows * patchGrid.cols;
					target.fill(0, offset + own * width, offset + maxPatches * width);
				},
			}),
		),
	);
	const pixels: TensorPlan = {
		dtype: rendering.dtype,
		shape: [clips.length, frames, maxPatches, width],
		pieces,
	};
	const positions: TensorPlan = {
		dtype: "int64",
		shape: [clips.length, frames, maxPatches, 2],
		pieces: clips.flatMap(({ frames, layout }) => frames.map(() => positionsPiece(layout, maxPatches))),
	};
	return { pixels, positions, tokens };
}

/** Column and row of every patch of an image, followed by -1 for padding. */
function positionsPiece({ patchGrid: { rows, cols } }: ItemLayout, maxPatches: number): Piece {
	return {
		elements: maxPatches * 2,
		imageIndices: [],
		write: (data, offset) => {
			if (!(data instanceof BigInt64Array)) throw new Error("internal: positions written as floats");
			// Convert each number to BigInt once: an image has thousands of patches.
			const numbers = Array.from({ length: Math.max(cols, rows) }, (_, number) => BigInt(number));
			for (let i = 0; i < rows * cols; i++) {
				data[offset + i * 2] = numbers[i % cols] as bigint;
				data[offset + i * 2 + 1] = numbers[Math.floor(i / cols)] as bigint;
			}
			fill(data, -1, offset + rows * cols * 2, offset + maxPatches * 2);
		},
	};
}
