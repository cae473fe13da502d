/** DeepSeek's checkpoints: DeepSeek-VL, Janus, DeepSeek-VL2, DeepSeek-OCR-2. */

import type { Checkpoint, CheckpointOf, ModelParts } from "./checkpoint.ts";

/** SigLIP-L at 384 px, 24×24 patches. */
const VL = { tile: 384, patch: 16, minSide: 14, markersAround: 0 } as const;
const JANUS = { ...VL, markersAround: 2 } as const;

const SMALL: ModelParts = {
	tower: "siglip-large-patch16-384",
	projector: { kind: "mlp2x-gelu" },
	languageModel: "deepseek-llm-1.3b",
};

const VL_SOURCE =
	"transformers 5.18.0 models/deepseek_vl (384 px, num_image_tokens 576, min_size 14); context length of language_config (trained at 4,096: README of deepseek-ai/DeepSeek-VL at 2755d4d)";
const JANUS_SOURCE =
	"transformers 5.18.0 models/janus (384 px, num_image_tokens 576, min_size 14); context length of language_config";

const deepseekVl2 = (
	size: "Tiny" | "Small" | "",
	hidden: number,
	languageModel: ModelParts["languageModel"],
): CheckpointOf<"deepseek-vl2"> => ({
	title: `DeepSeek-VL2 ${size}`.trim(),
	family: "deepseek-vl2",
	aliases: [`deepseek-ai/deepseek-vl2${size === "" ? "" : `-${size.toLowerCase()}`}`],
	constants: { tile: 384, patch: 14, merge: 2, maxTiles: 9, maxCutImages: 2 },
	parts: {
		tower: "siglip-so400m-patch14-384-full",
		// Two layers over 2×2 patches, a row end and a separator.
		projector: { kind: "q-former", parameters: 4608 * hidden + hidden ** 2 + 4 * hidden },
		languageModel,
	},
	contextTokens: 4096,
	source:
		"arXiv 2412.10302 section 3 (384 px, grids of at most 9 tiles, 2×2 pixel shuffle, no tiling above two images); README of deepseek-ai/DeepSeek-VL2 (sequence length 4096); the order of candidate_resolutions does not matter",
});

export const DEEPSEEK_CHECKPOINTS = {
	"deepseek-vl-1.3b": {
		title: "DeepSeek-VL 1.3B",
		family: "deepseek-vl",
		aliases: ["deepseek-ai/deepseek-vl-1.3b-chat", "deepseek-community/deepseek-vl-1.3b-chat"],
		constants: VL,
		parts: SMALL,
		contextTokens: 16_384,
		unverified: ["contextTokens"],
		source: VL_SOURCE,
	},
	"deepseek-vl-7b": {
		title: "DeepSeek-VL 7B",
		family: "deepseek-vl",
		aliases: ["deepseek-vl", "deepseek-ai/deepseek-vl-7b-chat", "deepseek-community/deepseek-vl-7b-chat"],
		constants: VL,
		parts: {
			tower: "siglip-large-patch16-384",
			// One layer per tower, from 1,024 channels to 2,048, and one from 4,096 to 4,096.
			projector: { kind: "q-former", parameters: 20_979_712 },
			languageModel: "deepseek-llm-7b",
		},
		contextTokens: 16_384,
		unverified: ["contextTokens"],
		source: `${VL_SOURCE}; a SAM-B tower at 1024 px runs beside SigLIP and is not counted in its parts`,
	},
	"janus-1.3b": {
		title: "Janus 1.3B",
		family: "deepseek-vl",
		aliases: ["deepseek-ai/Janus-1.3B"],
		constants: JANUS,
		parts: SMALL,
		contextTokens: 16_384,
		unverified: ["contextTokens"],
		source: JANUS_SOURCE,
	},
	"janus-pro-1b": {
		title: "Janus-Pro 1B",
		family: "deepseek-vl",
		aliases: ["deepseek-ai/Janus-Pro-1B", "deepseek-community/Janus-Pro-1B"],
		constants: JANUS,
		parts: SMALL,
		contextTokens: 16_384,
		unverified: ["contextTokens"],
		source: JANUS_SOURCE,
	},
	"janus-pro-7b": {
		title: "Janus-Pro 7B",
		family: "deepseek-vl",
		aliases: ["janus", "janus-pro", "deepseek-ai/Janus-Pro-7B", "deepseek-community/Janus-Pro-7B"],
		constants: JANUS,
		parts: {
			tower: "siglip-large-patch16-384",
			projector: { kind: "mlp2x-gelu" },
			languageModel: "deepseek-llm-7b",
		},
		contextTokens: 16_384,
		unverified: ["contextTokens"],
		source: JANUS_SOURCE,
	},
	"deepseek-vl2-tiny": deepseekVl2("Tiny", 1280, "deepseek-moe-3b"),
	"deepseek-vl2-small": deepseekVl2("Small", 2048, "deepseek-v2-lite"),
	"deepseek-vl2": deepseekVl2("", 2560, "deepseek-moe-27b"),
	"deepseek-ocr-2": {
		title: "DeepSeek-OCR-2",
		family: "deepseek-ocr2",
		aliases: ["deepseek-ai/DeepSeek-OCR-2", "deepseek-community/DeepSeek-OCR-2"],
		constants: { tile: 768, overview: 1024, patch: 16, merge: 4, minTiles: 2, maxTiles: 6 },
		parts: {
			tower: "deepencoder-v2",
			// One layer from the encoder's 896 channels, and the separator.
			projector: { kind: "q-former", parameters: 896 * 1280 + 1280 + 1280 },
			languageModel: "deepseek-moe-3b",
		},
		contextTokens: 8192,
		source:
			"transformers 5.18.0 models/deepseek_ocr2 defaults (1024 and 768 px, 2 to 6 tiles); processor_config.json (patch_size 16, downsample_ratio 4) and config.json (max_position_embeddings 8192) of huggingface.co/deepseek-ai/DeepSeek-OCR-2 as quoted in public notes",
	},
} as const satisfies Record<string, Checkpoint>;
