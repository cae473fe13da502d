/**
 * Video-LLaVA: images and frames are one 224 px view each. A frame keeps the tower's class token; an image does not.
 * Sources: transformers 5.18 models/video_llava/processing_video_llava.py; PKU-YuanGroup/Video-LLaVA
 * videollava/model/multimodal_encoder/languagebind/video/processing_video.py at 805a9f3 (8 frames, `np.linspace`).
 */

import { NO_WRAPPER } from "../../layout.ts";
import { sampleLinspace } from "../../layouts/frame-sampling.ts";
import {
	type FrameCount,
	numFramesKnob,
	numFramesSchema,
	type SampledFrames,
	sampleFrames,
} from "../../layouts/frames.ts";
import { square } from "../../layouts/tiles.ts";
import { layoutFrames } from "../../layouts/video-frames.ts";
import type { Family } from "../family.ts";
import { type LlavaConstants, llava } from "../llava/layout.ts";

export interface VideoLlavaConstants extends LlavaConstants {
	/** Frames per clip in training. */
	readonly trainedFrames: number;
}

export type VideoLlavaSettings = {
	readonly num_frames: FrameCount;
};

/** Class tokens kept per frame: `num_additional_image_tokens`, which is not subtracted for video. */
const CLASS_TOKENS = 1;

export const videoLlava: Family<VideoLlavaConstants, VideoLlavaSettings> = {
	title: "Video-LLaVA",
	source: "transformers 5.18.0 src/transformers/models/video_llava/processing_video_llava.py",
	parities: ["transformers", "original"],
	scenarios: ["single-image", "multi-image", "video"],
	settings: { num_frames: numFramesSchema },
	defaults: ({ trainedFrames }, parity) => ({
		num_frames: parity === "transformers" ? "all" : trainedFrames,
	}),
	knobs: () => ({ "single-image": [], "multi-image": [], video: [numFramesKnob()] }),
	counter: (constants, settings, parity) => {
		const { tile, patch, trainedFrames } = constants;
		const patchGrid = square(Math.floor(tile / patch));
		const sample = (frames: number): SampledFrames | undefined =>
			// The original repeats frames of a shorter clip, so the requested number is always used.
			parity === "original" && settings.num_frames !== "all"
				? { count: settings.num_frames, indices: sampleLinspace(frames, settings.num_frames) }
				: undefined;
		return {
			// Both implementations resize the shorter side to 224 and center-crop.
			image: llava.counter(constants, {}, "transformers").image,
			video: (item) => {
				const sampled = sample(item.frames) ?? sampleFrames(item, settings.num_frames, parity, trainedFrames);
				return layoutFrames(item, sampled, {
					view: { width: tile, height: tile },
					patchGrid,
					pooledGrid: patchGrid,
					newlines: 0,
					markers: sampled.count * CLASS_TOKENS,
					wrapper: NO_WRAPPER,
				});
			},
		};
	},
};
