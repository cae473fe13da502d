/**
 * LLaVA-NeXT-Video: images as in LLaVA-1.6; a video frame is one pooled tile without newline. Sources: transformers
 * 5.18 models/llava_next_video/processing_llava_next_video.py; vllm-project/vllm
 * vllm/model_executor/models/llava_next_video.py at 187d8e5, which accepts one clip and no images.
 */

import {
	type FrameCount,
	numFramesKnob,
	numFramesSchema,
	sampleFrames,
	VLLM_FRAMES,
} from "../../layouts/frames.ts";
import { square } from "../../layouts/tiles.ts";
import { layoutFrames } from "../../layouts/video-frames.ts";
import { type Family, noImage } from "../family.ts";
import { type LlavaNextConstants, type LlavaNextSettings, llavaNext } from "../llava-next/layout.ts";

export interface LlavaNextVideoConstants extends LlavaNextConstants {
	/** Frames per clip in training. */
	readonly trainedFrames: number;
}

export type LlavaNextVideoSettings = LlavaNextSettings & {
	readonly num_frames: FrameCount;
};

/**
 * Neither reference writes a newline: LLaVA-NeXT playground/demo/video_demo.py sets `mm_newline_position` to "no_token".
 */
const NEWLINES = 0;

/** Each frame yields a quarter of its patches as features: `height·width // 4` in the processor. */
const STRIDE = 2;

export const llavaNextVideo: Family<LlavaNextVideoConstants, LlavaNextVideoSettings> = {
	title: "LLaVA-NeXT-Video",
	source: "transformers 5.18.0 src/transformers/models/llava_next_video/processing_llava_next_video.py",
	parities: ["transformers", "original", "vllm"],
	scenarios: ["single-image", "multi-image", "video"],
	settings: { ...llavaNext.settings, num_frames: numFramesSchema },
	defaults: (constants, parity) => ({
		...llavaNext.defaults(constants, parity),
		num_frames: parity === "transformers" ? "all" : parity === "vllm" ? VLLM_FRAMES : constants.trainedFrames,
	}),
	processorArguments: (chosen, constants) => ({
		...llavaNext.processorArguments?.(chosen, constants),
		...(chosen.num_frames === undefined
			? {}
			: { videos: { do_sample_frames: "True", num_frames: String(chosen.num_frames) } }),
	}),
	knobs: (constants) => ({
		...llavaNext.knobs(constants),
		video: [numFramesKnob()],
	}),
	counter: (constants, settings, parity) => {
		const { tile, patch, trainedFrames } = constants;
		const patchGrid = square(Math.floor(tile / patch));
		const pooledGrid = square(Math.floor(patchGrid.rows / STRIDE));
		return {
			image:
				parity === "vllm"
					? noImage("LLaVA-NeXT-Video in vLLM")
					: llavaNext.counter(constants, settings, parity).image,
			video: (item) =>
				layoutFrames(item, sampleFrames(item, settings.num_frames, parity, trainedFrames), {
					view: { width: tile, height: tile },
					patchGrid,
					pooledGrid,
					newlines: NEWLINES,
				}),
		};
	},
};
