/** Checkpoints that keep a picture's own shape: GLM-V, ERNIE-4.5-VL, Kimi, VideoLLaMA 3, HunyuanOCR. */

import type { Checkpoint, CheckpointOf } from "./checkpoint.ts";

const GLM_TOKENS = { patch: 14, merge: 2, temporalPatch: 2 } as const;
/** Images: 12,544 to 9,633,792 px counted twice (6,144 tokens); video: up to 47,040,000 px of the whole clip. */
const GLM_CONSTANTS = {
	...GLM_TOKENS,
	minPixels: 12_544,
	maxPixels: 9_633_792,
	videoMinPixels: 12_544,
	videoMaxPixels: 47_040_000,
} as const;
/** Downsampling convolution and gated merger, as transformers 5.18 counts them. */
const GLM_PROJECTOR = { kind: "q-former", parameters: 25_169_920 + 185_081_856 } as const;
const GLM_9B = { tower: "glm-4v-vit", projector: GLM_PROJECTOR, languageModel: "glm-4-9b" } as const;
const GLM_106B = { tower: "glm-4v-vit", projector: GLM_PROJECTOR, languageModel: "glm-4.5-air" } as const;

const KIMI_VL_SOURCE =
	"image_processing_kimi_vl.py and preprocessor_config.json of huggingface.co/moonshotai, read in copies (patch 14, pad_input)";

const kimiVl = (
	variant: string,
	aliases: readonly string[],
	maxPatches: number,
	note: string,
): CheckpointOf<"kimi-vl"> => ({
	title: `Kimi-VL A3B ${variant}`,
	family: "kimi-vl",
	aliases,
	constants: { patch: 14, merge: 2, maxPatches },
	parts: {
		tower: "moonvit",
		projector: { kind: "patch-merger", merge: 2 },
		languageModel: "moonlight-16b-a3b",
	},
	contextTokens: 131_072,
	source: `${KIMI_VL_SOURCE}; ${note}`,
});

const videoLlama3 = (
	size: "2B" | "7B",
	languageModel: "qwen2-1.5b" | "qwen2-7b",
	maxFrames: number,
	aliases: readonly string[],
): CheckpointOf<"video-llama-3"> => ({
	title: `VideoLLaMA 3 ${size}`,
	family: "video-llama-3",
	aliases: [...aliases, `DAMO-NLP-SG/VideoLLaMA3-${size}`, `lkhl/VideoLLaMA3-${size}-HF`],
	constants: {
		patch: 14,
		imageMerge: 1,
		frameMerge: 2,
		minPixels: 16 * 14 ** 2,
		maxPixels: 16_384 * 14 ** 2,
		videoMinPixels: 16 * 28 ** 2,
		videoMaxPixels: 16_384 * 28 ** 2,
		minFrames: 4,
		maxFrames,
	},
	parts: { tower: "siglip-navit-so400m", projector: { kind: "mlp2x-gelu" }, languageModel },
	contextTokens: 32_768,
	trainedFrames: maxFrames,
	usual: { fps: 1 },
	source:
		"huggingface.co/DAMO-NLP-SG/VideoLLaMA3-7B preprocessor_config.json (min_tokens 16, max_tokens 16384) and processor_config.json (merge 1 and 2, fps 1, max_frames); pixels per token as model/image_processing_videollama3.py computes them (copy LiamZhao326/CogStream at 5f1d60d); the transformers class defaults are lower (1,003,520 and 602,112 px)",
});

