/** Tensors of families whose towers take flattened patches: Qwen-VL and Gemma 4. */

import { type ItemLayout, OnevisionError } from "@onevision/core";
import type { Picture } from "../picture.ts";
import {
	type ArrangeClips,
	type ArrangeImages,
	allocate,
	evenFrames,
	type PreparedClip,
	type Rendering,
	type Tensors,
} from "./arrange.ts";
import type { Framing } from "./framing.ts";
import { type MergedPatches, writeMergedPatches, writePatchRows } from "./patches.ts";
import { Stages } from "./render.ts";
import { elementsOf, integers } from "./tensor.ts";

export interface TemporalPatches extends MergedPatches {
	/** Frames of one patch; an image is repeated to as many. */
	readonly temporalPatch: number;
}

/** A picture of one time step, still to be resized. */
interface Unframed {
	readonly source: Picture;
	readonly framing: Framing;
}

/** Resizes pictures whose framing is one whole view, hands them to `use`, and takes their memory back. */
function renderWhole(
	pictures: readonly Unframed[],
	{ resize }: Rendering,
	use: (made: readonly Picture[]) => void,
): void {
	const stages = pictures.map(({ source }) => new Stages(source, resize));
	const made = pictures.map(({ framing }, index) => {
		const [view] = framing.views;
		const picture = view && stages[index]?.picture(view.from);
		if (picture === undefined) throw new Error("internal: a framing without views");
		return picture;
	});
	use(made);
	for (const stage of stages) stage.release();
}

/** `pixel_values [patches, 3 · frames · patch²]` and `image_grid_thw [images, 3]`. */
export function arrangeMergedImages(patches: TemporalPatches): ArrangeImages {
	return (samples, rendering) => {
		const items = samples.flat().map((image) => ({ layout: image.layout, steps: [[image]] }));
		return mergedTensors("pixel_values", "image_grid_thw", items, patches, rendering);
	};
}

/** `pixel_values_videos` and `video_grid_thw`, alike; the last frame is repeated to fill its patch. */
export function arrangeMergedClips(patches: TemporalPatches): ArrangeClips {
	return (clips, rendering) => {
		const items = clips.map(({ frames, framing, layout }) => {
			const count = Math.ceil(frames.length / patches.temporalPatch);
			const steps = Array.from({ length: count }, (_, step) =>
				Array.from({ length: patches.temporalPatch }, (_, time): Unframed => {
					const frame = Math.min(step * patches.temporalPatch + time, frames.length - 1);
					return { source: frames[frame] as Picture, framing };
				}),
			);
			return { layout, steps };
		});
		return mergedTensors("pixel_values_videos", "video_grid_thw", items, patches, rendering);
	};
}

/** One image or clip: per temporal patch, a picture for each of its frames, or one for all. */
interface MergedItem {
	readonly layout: ItemLayout;
	readonly steps: readonly (readonly Unframed[])[];
}

function mergedTensors(
	pixelsName: string,
	gridName: string,
	items: readonly MergedItem[],
	patches: TemporalPatches,
	rendering: Rendering,
): Tensors {
	const width = 3 * patches.temporalPatch * patches.patch ** 2;
	const grids = items.map(({ layout: { patchGrid, views } }) => [views, patchGrid.rows, patchGrid.cols]);
	const total = grids.reduce((sum, grid) => sum + elementsOf(grid), 0);
	const pixels = allocate(rendering, pixelsName, [total, width], "all");
	const scalar = rendering.resize.scalar === true;
	let offset = 0;
	for (const { layout, steps } of items) {
		for (const pictures of steps) {
			renderWhole(pictures, rendering, (made) => {
				writeMergedPatches(
					made,
					patches.temporalPatch,
					rendering.tones,
					patches,
					pixels.data,
					offset,
					scalar,
				);
			});
			offset += layout.patchGrid.rows * layout.patchGrid.cols * width;
		}
	}
	return { [pixelsName]: pixels, [gridName]: integers([items.length, 3], grids.flat()) };
}

export interface PaddedPatches {
	/** px. */
	readonly patch: number;
	/** Patches per side pooled into one token. */
	readonly merge: number;
	/** Patches of every row of the tensor, an image's own and zeros behind them. */
	readonly mostPatches: number;
}

/** `pixel_values [images, most, 3 · patch²]`, `image_position_ids [images, most, 2]`, `num_soft_tokens_per_image`. */
export function arrangePaddedImages(patches: PaddedPatches): ArrangeImages {
	return (samples, rendering) => {
		const images = samples.flat();
		const made = images.map((image) => ({ ...image, frames: [image.source] }));
		const { pixels, positions, tokens } = paddedTensors("pixel_values", made, 1, patches, rendering);
		const { mostPatches, patch } = patches;
		return {
			pixel_values: { ...pixels, shape: [images.length, mostPatches, 3 * patch ** 2] },
			image_position_ids: { ...positions, shape: [images.length, mostPatches, 2] },
			num_soft_tokens_per_image: integers([images.length], tokens),
		};
	};
}

/** The same with a dimension of frames: `pixel_values_videos`, `video_position_ids`, `num_soft_tokens_per_video`. */
export function arrangePaddedClips(patches: PaddedPatches): ArrangeClips {
	return (clips, rendering) => {
		const { pixels, positions, tokens } = paddedTensors(
			"pixel_values_videos",
			clips,
			evenFrames(clips),
			patches,
			rendering,
		);
		return {
			pixel_values_videos: pixels,
			video_position_ids: positions,
			num_soft_tokens_per_video: integers([clips.length], tokens),
		};
	};
}

function paddedTensors(
	name: string,
	clips: readonly PreparedClip[],
	frames: number,
	{ patch, merge, mostPatches }: PaddedPatches,
	rendering: Rendering,
) {
	const width = 3 * patch ** 2;
	const pixels = allocate(rendering, name, [clips.length, frames, mostPatches, width], "some");
	const positions = new BigInt64Array(clips.length * frames * mostPatches * 2).fill(-1n);
	const tokens = clips.map(({ layout }) => {
		const count = layout.patchGrid.rows * layout.patchGrid.cols;
		if (count <= mostPatches) return count / merge ** 2;
		throw new OnevisionError(
			"unsupported",
			`${layout.source.width}x${layout.source.height} makes ${count} patches, over the ${mostPatches} of this setting`,
		);
	});
	clips.forEach((clip, index) => {
		const { cols, rows } = clip.layout.patchGrid;
		clip.frames.forEach((source, frame) => {
			const at = (index * frames + frame) * mostPatches;
			renderWhole([{ source, framing: clip.framing }], rendering, ([made]) => {
				if (made !== undefined) writePatchRows(made, rendering.tones, patch, pixels.data, at * width);
			});
			for (let i = 0; i < rows * cols; i++) {
				positions[(at + i) * 2] = BigInt(i % cols);
				positions[(at + i) * 2 + 1] = BigInt(Math.floor(i / cols));
			}
		});
	});
	const shape = [clips.length, frames, mostPatches, 2];
	return { pixels, positions: { dtype: "int64" as const, shape, data: positions }, tokens };
}
