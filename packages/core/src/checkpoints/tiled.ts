/** Checkpoints that cut pictures into tiles: Aya Vision, Command A Vision, Ovis2, LFM2-VL, Phi-4-multimodal, Molmo. */

import { TOWERS } from "../facts/towers.ts";
import type { Checkpoint, CheckpointOf, ModelParts } from "./checkpoint.ts";

const AYA = { tile: 364, patch: 14, merge: 2, minTiles: 1, maxTiles: 12 } as const;
const AYA_SOURCE =
	"model card of huggingface.co/CohereLabs/aya-vision-8b (364 px, up to 12 tiles and a thumbnail, 169 tokens each, 16k context), from memory; projector as transformers 5.18 models/aya_vision counts it";

const OVIS2_SOURCE =
	"model cards of huggingface.co/AIDC-AI/Ovis2-* (towers, language models, max_partition 9, multimodal_max_length 32768); transformers 5.18.0 models/ovis2 for 448 px and hidden_stride 2";
/** Words of the visual vocabulary: rows of the table that takes the projector's place. */
const OVIS2_WORDS = 65_536;

const ovis2 = (
	size: string,
	tower: "aimv2-large-patch14-448" | "aimv2-huge-patch14-448" | "aimv2-1b-patch14-448",
	languageModel: ModelParts["languageModel"],
	hidden: number,
	aliases: readonly string[] = [],
): CheckpointOf<"ovis2"> => {
	// Five words stand for markers and have no output of the head.
	const outputs = OVIS2_WORDS - 5;
	const head = 4 * TOWERS[tower].hidden * outputs + 2 * outputs;
	return {
		title: `Ovis2 ${size}`,
		family: "ovis2",
		aliases: [...aliases, `AIDC-AI/Ovis2-${size}`, `thisisiron/Ovis2-${size}-hf`],
		constants: { tile: 448, patch: 14, merge: 2, minTiles: 1, maxTiles: 9 },
		parts: {
			tower,
			projector: { kind: "q-former", parameters: head + OVIS2_WORDS * hidden },
			languageModel,
		},
		contextTokens: 32_768,
		source: OVIS2_SOURCE,
	};
};

const lfm2 = (
	size: string,
	tower: ModelParts["tower"],
	languageModel: ModelParts["languageModel"],
	projector: number,
	aliases: readonly string[] = [],
): CheckpointOf<"lfm2-vl"> => ({
	title: `LFM2-VL ${size}`,
	family: "lfm2-vl",
	aliases: [...aliases, `LiquidAI/LFM2-VL-${size}`],
	constants: {
		tile: 512,
		patch: 16,
		merge: 2,
		minTiles: 2,
		maxTiles: 10,
		minTokens: 64,
		maxTokens: 256,
		tolerance: 2,
		thumbnail: true,
	},
	parts: { tower, projector: { kind: "q-former", parameters: projector }, languageModel },
	contextTokens: 32_768,
	source:
		"transformers 5.18.0 models/lfm2_vl defaults; the same values quoted in public code from the preprocessor_config.json of huggingface.co/LiquidAI/LFM2-VL-450M, whose thumbnail use is taken for all sizes; context length of the model cards",
});

/** Molmo's: attention over 2×2 features of two tower layers, a gated MLP as wide as the language model's, padding embeddings. */
export const molmoProjector = (hidden: number, mlp: number): ModelParts["projector"] => ({
	kind: "q-former",
	parameters: 3 * (2048 * 1024 + 1024) + 1024 * 1024 + 1024 + 2 * 1024 * mlp + mlp * hidden + 2 * 2048,
});
const MOLMO = { tile: 336, patch: 14, merge: 2, margins: 8, maxTiles: 12 } as const;
const MOLMO_SOURCE =
	"image_preprocessing_molmo.py of huggingface.co/allenai/Molmo-7B-D-0924, read in the copy cyan2k/molmo-7b-bnb-4bit at 1cba285 (336 px, max_crops 12, overlap_margins 4 and 4); context length from memory; parts agree with the total of Molmo-7B-D, 8,021,025,280 (from memory)";

