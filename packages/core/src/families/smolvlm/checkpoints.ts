/** Checkpoints of SmolVLM2. */

import type { CheckpointRow } from "../checkpoint.ts";
import {
	HALF_PIXELS,
	SMOL_2B,
	SMOL_2B_SOURCE,
	SMOL_256M,
	SMOL_500M,
	SMOL_LARGE,
	SMOL_SMALL,
	SMOL_SOURCE,
} from "../idefics3/checkpoints.ts";
import type { SmolvlmConstants, SmolvlmSettings } from "./layout.ts";

export type SmolvlmCheckpoint = CheckpointRow<"smolvlm", SmolvlmConstants, SmolvlmSettings>;

/**
 * `video_sampling` of the processors. Its `video_size` (one view) has no effect: the files also contain `size`, for
 * images, and SmolVLMVideoProcessor uses that instead (transformers 5.18.0 models/smolvlm/video_processing_smolvlm.py).
 */
const SMOL_VIDEO = { maxFrames: 64, fps: 1 } as const;

export const checkpoints = {
	"smolvlm2-256m": {
		title: "SmolVLM2 256M Video",
		family: "smolvlm",
		aliases: ["HuggingFaceTB/SmolVLM2-256M-Video-Instruct"],
		constants: { ...SMOL_SMALL, ...SMOL_VIDEO, videoEdge: SMOL_SMALL.longestEdge },
		parts: SMOL_256M,
		contextTokens: 8192,
		pixels: HALF_PIXELS,
		trainedFrames: SMOL_VIDEO.maxFrames,
		source: SMOL_SOURCE,
	},
	"smolvlm2-500m": {
		title: "SmolVLM2 500M Video",
		family: "smolvlm",
		aliases: ["HuggingFaceTB/SmolVLM2-500M-Video-Instruct"],
		constants: { ...SMOL_SMALL, ...SMOL_VIDEO, videoEdge: SMOL_SMALL.longestEdge },
		parts: SMOL_500M,
		contextTokens: 8192,
		pixels: HALF_PIXELS,
		trainedFrames: SMOL_VIDEO.maxFrames,
		source: SMOL_SOURCE,
	},
	"smolvlm2-2.2b": {
		title: "SmolVLM2 2.2B",
		family: "smolvlm",
		aliases: ["smolvlm2", "HuggingFaceTB/SmolVLM2-2.2B-Instruct"],
		constants: { ...SMOL_LARGE, ...SMOL_VIDEO, videoEdge: SMOL_LARGE.longestEdge },
		parts: SMOL_2B,
		contextTokens: 16_384,
		pixels: HALF_PIXELS,
		trainedFrames: SMOL_VIDEO.maxFrames,
		unverified: ["longestEdge", "fps", "maxFrames", "videoEdge"],
		source: SMOL_2B_SOURCE,
	},
} as const satisfies Record<string, SmolvlmCheckpoint>;
