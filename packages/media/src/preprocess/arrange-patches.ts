/** Tensors of families whose towers take flattened patches: Qwen-VL and Gemma 4. */

import { OnevisionError } from "@onevision/core";
import type { Picture } from "../picture.ts";
import {
	type ArrangeClips,
	type ArrangeImages,
	allocate,
	evenFrames,
	type PreparedClip,
	type PreparedImage,
	type Rendering,
	type Tensors,
} from "./arrange.ts";
import type { Framing } from "./framing.ts";
import { type MergedPatches, writeMergedPatches, writePatchRows } from "./patches.ts";
import { Stages } from "./render.ts";
import { integers } from "./tensor.ts";

export interface TemporalPatches extends MergedPatches {
	/** Frames of one patch; an image is repeated to as many. */
	readonly temporalPatch: number;
}

/** The one view of a framing, which is a whole resized picture. */
function renderWhole(source: Picture, { views }: Framing, { resize }: Rendering): Picture {
	const [view] = views;
	if (view === undefined) throw new Error("internal: a framing without views");
	return new Stages(source, resize).picture(view.from);
}

/** `pixel_values [patches, 3 · frames · patch²]` and `image_grid_thw [images, 3]`. */
export function arrangeMergedImages(patches: TemporalPatches): ArrangeImages {
	return (samples, rendering) => {
		const images = samples.flat();
		const frames = images.map(({ source, framing }) => () => {
			const made = renderWhole(source, framing, rendering);
			return [Array.from({ length: patches.temporalPatch }, () => made)];
		});
		return mergedTensors("pixel_values", "image_grid_thw", images, frames, patches, rendering);
	};
}

/** `pixel_values_videos` and `video_grid_thw`, alike; the last frame is repeated to fill its patch. */
export function arrangeMergedClips(patches: TemporalPatches): ArrangeClips {
	return (clips, rendering) => {
		const frames = clips.map(
			(clip) =>
				function* () {
					for (let at = 0; at < clip.frames.length; at += patches.temporalPatch) {
						yield Array.from({ length: patches.temporalPatch }, (_, i) => {
							const frame = clip.frames[Math.min(at + i, clip.frames.length - 1)];
							if (frame === undefined) throw new Error("internal: a clip without frames");
							return renderWhole(frame, clip.framing, rendering);
						});
					}
				},
		);
		return mergedTensors("pixel_values_videos", "video_grid_thw", clips, frames, patches, rendering);
	};
}

function mergedTensors(
	pixelsName: string,
	gridName: string,
	items: readonly (PreparedImage | PreparedClip)[],
	groupsOf: readonly (() => Iterable<readonly Picture[]>)[],
	patches: TemporalPatches,
	rendering: Rendering,
): Tensors {
	const width = 3 * patches.temporalPatch * patches.patch ** 2;
	const rows = items.map(({ layout }) => layout.patchGrid.rows * layout.patchGrid.cols);
	const total = items.reduce((sum, { layout }, index) => sum + layout.views * (rows[index] ?? 0), 0);
	const pixels = allocate(rendering, [total, width]);
	let offset = 0;
	groupsOf.forEach((groups, index) => {
		for (const frames of groups()) {
			writeMergedPatches(frames, rendering.tones, patches, pixels.data, offset);
			offset += (rows[index] ?? 0) * width;
		}
	});
	const grids = items.flatMap(({ layout }) => [layout.views, layout.patchGrid.rows, layout.patchGrid.cols]);
	return { [pixelsName]: pixels, [gridName]: integers([items.length, 3], grids) };
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
		const { pixels, positions, tokens } = paddedTensors(made, 1, patches, rendering);
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
		const { pixels, positions, tokens } = paddedTensors(clips, evenFrames(clips), patches, rendering);
		return {
			pixel_values_videos: pixels,
			video_position_ids: positions,
			num_soft_tokens_per_video: integers([clips.length], tokens),
		};
	};
}

function paddedTensors(
	clips: readonly PreparedClip[],
	frames: number,
	{ patch, merge, mostPatches }: PaddedPatches,
	rendering: Rendering,
) {
	const width = 3 * patch ** 2;
	const pixels = allocate(rendering, [clips.length, frames, mostPatches, width]);
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
			const made = renderWhole(source, clip.framing, rendering);
			writePatchRows(made, rendering.tones, patch, pixels.data, at * width);
			for (let i = 0; i < rows * cols; i++) {
				positions[(at + i) * 2] = BigInt(i % cols);
				positions[(at + i) * 2 + 1] = BigInt(Math.floor(i / cols));
			}
		});
	});
	const shape = [clips.length, frames, mostPatches, 2];
	return { pixels, positions: { dtype: "int64" as const, shape, data: positions }, tokens };
}
