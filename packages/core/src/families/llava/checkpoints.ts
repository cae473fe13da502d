/** Checkpoints of LLaVA-1.5. */

import { type CheckpointPixels, normalizedBy } from "../../facts/normalizations.ts";
import type { CheckpointRow } from "../checkpoint.ts";
import type { LlavaConstants, LlavaSettings } from "./layout.ts";

export type LlavaCheckpoint = CheckpointRow<"llava", LlavaConstants, LlavaSettings>;

/** CLIP ViT-L/14 at 336 px. */
export const CLIP_336 = { tile: 336, patch: 14 } as const;

/** Read from copies of llava-hf/llava-1.5-7b-hf and llava-v1.6-mistral-7b-hf. They equal the class defaults. */
export const CLIP_PIXELS: CheckpointPixels = {
	image: normalizedBy("clip"),
	source: "preprocessor_config.json (image_mean, image_std) of the checkpoint's llava-hf repository",
};

const LLAVA_15_SOURCE =
	"huggingface.co/llava-hf/llava-1.5-7b-hf config.json and preprocessor_config.json (CLIP-L/14-336, strategy default)";

const vipLlava = (
	size: "7b" | "13b",
	languageModel: "vicuna-7b" | "vicuna-13b",
	short: readonly string[] = [],
): LlavaCheckpoint => ({
	title: `ViP-LLaVA ${size.toUpperCase()}`,
	family: "llava",
	aliases: [...short, `llava-hf/vip-llava-${size}-hf`, `mucai/vip-llava-${size}`],
	constants: CLIP_336,
	// Features of five blocks are concatenated, then a norm and two layers follow. Counted as LLaVA's projector.
	parts: { tower: "clip-vit-l14-336", projector: { kind: "mlp2x-gelu" }, languageModel },
	contextTokens: 4096,
	pixels: CLIP_PIXELS,
	source: "transformers 5.18.0 models/vipllava, which uses LLaVA's processor (CLIP-L/14-336)",
});

const fastVlm = (
	size: "0.5B" | "1.5B" | "7B",
	languageModel: "qwen2-0.5b" | "qwen2-1.5b" | "qwen2-7b",
	short: readonly string[] = [],
): LlavaCheckpoint => ({
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

export const checkpoints = {
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
} as const satisfies Record<string, LlavaCheckpoint>;
