/** Checkpoints of Llama 3.2 Vision. */

import type { CheckpointRow } from "../checkpoint.ts";
import type { MllamaConstants, MllamaSettings } from "./layout.ts";

export type MllamaCheckpoint = CheckpointRow<"mllama", MllamaConstants, MllamaSettings>;

const MLLAMA_SOURCE =
	"preprocessor_config.json of huggingface.co/meta-llama/Llama-3.2-11B-Vision-Instruct (560 px, 4 tiles), read in sophgo/LLM-TPU models/Llama3_2-Vision/token_config/preprocessor_config.json at 76e73be; transformers 5.18.0 models/mllama; projector: one matrix over six layers' features, as transformers counts it";

const MLLAMA = { tile: 560, patch: 14, maxTiles: 4 } as const;

export const checkpoints = {
	"llama-3.2-11b-vision": {
		title: "Llama 3.2 Vision 11B",
		family: "mllama",
		aliases: [
			"llama-3.2-vision",
			"meta-llama/Llama-3.2-11B-Vision-Instruct",
			"meta-llama/Llama-3.2-11B-Vision",
		],
		constants: MLLAMA,
		parts: {
			tower: "mllama-vit-560",
			projector: { kind: "q-former", parameters: 31_461_376 },
			languageModel: "llama-3.2-vision-11b",
		},
		contextTokens: 131_072,
		source: MLLAMA_SOURCE,
	},
	"llama-3.2-90b-vision": {
		title: "Llama 3.2 Vision 90B",
		family: "mllama",
		aliases: ["meta-llama/Llama-3.2-90B-Vision-Instruct", "meta-llama/Llama-3.2-90B-Vision"],
		constants: MLLAMA,
		parts: {
			tower: "mllama-vit-560",
			projector: { kind: "q-former", parameters: 62_922_752 },
			languageModel: "llama-3.2-vision-90b",
		},
		contextTokens: 131_072,
		source: MLLAMA_SOURCE,
	},
} as const satisfies Record<string, MllamaCheckpoint>;
