/**
 * MiniCPM-V 4.6: an overview and up to nine cuts that keep their aspect ratio, with sixteen (or four) patches merged
 * into a token. A video is one frame per second, each laid out like an image. Sources: transformers 5.18
 * models/minicpmv4_6/{image_processing,video_processing,processing}_minicpmv4_6.py; vllm-project/vllm
 * vllm/model_executor/models/minicpmv4_6.py at 055e47c, which samples 32 frames per clip and always cuts.
 */

import { linspace, OnevisionError } from "@onevision/base";
import { boolean, choice, integer } from "@onevision/base/schema";
import { sampleUniform } from "../../layouts/frame-sampling.ts";
import { numFramesKnob, type SampledFrames, sampleFrames, VLLM_FRAMES } from "../../layouts/frames.ts";
import { layoutSlices, type SliceRule, withImageId } from "../../layouts/minicpm-slices.ts";
import { type ClipFrames, clipFramesSchema, rateOf } from "../../layouts/native-clip.ts";
import { chosenFrames } from "../../layouts/processor-arguments.ts";
import { MAX_FRAMES, type VideoItem } from "../../sample.ts";
import type { Family, Knob } from "../family.ts";

export interface MinicpmVConstants {
	/** Side of a patch, px. */
	readonly patch: number;
	/** Side of a square cut, px (`scale_resolution`). */
	readonly slice: number;
	readonly maxSlices: number;
	/** Maximum frames of a clip (`max_num_frames`). */
	readonly maxFrames: number;
	/** Patches merged into one token. */
	readonly downsample: "4x" | "16x";
}

export type MinicpmVSettings = {
	readonly max_slice_nums: number;
	readonly video_max_slice_nums: number;
	readonly slice_mode: boolean;
	readonly video_slice_mode: boolean;
	readonly downsample_mode: "4x" | "16x";
	readonly max_num_frames: number;
	readonly num_frames: ClipFrames;
};

/** Grid points per second from which long clips are sampled. */
const STEPS_PER_SECOND = 10;
/** Sides are rounded to multiples of this many patches: two merges of 2×2. */
const MERGED_SIDE = 4;

export const slicesSchema = (of: string) => integer(`Most cuts of ${of}`, { min: 1, max: 1000 });

export const minicpmV: Family<MinicpmVConstants, MinicpmVSettings> = {
	title: "MiniCPM-V 4.6",
	source: "transformers 5.18.0 src/transformers/models/minicpmv4_6/image_processing_minicpmv4_6.py",
	parities: ["transformers", "vllm"],
	scenarios: ["single-image", "multi-image", "video"],
	settings: {
		max_slice_nums: slicesSchema("an image"),
		video_max_slice_nums: slicesSchema("a video frame"),
		slice_mode: boolean("Whether large images are also cut"),
		video_slice_mode: boolean("Whether large video frames are also cut"),
		downsample_mode: choice("Patches merged into one token", ["16x", "4x"]),
		max_num_frames: integer("Most frames of a clip when one per second is taken", {
			min: 1,
			max: MAX_FRAMES,
		}),
		num_frames: clipFramesSchema,
	},
	ignored: { vllm: ["slice_mode", "video_slice_mode", "max_num_frames"] },
	defaults: ({ maxSlices, maxFrames, downsample }, parity) => ({
		max_slice_nums: maxSlices,
		video_max_slice_nums: maxSlices,
		slice_mode: true,
		video_slice_mode: true,
		downsample_mode: downsample,
		max_num_frames: maxFrames,
		num_frames: parity === "vllm" ? VLLM_FRAMES : "by_fps",
	}),
	processorArguments: (chosen) => {
		const { max_slice_nums: image, video_max_slice_nums: frame } = chosen;
		const { videos, notes } = chosenFrames(chosen);
		return {
			...(image === undefined ? {} : { images: { max_slice_nums: String(image) } }),
			videos: { ...(frame === undefined ? {} : { max_slice_nums: String(frame) }), ...videos },
			notes,
		};
	},
	vllmArguments: { max_slice_nums: "max_slice_nums", video_max_slice_nums: "max_slice_nums" },
	knobs: ({ maxSlices }) => {
		const image = slicesKnob("max_slice_nums", maxSlices);
		return {
			"single-image": [image],
			"multi-image": [image],
			video: [numFramesKnob(), slicesKnob("video_max_slice_nums", maxSlices)],
		};
	},
	counter: ({ patch, slice, maxFrames }, settings, parity) => {
		const merge = settings.downsample_mode === "4x" ? 2 : MERGED_SIDE;
		const rule = (maxSlices: number): SliceRule => ({
			patch,
			slice,
			divisor: patch * MERGED_SIDE,
			maxSlices,
			tokens: ({ rows, cols }) => ({ rows: rows / merge, cols: cols / merge }),
			imageId: true,
		});
		const imageRule = rule(settings.slice_mode ? settings.max_slice_nums : 0);
		const frameRule = rule(settings.video_slice_mode ? settings.video_max_slice_nums : 0);
		return {
			image: (item) => layoutSlices(item, imageRule),
			video: (item) => {
				const sampled =
					parity === "vllm"
						? takeFramesAsVllm(item, settings.num_frames, maxFrames)
						: takeFrames(item, settings);
				return layoutSlices(item, frameRule, sampled);
			},
			numbered: withImageId,
		};
	},
};

/** The numbers of cuts the planner may try; 1 means no cuts. */
export function slicesKnob(setting: string, most: number): Knob {
	return {
		setting,
		values: Array.from({ length: most }, (_, index) => index + 1),
		deployable: true,
		bound: "tiles",
		label: (value) => (value === 1 ? "no cuts" : `up to ${value} cuts`),
	};
}

/**
 * `sample_frames` without stacking: one frame per second. For longer clips, `max_num_frames` out of a grid of ten per
 * second.
 */
function takeFrames(video: VideoItem, settings: MinicpmVSettings): SampledFrames {
	const { num_frames: asked, max_num_frames: most } = settings;
	if (asked === "all" || (asked !== "by_fps" && asked >= video.frames)) return { count: video.frames };
	if (asked !== "by_fps") return { count: asked, indices: sampleUniform(video.frames, asked) };
	const fps = rateOf(video);
	const duration = video.frames / fps;
	const indices =
		duration > most
			? sampleLong(video.frames, fps, duration, most)
			: Array.from({ length: Math.ceil(duration) }, (_, second) => Math.trunc(second * fps));
	return { count: indices.length, indices };
}

/** A number of evenly spaced frames, from vLLM's default loader for clips. */
function takeFramesAsVllm(video: VideoItem, asked: ClipFrames, trained: number): SampledFrames {
	if (asked !== "by_fps") return sampleFrames(video, asked, "vllm", trained);
	throw new OnevisionError(
		"unsupported",
		`num_frames by_fps: vLLM takes a number of frames of a MiniCPM-V clip; set num_frames=${VLLM_FRAMES}, as it does by itself`,
	);
}

function sampleLong(frames: number, fps: number, duration: number, most: number): number[] {
	const steps = Math.trunc(duration / (1 / STEPS_PER_SECOND));
	const frameAt = (step: number): number => Math.min(Math.trunc((step / STEPS_PER_SECOND) * fps), frames - 1);
	const chosen =
		steps > most ? linspace(steps - 1, most).map(Math.trunc) : Array.from({ length: steps }, (_, i) => i);
	return chosen.map(frameAt);
}
