/** Checkpoints of LLaVA-OneVision. */

import { normalizedBy } from "../../facts/normalizations.ts";
import type { CheckpointRow } from "../checkpoint.ts";
import type { LlavaOnevisionConstants, LlavaOnevisionSettings } from "./layout.ts";

export type LlavaOnevisionCheckpoint = CheckpointRow<
	"llava-onevision",
	LlavaOnevisionConstants,
	LlavaOnevisionSettings
>;

const ONEVISION_SOURCE =
	"arXiv 2408.03326 section 3; huggingface.co/llava-hf/llava-onevision-qwen2-7b-ov-hf preprocessor_config.json; LLaVA-VL/LLaVA-NeXT scripts/train/finetune_ov.sh (frames_upbound 32, model_max_length 32768)";

/** SigLIP-SO400M at 384 px, grids 1×1 to 6×6, `anyres_max_9`, `frames_upbound` 32. */
const ONEVISION: LlavaOnevisionConstants = {
	tile: 384,
	patch: 14,
	maxGridSide: 6,
	anyresMax: 9,
	trainedFrames: 32,
};

const onevision = <const Size extends string>(
	size: Size,
	stage: "si" | "ov" | "ov-chat",
	languageModel: "qwen2-0.5b" | "qwen2-7b" | "qwen2-72b",
	short: readonly string[],
): LlavaOnevisionCheckpoint => ({
	title: `LLaVA-OneVision ${size.toUpperCase()} ${stage}`,
	family: "llava-onevision",
	aliases: [
		...short,
		`llava-hf/llava-onevision-qwen2-${size}-${stage}-hf`,
		`lmms-lab/llava-onevision-qwen2-${size}-${stage}`,
	],
	constants: ONEVISION,
	parts: { tower: "siglip-so400m-patch14-384", projector: { kind: "mlp2x-gelu" }, languageModel },
	contextTokens: 32_768,
	pixels: {
		image: normalizedBy("half"),
		source:
			"preprocessor_config.json and video_preprocessor_config.json of llava-hf/llava-onevision-qwen2-7b-ov-hf (SigLIP's values; the class default is CLIP's)",
	},
	trainedFrames: 32,
	trainedThrough: stage === "si" ? "single-image" : "onevision",
	recommendedSettings: { num_frames: 32 },
	source: ONEVISION_SOURCE,
});

export const checkpoints = {
	"llava-onevision-qwen2-0.5b-si": onevision("0.5b", "si", "qwen2-0.5b", []),
	"llava-onevision-qwen2-0.5b-ov": onevision("0.5b", "ov", "qwen2-0.5b", ["llava-onevision-0.5b"]),
	"llava-onevision-qwen2-7b-si": onevision("7b", "si", "qwen2-7b", []),
	"llava-onevision-qwen2-7b-ov": onevision("7b", "ov", "qwen2-7b", ["llava-onevision", "llava-onevision-7b"]),
	"llava-onevision-qwen2-7b-ov-chat": onevision("7b", "ov-chat", "qwen2-7b", []),
	"llava-onevision-qwen2-72b-si": onevision("72b", "si", "qwen2-72b", []),
	"llava-onevision-qwen2-72b-ov": onevision("72b", "ov", "qwen2-72b", ["llava-onevision-72b"]),
	"llava-onevision-qwen2-72b-ov-chat": onevision("72b", "ov-chat", "qwen2-72b", []),
} as const satisfies Record<string, LlavaOnevisionCheckpoint>;