export const TILED_CHECKPOINTS = {
	"aya-vision-8b": {
		title: "Aya Vision 8B",
		family: "aya-vision",
		aliases: ["aya-vision", "CohereLabs/aya-vision-8b", "CohereForAI/aya-vision-8b"],
		constants: AYA,
		parts: {
			tower: "siglip2-so400m-patch14-364",
			projector: { kind: "q-former", parameters: 27_280_384 },
			languageModel: "command-r7b",
		},
		contextTokens: 16_384,
		source: AYA_SOURCE,
	},
	"aya-vision-32b": {
		title: "Aya Vision 32B",
		family: "aya-vision",
		aliases: ["CohereLabs/aya-vision-32b", "CohereForAI/aya-vision-32b"],
		constants: AYA,
		parts: {
			tower: "siglip2-so400m-patch14-364",
			projector: { kind: "q-former", parameters: 71_328_768 },
			languageModel: "aya-expanse-32b",
		},
		contextTokens: 16_384,
		source: AYA_SOURCE,
	},
	"command-a-vision": {
		title: "Command A Vision",
		family: "cohere2-vision",
		aliases: ["CohereLabs/command-a-vision-07-2025", "command-a-vision-07-2025"],
		constants: { tile: 512, patch: 16, merge: 2, maxTiles: 12 },
		parts: {
			tower: "siglip2-so400m-patch16-512",
			projector: { kind: "q-former", parameters: 396_410_880 },
			languageModel: "command-a",
		},
		contextTokens: 131_072,
		source:
			"transformers 5.18.0 models/cohere2_vision defaults (512 px, 12 tiles, 256 tokens each) and its count of the projector; context length of the model card, from memory",
	},
	"ovis2-1b": ovis2("1B", "aimv2-large-patch14-448", "qwen2-0.5b", 896),
	"ovis2-2b": ovis2("2B", "aimv2-large-patch14-448", "qwen2-1.5b", 1536),
	"ovis2-4b": ovis2("4B", "aimv2-huge-patch14-448", "qwen2.5-3b", 2048),
	"ovis2-8b": ovis2("8B", "aimv2-huge-patch14-448", "qwen2.5-7b", 3584, ["ovis2"]),
	"ovis2-16b": ovis2("16B", "aimv2-huge-patch14-448", "qwen2.5-14b", 5120),
	"ovis2-34b": ovis2("34B", "aimv2-1b-patch14-448", "qwen2.5-32b", 5120),
	"lfm2-vl-450m": lfm2("450M", "siglip2-base-patch16-naflex", "lfm2-350m", 10_495_488),
	"lfm2-vl-1.6b": lfm2("1.6B", "siglip2-so400m-patch16-naflex", "lfm2-1.2b", 17_053_184, ["lfm2-vl"]),
	"lfm2-vl-3b": lfm2("3B", "siglip2-so400m-patch16-naflex", "lfm2-2.6b", 17_053_184),
	"phi-4-multimodal-instruct": {
		title: "Phi-4-multimodal",
		family: "phi4-multimodal",
		aliases: ["phi-4-multimodal", "microsoft/Phi-4-multimodal-instruct"],
		constants: { tile: 448, patch: 14, merge: 2, maxTiles: 36 },
		parts: {
			tower: "siglip-so400m-patch14-448",
			projector: { kind: "q-former", parameters: 12_984_576 },
			languageModel: "phi-4-mini",
		},
		contextTokens: 131_072,
		source:
			"transformers 5.18.0 models/phi4_multimodal defaults (448 px, dynamic_hd 36) and its count of the projector; context length of the model card",
	},
	"molmo-7b-d": {
		title: "Molmo 7B-D",
		family: "molmo",
		aliases: ["molmo", "allenai/Molmo-7B-D-0924"],
		constants: MOLMO,
		parts: {
			tower: "clip-vit-l14-336",
			projector: molmoProjector(3584, 18_944),
			languageModel: "qwen2-7b",
		},
		contextTokens: 4096,
		source: MOLMO_SOURCE,
	},
	"molmo-7b-o": {
		title: "Molmo 7B-O",
		family: "molmo",
		aliases: ["allenai/Molmo-7B-O-0924"],
		constants: MOLMO,
		parts: {
			tower: "clip-vit-l14-336",
			projector: molmoProjector(4096, 11_008),
			languageModel: "olmo-7b",
		},
		contextTokens: 4096,
		source: MOLMO_SOURCE,
	},
	"molmoe-1b": {
		title: "MolmoE 1B",
		family: "molmo",
		aliases: ["allenai/MolmoE-1B-0924"],
		constants: MOLMO,
		parts: {
			tower: "clip-vit-l14-336",
			projector: molmoProjector(2048, 1024),
			languageModel: "olmoe-1b-7b",
		},
		contextTokens: 4096,
		source: `${MOLMO_SOURCE}; OLMoE as language model and the width of the projector from memory`,
	},
	"molmo-72b": {
		title: "Molmo 72B",
		family: "molmo",
		aliases: ["allenai/Molmo-72B-0924"],
		constants: MOLMO,
		parts: {
			tower: "clip-vit-l14-336",
			projector: molmoProjector(8192, 29_568),
			languageModel: "qwen2-72b",
		},
		contextTokens: 4096,
		source: MOLMO_SOURCE,
	},
} as const satisfies Record<string, Checkpoint>;
