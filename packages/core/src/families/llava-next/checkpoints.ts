/** Checkpoints of LLaVA-1.6 (LLaVA-NeXT). */

import type { CheckpointRow } from "../checkpoint.ts";
import { CLIP_336, CLIP_PIXELS } from "../llava/checkpoints.ts";
import type { LlavaNextConstants, LlavaNextSettings } from "./layout.ts";

export type LlavaNextCheckpoint = CheckpointRow<"llava-next", LlavaNextConstants, LlavaNextSettings>;

/** `image_grid_pinpoints` of LLaVA-1.6, (height, width) in the file: 336×672, 672×336, 672×672, 1008×336, 336×1008. */
export const NEXT_CONSTANTS = {
	...CLIP_336,
	canvases: [
		{ height: 336, width: 672 },
		{ height: 672, width: 336 },
		{ height: 672, width: 672 },
		{ height: 1008, width: 336 },
		{ height: 336, width: 1008 },
	],
} as const;

const NEXT_SOURCE =
	"huggingface.co/llava-hf/llava-v1.6-mistral-7b-hf preprocessor_config.json image_grid_pinpoints";

export const checkpoints = {
	"llava-v1.6-vicuna-7b": {
		title: "LLaVA-1.6 Vicuna 7B",
		family: "llava-next",
		aliases: ["llava-hf/llava-v1.6-vicuna-7b-hf", "liuhaotian/llava-v1.6-vicuna-7b"],
		constants: NEXT_CONSTANTS,
		parts: { tower: "clip-vit-l14-336", projector: { kind: "mlp2x-gelu" }, languageModel: "vicuna-7b" },
		contextTokens: 4096,
		pixels: CLIP_PIXELS,
		source: NEXT_SOURCE,
	},
	"llava-v1.6-vicuna-13b": {
		title: "LLaVA-1.6 Vicuna 13B",
		family: "llava-next",
		aliases: ["llava-hf/llava-v1.6-vicuna-13b-hf", "liuhaotian/llava-v1.6-vicuna-13b"],
		constants: NEXT_CONSTANTS,
		parts: { tower: "clip-vit-l14-336", projector: { kind: "mlp2x-gelu" }, languageModel: "vicuna-13b" },
		contextTokens: 4096,
		pixels: CLIP_PIXELS,
		source: NEXT_SOURCE,
	},
	"llava-v1.6-mistral-7b": {
		title: "LLaVA-1.6 Mistral 7B",
		family: "llava-next",
		aliases: [
			"llava-next",
			"llava-1.6",
			"llava-hf/llava-v1.6-mistral-7b-hf",
			"liuhaotian/llava-v1.6-mistral-7b",
		],
		constants: NEXT_CONSTANTS,
		parts: { tower: "clip-vit-l14-336", projector: { kind: "mlp2x-gelu" }, languageModel: "mistral-7b" },
		contextTokens: 32_768,
		pixels: CLIP_PIXELS,
		source: NEXT_SOURCE,
	},
	"llava-v1.6-34b": {
		title: "LLaVA-1.6 34B",
		family: "llava-next",
		aliases: ["llava-hf/llava-v1.6-34b-hf", "liuhaotian/llava-v1.6-34b"],
		constants: NEXT_CONSTANTS,
		parts: { tower: "clip-vit-l14-336", projector: { kind: "mlp2x-gelu" }, languageModel: "yi-34b" },
		contextTokens: 4096,
		pixels: CLIP_PIXELS,
		source: NEXT_SOURCE,
	},
	"llava-next-llama3-8b": {
		title: "LLaVA-NeXT Llama-3 8B",
		family: "llava-next",
		aliases: ["llava-hf/llama3-llava-next-8b-hf", "lmms-lab/llama3-llava-next-8b"],
		constants: NEXT_CONSTANTS,
		parts: { tower: "clip-vit-l14-336", projector: { kind: "mlp2x-gelu" }, languageModel: "llama-3-8b" },
		contextTokens: 8192,
		pixels: CLIP_PIXELS,
		source: NEXT_SOURCE,
	},
} as const satisfies Record<string, LlavaNextCheckpoint>;
