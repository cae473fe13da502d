/** Checkpoints of Molmo. */

import type { CheckpointRow } from "../checkpoint.ts";
import type { MolmoConstants, MolmoSettings } from "./layout.ts";
import { molmoProjector } from "./projector.ts";

type MolmoCheckpoint = CheckpointRow<"molmo", MolmoConstants, MolmoSettings>;

const MOLMO = { tile: 336, patch: 14, merge: 2, margins: 8, maxTiles: 12 } as const;

const MOLMO_SOURCE =
	"image_preprocessing_molmo.py of huggingface.co/allenai/Molmo-7B-D-0924, read in the copy cyan2k/molmo-7b-bnb-4bit at 1cba285 (336 px, max_crops 12, overlap_margins 4 and 4); config.json in sophgo/LLM-TPU models/Molmo/compile/files/Molmo-7B-D-0924 at 61367b6 (max_position_embeddings 4096)";

export const checkpoints = {
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
		unverified: ["contextTokens"],
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
		unverified: ["parts", "contextTokens"],
		source: `${MOLMO_SOURCE}; OLMoE as language model, and the width of the projector`,
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
		unverified: ["contextTokens"],
		source: MOLMO_SOURCE,
	},
} as const satisfies Record<string, MolmoCheckpoint>;
