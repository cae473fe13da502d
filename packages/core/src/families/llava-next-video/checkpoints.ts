/** Checkpoints of LLaVA-NeXT-Video. */

import type { CheckpointRow } from "../checkpoint.ts";
import { CLIP_PIXELS } from "../llava/checkpoints.ts";
import { NEXT_CONSTANTS } from "../llava-next/checkpoints.ts";
import type { LlavaNextVideoConstants, LlavaNextVideoSettings } from "./layout.ts";

export type LlavaNextVideoCheckpoint = CheckpointRow<
	"llava-next-video",
	LlavaNextVideoConstants,
	LlavaNextVideoSettings
>;

export const checkpoints = {
	"llava-next-video-7b": {
		title: "LLaVA-NeXT-Video 7B",
		family: "llava-next-video",
		aliases: [
			"llava-next-video",
			"llava-hf/LLaVA-NeXT-Video-7B-hf",
			"llava-hf/LLaVA-NeXT-Video-7B-DPO-hf",
			"lmms-lab/LLaVA-NeXT-Video-7B",
		],
		constants: { ...NEXT_CONSTANTS, trainedFrames: 32 },
		parts: { tower: "clip-vit-l14-336", projector: { kind: "mlp2x-gelu" }, languageModel: "vicuna-7b" },
		contextTokens: 4096,
		pixels: CLIP_PIXELS,
		trainedFrames: 32,
		recommendedSettings: { num_frames: 32 },
		source:
			"huggingface.co/llava-hf/LLaVA-NeXT-Video-7B-hf model card (32 frames per clip) and processor files",
	},
} as const satisfies Record<string, LlavaNextVideoCheckpoint>;
