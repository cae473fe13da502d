/** Checkpoints of Video-LLaVA. */

import type { CheckpointRow } from "../checkpoint.ts";
import type { VideoLlavaConstants, VideoLlavaSettings } from "./layout.ts";

export type VideoLlavaCheckpoint = CheckpointRow<"video-llava", VideoLlavaConstants, VideoLlavaSettings>;

export const checkpoints = {
	"video-llava-7b": {
		title: "Video-LLaVA 7B",
		family: "video-llava",
		aliases: ["video-llava", "LanguageBind/Video-LLaVA-7B-hf", "LanguageBind/Video-LLaVA-7B"],
		constants: { tile: 224, patch: 14, trainedFrames: 8 },
		parts: { tower: "languagebind-vit-l14", projector: { kind: "mlp2x-gelu" }, languageModel: "vicuna-7b" },
		contextTokens: 4096,
		trainedFrames: 8,
		recommendedSettings: { num_frames: 8 },
		source:
			"transformers 5.18.0 src/transformers/models/video_llava/processing_video_llava.py; PKU-YuanGroup/Video-LLaVA processing_video.py at 805a9f3 (8 frames)",
	},
} as const satisfies Record<string, VideoLlavaCheckpoint>;
