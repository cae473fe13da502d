/**
 * MiniCPM-V 2.0 to 4.5: an overview and up to nine cuts, each turned into 64 (2.5: 96) tokens by a resampler. A video
 * is one frame per second, at most 64, each laid out like an image. Source: image_processing_minicpmv.py of
 * huggingface.co/openbmb/MiniCPM-V-2_6, read in copies of it, and the `encode_video` of its model card;
 * vllm-project/vllm vllm/model_executor/models/minicpmv.py at 73fb7a4, which never cuts frames and samples 32 per clip,
 * even for 4.5.
 */

import { OnevisionError, roundHalfEven } from "@onevision/base";
import { integer } from "@onevision/base/schema";
import { numFramesKnob, type SampledFrames, sampleFrames, VLLM_FRAMES } from "../../layouts/frames.ts";
import { layoutSlices, type SliceRule, withImageId } from "../../layouts/minicpm-slices.ts";
import { rateOf } from "../../layouts/native-clip.ts";
import { MAX_FRAMES, type VideoItem } from "../../sample.ts";
import type { Family, SettingValue } from "../family.ts";
import { slicesKnob, slicesSchema } from "../minicpm-v/layout.ts";

export interface MinicpmVResamplerConstants {
	/** Side of a patch, px. */
	readonly patch: number;
	/** Side of a square cut, px (`scale_resolution`). */
	readonly slice: number;
	/** Maximum cuts of an image and, according to the model card, of a frame. */
	readonly maxSlices: number;
	readonly frameSlices: number;
	/** Tokens per view (`image_feature_size`). */
	readonly queries: number;
	/** Whether a number precedes each image (`use_image_id`, since 2.6). */
	readonly imageId: boolean;
	/** Maximum frames of a clip (`MAX_NUM_FRAMES`); 0 when clips are not supported. */
	readonly maxFrames: number;
}

export type MinicpmVResamplerSettings = {
	readonly max_slice_nums: number;
	readonly video_max_slice_nums: number;
	readonly max_num_frames: number;
};

export const minicpmVResampler: Family<MinicpmVResamplerConstants, MinicpmVResamplerSettings> = {
	title: "MiniCPM-V 2 to 4.5",
	source: "huggingface.co/openbmb/MiniCPM-V-2_6 image_processing_minicpmv.py and README.md",
	parities: ["original", "vllm"],
	scenarios: ["single-image", "multi-image", "video"],
	settings: {
		max_slice_nums: slicesSchema("an image"),
		video_max_slice_nums: slicesSchema("a video frame"),
		max_num_frames: integer("Most frames of a clip: one per second, in vLLM any", {
			min: 1,
			max: MAX_FRAMES,
		}),
	},
	ignored: { vllm: ["video_max_slice_nums"] },
	defaults: ({ maxSlices, frameSlices, maxFrames }, parity) => ({
		max_slice_nums: maxSlices,
		video_max_slice_nums: parity === "vllm" ? 1 : frameSlices,
		max_num_frames: parity === "vllm" ? VLLM_FRAMES : Math.max(1, maxFrames),
	}),
	knobs: ({ maxSlices, frameSlices, maxFrames }) => {
		const image = slicesKnob("max_slice_nums", maxSlices);
		const frame = slicesKnob("video_max_slice_nums", frameSlices);
		const frames = {
			...numFramesKnob(),
			setting: "max_num_frames",
			label: (value: SettingValue) => `up to ${value} frames`,
		};
		const video = maxFrames === 0 ? [] : [frames, frame];
		return { "single-image": [image], "multi-image": [image], video };
	},
	counter: (constants, settings, parity) => {
		const rule = (maxSlices: number, imageId: boolean): SliceRule => ({
			patch: constants.patch,
			slice: constants.slice,
			divisor: constants.patch,
			maxSlices,
			tokens: () => ({ rows: 1, cols: constants.queries }),
			imageId,
		});
		const imageRule = rule(settings.max_slice_nums, constants.imageId);
		const frameRule = rule(settings.video_max_slice_nums, false);
		return {
			image: (item) => layoutSlices(item, imageRule),
			video: (item) => {
				if (parity === "vllm" && constants.imageId) {
					const sampled = sampleFrames(item, settings.max_num_frames, parity, constants.maxFrames);
					return layoutSlices(item, frameRule, sampled);
				}
				if (constants.maxFrames === 0) {
					throw new OnevisionError(
						"unsupported",
						"this MiniCPM-V checkpoint's video is not counted: 2.5 takes none, 4.5 packs frames by time; pass frames as images",
					);
				}
				return layoutSlices(item, frameRule, takeFrames(item, settings.max_num_frames));
			},
			numbered: (layout, ordinal) =>
				layout.kind === "image" && constants.imageId ? withImageId(layout, ordinal) : layout,
		};
	},
};

/**
 * `encode_video`: takes one frame per second. If that exceeds the maximum, keeps the middle frames of equal segments.
 */
function takeFrames(video: VideoItem, most: number): SampledFrames {
	const step = Math.max(1, roundHalfEven(rateOf(video)));
	const length = Math.ceil(video.frames / step);
	if (length <= most) {
		return { count: length, indices: Array.from({ length }, (_, index) => index * step) };
	}
	const gap = length / most;
	const indices = Array.from({ length: most }, (_, index) => Math.trunc(index * gap + gap / 2) * step);
	return { count: most, indices };
}
