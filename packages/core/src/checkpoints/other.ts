/**
 * Checkpoints of the lesson beside LLaVA and Qwen: LLaVA-OneVision-1.5 and 2, Video-LLaVA, Video-LLaMA, VILA, NVILA,
 * Mantis, Idefics2. Where a number could not be read from the source itself, `source` says so.
 */

import type { Checkpoint, CheckpointOf, ModelParts } from "./checkpoint.ts";

/** 56×56 to 1600×1600 px. */
const ONEVISION_15 = { patch: 14, merge: 2, minPixels: 3136, maxPixels: 2_560_000 } as const;
const ONEVISION_15_SOURCE =
	"EvolvingLMMs-Lab/LLaVA-OneVision-2 ds/merge_model.py at d7fc34f (max_pixels 1600·1600, the rest from Qwen2.5-VL-7B), examples/llava_onevision1_5/quick_start_4b/stage_2_instruct_llava_ov_4b.sh at 6861e0c (max-position-embeddings 32768)";

const VIDEO_LLAMA = {
	tile: 224,
	patch: 14,
	frameQueries: 32,
	clipQueries: 32,
	audioQueries: 8,
	frames: 8,
	maxFrames: 32,
} as const;
const VIDEO_LLAMA_SOURCE =
	"DAMO-NLP-SG/Video-LLaMA video_llama/models/video_llama.py at 2143b4d, conversation_video.py at e582bd0 (max_length 2000); projector: BLIP-2 query transformer of 12 layers and one of 2, as transformers 5.18 counts them";
/** Parameters of the two query transformers of Video-LLaMA, without the final projection. */
const VIDEO_LLAMA_QUERIES = 105_137_664 + 18_905_088;

const VILA = { tile: 384, patch: 14, downsample: 2, frames: 6 } as const;
const VILA_SOURCE =
	"NVlabs/VILA llava/eval/run_vila.py at 1c88211, README at 0085724; context length as of VILA-1.5 3B (llm_cfg in sophgo/LLM-TPU models/VILA1_5/compile/files/vila1.5-3b/config.json at 2427a20)";
const VILA_PROJECTOR = { kind: "pixel-shuffle", merge: 2 } as const;

const NVILA_LITE = {
	tile: 448,
	patch: 14,
	downsample: 3,
	aspectRatio: "dynamic",
	minTiles: 1,
	maxTiles: 12,
	frames: 8,
	temporalPooling: 1,
} as const;
const NVILA_SOURCE =
	"NVlabs/VILA scripts/NVILA-Lite/sft.sh and scripts/NVILA/stage2_9tile.sh at 36f6adc, scripts/NVILA/stage4.sh at 2b43308, configuration_llava.py at 0144dff; the shipped config.json was not readable, the language model is that of the scripts";

const IDEFICS2 = { latents: 64, patch: 14, shortestEdge: 378, longestEdge: 980 } as const;
/** SigLIP at 980 px, gated projection and perceiver of 3 layers (743 M parameters), Mistral 7B. */
const IDEFICS2_PARTS: ModelParts = {
	tower: "siglip-so400m-patch14-980",
	projector: { kind: "q-former", parameters: 743_219_200 },
	languageModel: "mistral-7b",
};

const videoLlama = (
	size: "7B" | "13B",
	languageModel: "vicuna-7b" | "vicuna-13b",
	width: number,
	aliases: readonly string[],
): CheckpointOf<"video-llama"> => ({
	title: `Video-LLaMA-2 ${size}`,
	family: "video-llama",
	aliases,
	constants: VIDEO_LLAMA,
	parts: {
		tower: "eva-clip-vit-g14",
		projector: { kind: "q-former", parameters: VIDEO_LLAMA_QUERIES + 768 * width + width },
		languageModel,
	},
	contextTokens: 2000,
	trainedFrames: 8,
	source: VIDEO_LLAMA_SOURCE,
});

const vila = (
	size: string,
	aliases: readonly string[],
	languageModel: "llama-3-8b" | "vicuna-13b",
): CheckpointOf<"vila"> => ({
	title: `VILA-1.5 ${size}`,
	family: "vila",
	aliases,
	constants: VILA,
	parts: { tower: "siglip-so400m-patch14-384", projector: VILA_PROJECTOR, languageModel },
	contextTokens: 4096,
	unverified: ["contextTokens"],
	source: VILA_SOURCE,
});

const nvila = (
	title: string,
	aliases: readonly string[],
	constants: CheckpointOf<"nvila">["constants"],
	contextTokens: number,
): CheckpointOf<"nvila"> => ({
	title,
	family: "nvila",
	aliases,
	constants,
	parts: {
		tower: "siglip-so400m-patch14-448",
		projector: { kind: "pixel-shuffle", merge: constants.downsample },
		languageModel: "qwen2-7b",
	},
	contextTokens,
	trainedFrames: constants.frames,
	unverified: ["parts"],
	source: NVILA_SOURCE,
});

