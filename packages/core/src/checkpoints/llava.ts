/** LLaVA checkpoints: 1.5, 1.6, NeXT-Video, OneVision. */

import type { LlavaOnevisionConstants } from "../families/llava-onevision/layout.ts";
import type { Checkpoint, CheckpointOf } from "./checkpoint.ts";
import { type CheckpointPixels, normalizedBy } from "./pixels.ts";

/** CLIP ViT-L/14 at 336 px. */
const CLIP_336 = { tile: 336, patch: 14 } as const;

/** `image_grid_pinpoints` of LLaVA-1.6, (height, width) in the file: 336×672, 672×336, 672×672, 1008×336, 336×1008. */
const NEXT_CONSTANTS = {
	...CLIP_336,
	canvases: [
		{ height: 336, width: 672 },
		{ height: 672, width: 336 },
		{ height: 672, width: 672 },
		{ height: 1008, width: 336 },
		{ height: 336, width: 1008 },
	],
} as const;

/** llava-hf/llava-1.5-7b-hf and llava-v1.6-mistral-7b-hf, in copies; the classes' own values too. */
const CLIP_PIXELS: CheckpointPixels = {
	image: normalizedBy("clip"),
	source: "preprocessor_config.json (image_mean, image_std) of the checkpoint's llava-hf repository",
};

const LLAVA_15_SOURCE =
	"huggingface.co/llava-hf/llava-1.5-7b-hf config.json and preprocessor_config.json (CLIP-L/14-336, strategy default)";
const NEXT_SOURCE =
	"huggingface.co/llava-hf/llava-v1.6-mistral-7b-hf preprocessor_config.json image_grid_pinpoints";
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
): CheckpointOf<"llava-onevision"> => ({
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
	usual: { num_frames: 32 },
	source: ONEVISION_SOURCE,
});

const vipLlava = (
	size: "7b" | "13b",
	languageModel: "vicuna-7b" | "vicuna-13b",
	short: readonly string[] = [],
): CheckpointOf<"llava"> => ({
	title: `ViP-LLaVA ${size.toUpperCase()}`,
	family: "llava",
	aliases: [...short, `llava-hf/vip-llava-${size}-hf`, `mucai/vip-llava-${size}`],
	constants: CLIP_336,
	// Features of five blocks side by side, a norm, then two layers; counted as LLaVA's projector.
	parts: { tower: "clip-vit-l14-336", projector: { kind: "mlp2x-gelu" }, languageModel },
	contextTokens: 4096,
	pixels: CLIP_PIXELS,
	source: "transformers 5.18.0 models/vipllava, which uses LLaVA's processor (CLIP-L/14-336)",
});

const fastVlm = (
	size: "0.5B" | "1.5B" | "7B",
	languageModel: "qwen2-0.5b" | "qwen2-1.5b" | "qwen2-7b",
	short: readonly string[] = [],
): CheckpointOf<"llava"> => ({
	title: `FastVLM ${size}`,
	family: "llava",
	aliases: [...short, `apple/FastVLM-${size}`],
	constants: { tile: 1024, patch: 64 },
	parts: { tower: "fastvithd", projector: { kind: "mlp2x-gelu" }, languageModel },
	contextTokens: 8192,
	pixels: {
		image: normalizedBy("none"),
		source:
			"huggingface/transformers models/fast_vlm/convert_fastvlm_weights_to_hf.py at 000c33f (image_mean 0, image_std 1); apple/ml-fastvlm llava/model/multimodal_encoder/mobileclip_encoder.py at ce11b7f",
	},
	unverified: ["tile", "contextTokens"],
	source:
		"arXiv 2412.13303 (FastViTHD, 64-fold downsampling, 256 tokens at 1024 px); transformers 5.18.0 models/fast_vlm uses LLaVA's processor",
});

export const LLAVA_CHECKPOINTS = {
	"llava-1.5-7b": {
		title: "LLaVA-1.5 7B",
		family: "llava",
		aliases: ["llava-1.5", "llava-hf/llava-1.5-7b-hf", "liuhaotian/llava-v1.5-7b"],
		constants: CLIP_336,
		parts: { tower: "clip-vit-l14-336", projector: { kind: "mlp2x-gelu" }, languageModel: "vicuna-7b" },
		contextTokens: 4096,
		pixels: CLIP_PIXELS,
		source: LLAVA_15_SOURCE,
	},
	"llava-1.5-13b": {
		title: "LLaVA-1.5 13B",
		family: "llava",
		aliases: ["llava-hf/llava-1.5-13b-hf", "liuhaotian/llava-v1.5-13b"],
		constants: CLIP_336,
		parts: { tower: "clip-vit-l14-336", projector: { kind: "mlp2x-gelu" }, languageModel: "vicuna-13b" },
		contextTokens: 4096,
		pixels: CLIP_PIXELS,
		source: LLAVA_15_SOURCE,
	},
	"vip-llava-7b": vipLlava("7b", "vicuna-7b", ["vip-llava"]),
	"vip-llava-13b": vipLlava("13b", "vicuna-13b"),
	"fastvlm-0.5b": fastVlm("0.5B", "qwen2-0.5b"),
	"fastvlm-1.5b": fastVlm("1.5B", "qwen2-1.5b"),
	"fastvlm-7b": fastVlm("7B", "qwen2-7b", ["fast-vlm", "fastvlm"]),
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
		trainedFrames: 32,
		usual: { num_frames: 32 },
		source:
			"huggingface.co/llava-hf/LLaVA-NeXT-Video-7B-hf model card (32 frames per clip) and processor files",
	},
	"llava-onevision-qwen2-0.5b-si": onevision("0.5b", "si", "qwen2-0.5b", []),
	"llava-onevision-qwen2-0.5b-ov": onevision("0.5b", "ov", "qwen2-0.5b", ["llava-onevision-0.5b"]),
	"llava-onevision-qwen2-7b-si": onevision("7b", "si", "qwen2-7b", []),
	"llava-onevision-qwen2-7b-ov": onevision("7b", "ov", "qwen2-7b", ["llava-onevision", "llava-onevision-7b"]),
	"llava-onevision-qwen2-7b-ov-chat": onevision("7b", "ov-chat", "qwen2-7b", []),
	"llava-onevision-qwen2-72b-si": onevision("72b", "si", "qwen2-72b", []),
	"llava-onevision-qwen2-72b-ov": onevision("72b", "ov", "qwen2-72b", ["llava-onevision-72b"]),
	"llava-onevision-qwen2-72b-ov-chat": onevision("72b", "ov-chat", "qwen2-72b", []),
} as const satisfies Record<string, Checkpoint>;
