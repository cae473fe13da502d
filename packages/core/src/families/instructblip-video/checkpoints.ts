/** Checkpoints of InstructBLIP-Video. */

import { QUERIES, VICUNA_7B } from "../blip-2/checkpoints.ts";
import type { CheckpointRow } from "../checkpoint.ts";
import type { InstructblipVideoConstants, InstructblipVideoSettings } from "./layout.ts";

type InstructblipVideoCheckpoint = CheckpointRow<
	"instructblip-video",
	InstructblipVideoConstants,
	InstructblipVideoSettings
>;

export const checkpoints = {
	"instructblipvideo-vicuna-7b": {
		title: "InstructBLIP-Video Vicuna 7B",
		family: "instructblip-video",
		aliases: ["instructblip-video"],
		constants: { ...QUERIES, frames: 4 },
		parts: VICUNA_7B,
		contextTokens: 2048,
		trainedFrames: 4,
		unverified: ["contextTokens"],
		source:
			"transformers 5.18.0 models/instructblipvideo (four frames are hard-coded); runs InstructBLIP's weights",
	},
} as const satisfies Record<string, InstructblipVideoCheckpoint>;