export const OTHER_CHECKPOINTS = {
	"llava-onevision-1.5-4b": {
		title: "LLaVA-OneVision-1.5 4B",
		family: "llava-onevision-1.5",
		aliases: ["lmms-lab/LLaVA-OneVision-1.5-4B-Instruct"],
		constants: ONEVISION_15,
		parts: {
			tower: "rice-vit-l14",
			projector: { kind: "patch-merger", merge: 2 },
			languageModel: "qwen3-4b",
		},
		contextTokens: 32_768,
		source: ONEVISION_15_SOURCE,
	},
	"llava-onevision-1.5-8b": {
		title: "LLaVA-OneVision-1.5 8B",
		family: "llava-onevision-1.5",
		aliases: ["llava-onevision-1.5", "lmms-lab/LLaVA-OneVision-1.5-8B-Instruct"],
		constants: ONEVISION_15,
		parts: {
			tower: "rice-vit-l14",
			projector: { kind: "patch-merger", merge: 2 },
			languageModel: "qwen3-8b",
		},
		contextTokens: 32_768,
		unverified: ["contextTokens"],
		source: ONEVISION_15_SOURCE,
	},
	"video-llava-7b": {
		title: "Video-LLaVA 7B",
		family: "video-llava",
		aliases: ["video-llava", "LanguageBind/Video-LLaVA-7B-hf", "LanguageBind/Video-LLaVA-7B"],
		constants: { tile: 224, patch: 14, trainedFrames: 8 },
		parts: { tower: "languagebind-vit-l14", projector: { kind: "mlp2x-gelu" }, languageModel: "vicuna-7b" },
		contextTokens: 4096,
		trainedFrames: 8,
		usual: { num_frames: 8 },
		source:
			"transformers 5.18.0 src/transformers/models/video_llava/processing_video_llava.py; PKU-YuanGroup/Video-LLaVA processing_video.py at 805a9f3 (8 frames)",
	},
	"video-llama-7b": videoLlama("7B", "vicuna-7b", 4096, [
		"video-llama",
		"DAMO-NLP-SG/Video-LLaMA-2-7B-Finetuned",
	]),
	"video-llama-13b": videoLlama("13B", "vicuna-13b", 5120, ["DAMO-NLP-SG/Video-LLaMA-2-13B-Finetuned"]),
	"vila1.5-8b": vila("8B", ["vila", "Efficient-Large-Model/Llama-3-VILA1.5-8b"], "llama-3-8b"),
	"vila1.5-13b": vila("13B", ["Efficient-Large-Model/VILA1.5-13b"], "vicuna-13b"),
	"nvila-lite-8b": nvila("NVILA-Lite 8B", ["Efficient-Large-Model/NVILA-Lite-8B"], NVILA_LITE, 4096),
	"nvila-8b": nvila(
		"NVILA 8B",
		["nvila", "Efficient-Large-Model/NVILA-8B"],
		{ ...NVILA_LITE, downsample: 2, aspectRatio: "dynamic_s2", s2Scales: [448, 896, 1344] },
		8192,
	),
	"nvila-8b-video": nvila(
		"NVILA 8B Video",
		["Efficient-Large-Model/NVILA-8B-Video"],
		{ ...NVILA_LITE, downsample: 2, aspectRatio: "resize", frames: 256, temporalPooling: 8 },
		16_384,
	),
	"mantis-8b-siglip": {
		title: "Mantis 8B SigLIP",
		family: "mantis",
		aliases: ["mantis", "TIGER-Lab/Mantis-8B-siglip-llama3"],
		constants: { tile: 384, patch: 14 },
		parts: {
			tower: "siglip-so400m-patch14-384",
			projector: { kind: "mlp2x-gelu" },
			languageModel: "llama-3-8b",
		},
		contextTokens: 8192,
		source:
			"TIGER-AI-Lab/Mantis mantis/models/mllava/processing_llava.py at 20ccb1c, train_mllava.sh at 1a7692f (max_seq_len 8192)",
	},
	"mantis-8b-clip": {
		title: "Mantis 8B CLIP",
		family: "mantis",
		aliases: ["TIGER-Lab/Mantis-8B-clip-llama3"],
		constants: { tile: 336, patch: 14 },
		parts: { tower: "clip-vit-l14-336", projector: { kind: "mlp2x-gelu" }, languageModel: "llama-3-8b" },
		contextTokens: 8192,
		source:
			"TIGER-AI-Lab/Mantis mantis/models/mllava/processing_llava.py at 20ccb1c, train_mllava.sh at 1a7692f (max_seq_len 8192)",
	},
	"mantis-8b-idefics2": {
		title: "Mantis 8B Idefics2",
		family: "idefics2",
		aliases: ["TIGER-Lab/Mantis-8B-Idefics2"],
		constants: { ...IDEFICS2, splitting: false },
		parts: IDEFICS2_PARTS,
		contextTokens: 8192,
		source:
			"transformers 5.18.0 src/transformers/models/idefics2; TIGER-AI-Lab/Mantis examples/run_mantis_idefics2.py (do_image_splitting false) and mantis/train/scripts/ablations/train_idefics2_data_ablation1.sh (max_seq_len 8192) at f3a3192",
	},
	"idefics2-8b": {
		title: "Idefics2 8B",
		family: "idefics2",
		aliases: ["idefics2", "HuggingFaceM4/idefics2-8b"],
		constants: { ...IDEFICS2, splitting: true },
		parts: IDEFICS2_PARTS,
		contextTokens: 32_768,
		unverified: ["splitting", "contextTokens"],
		source:
			"transformers 5.18.0 src/transformers/models/idefics2 (do_image_splitting is false by the class default, true in the checkpoint's processor file); context length of Idefics2Config's text_config default",
	},
} as const satisfies Record<string, Checkpoint>;