export const NATIVE_CHECKPOINTS = {
	"glm-4.1v-9b": {
		title: "GLM-4.1V 9B",
		family: "glm4v",
		aliases: ["glm-4.1v", "zai-org/GLM-4.1V-9B-Thinking", "THUDM/GLM-4.1V-9B-Thinking"],
		constants: GLM_CONSTANTS,
		parts: GLM_9B,
		contextTokens: 65_536,
		source:
			"video_preprocessor_config.json of a copy of GLM-4.1V-9B-Thinking; preprocessor_config.json of zai-org/AutoGLM-Phone-9B, built on it (the class default is 11,760,000 px)",
	},
	"glm-4.5v": {
		title: "GLM-4.5V 106B-A12B",
		family: "glm4v",
		aliases: ["zai-org/GLM-4.5V"],
		constants: GLM_CONSTANTS,
		parts: GLM_106B,
		contextTokens: 65_536,
		unverified: ["minPixels", "maxPixels", "videoMinPixels", "videoMaxPixels"],
		source: "as GLM-4.1V 9B, whose processor it shares (limits by analogy)",
	},
	"glm-4.6v": {
		title: "GLM-4.6V 106B-A12B",
		family: "glm46v",
		aliases: ["zai-org/GLM-4.6V"],
		constants: GLM_CONSTANTS,
		parts: GLM_106B,
		contextTokens: 131_072,
		source:
			"preprocessor_config.json and video_preprocessor_config.json of GLM-4.6V, read in copies (the class default for images is 11,760,000 px)",
	},
	"glm-4.6v-flash": {
		title: "GLM-4.6V Flash 9B",
		family: "glm46v",
		aliases: ["zai-org/GLM-4.6V-Flash"],
		constants: { ...GLM_CONSTANTS, videoMaxPixels: 100_352_000 },
		parts: GLM_9B,
		contextTokens: 131_072,
		source:
			"preprocessor_config.json and video_preprocessor_config.json of GLM-4.6V-Flash, read in copies (video: 100,352,000 px)",
	},
	"ernie-4.5-vl-28b-a3b": {
		title: "ERNIE-4.5-VL 28B-A3B",
		family: "ernie-4.5-vl",
		aliases: [
			"ernie-4.5-vl",
			"baidu/ERNIE-4.5-VL-28B-A3B-PT",
			"baidu/ERNIE-4.5-VL-28B-A3B-Thinking",
			"baidu/ERNIE-4.5-VL-28B-A3B-Base-PT",
		],
		constants: {
			patch: 14,
			merge: 2,
			temporalMerge: 2,
			minPixels: 56 ** 2,
			maxPixels: 6177 * 28 ** 2,
			videoMinPixels: 299 * 28 ** 2,
			videoMaxPixels: 1196 * 28 ** 2,
			minFrames: 16,
			maxFrames: 180,
		},
		parts: {
			tower: "ernie-4.5-vl-vit",
			// Spatial and temporal resampler, as transformers 5.18 counts it.
			projector: { kind: "q-former", parameters: 144_225_280 },
			languageModel: "ernie-4.5-28b-a3b",
		},
		contextTokens: 131_072,
		unverified: ["minPixels", "maxPixels", "videoMinPixels", "videoMaxPixels", "minFrames", "maxFrames"],
		source:
			"transformers 5.18.0 models/ernie4_5_vl_moe processor defaults; whether the checkpoint ships the same was not read",
	},
	"kimi-vl-a3b-instruct": kimiVl(
		"Instruct",
		["kimi-vl", "moonshotai/Kimi-VL-A3B-Instruct", "moonshotai/Kimi-VL-A3B-Thinking"],
		4096,
		"in_token_limit 4096",
	),
	"kimi-vl-a3b-thinking-2506": kimiVl(
		"Thinking 2506",
		["moonshotai/Kimi-VL-A3B-Thinking-2506"],
		16_384,
		"in_token_limit 16384, seen in a checkpoint built on it",
	),
	"kimi-k2.5": {
		title: "Kimi K2.5 1T-A32B",
		family: "kimi-k2.5",
		aliases: ["kimi", "moonshotai/Kimi-K2.5", "moonshotai/Kimi-K2.6"],
		constants: {
			patch: 14,
			merge: 2,
			maxPatches: 16_384,
			frameMaxPatches: 4096,
			maxSide: 512,
			chunk: 4,
			fps: 2,
		},
		parts: {
			tower: "moonvit",
			projector: { kind: "patch-merger", merge: 2 },
			languageModel: "kimi-k2",
		},
		contextTokens: 262_144,
		source:
			"preprocessor_config.json of Kimi-K2.5, read in a copy (in_patch_limit 16384, in_patch_limit_each_frame 4096, patch_limit_on_one_side 512, sample_fps 2), as the transformers 5.18 defaults",
	},
	"video-llama3-2b": videoLlama3("2B", "qwen2-1.5b", 128, []),
	"video-llama3-7b": videoLlama3("7B", "qwen2-7b", 180, ["video-llama3", "videollama3"]),
	"hunyuan-ocr": {
		title: "HunyuanOCR 1B",
		family: "hunyuan-vl",
		aliases: ["hunyuan-vl", "tencent/HunyuanOCR"],
		constants: { patch: 16, merge: 2, minPixels: 512 ** 2, maxPixels: 2048 ** 2 },
		parts: {
			tower: "hunyuan-vit",
			// Convolutional merger with its newline and border embeddings, as transformers 5.18 counts it.
			projector: { kind: "q-former", parameters: 25_970_048 },
			languageModel: "hunyuan-0.5b",
		},
		contextTokens: 32_768,
		unverified: ["contextTokens"],
		source:
			"huggingface.co/tencent/HunyuanOCR preprocessor_config.json (262144 to 4194304 px, patch 16, merge 2); HunyuanOCR 1.5 has 131,072 positions",
	},
} as const satisfies Record<string, Checkpoint>;
