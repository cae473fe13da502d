/** Checkpoints of DeepSeek-VL and Janus. */

import type { CheckpointRow, ModelParts } from "../checkpoint.ts";
import type { DeepseekVlConstants, DeepseekVlSettings } from "./layout.ts";

type DeepseekVlCheckpoint = CheckpointRow<"deepseek-vl", DeepseekVlConstants, DeepseekVlSettings>;

/** SigLIP-L at 384 px, 24×24 patches. */
const VL = { tile: 384, patch: 16, minSide: 14, markers: 0 } as const;

const JANUS = { ...VL, markers: 2 } as const;

const SMALL: ModelParts = {
	tower: "siglip-large-patch16-384",
	projector: { kind: "mlp2x-gelu" },
	languageModel: "deepseek-llm-1.3b",
};

const VL_SOURCE =
	"transformers 5.18.0 models/deepseek_vl (384 px, num_image_tokens 576, min_size 14); context length of language_config (trained at 4,096: README of deepseek-ai/DeepSeek-VL at 2755d4d)";

const JANUS_SOURCE =
	"transformers 5.18.0 models/janus (384 px, num_image_tokens 576, min_size 14); context length of language_config";

export const checkpoints = {
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
			// One layer per tower, from 1,024 to 2,048 channels, then one from 4,096 to 4,096.
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
} as const satisfies Record<string, DeepseekVlCheckpoint>;
