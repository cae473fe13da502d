/** Checkpoints of Mantis. */

import type { CheckpointRow } from "../checkpoint.ts";
import type { LlavaConstants } from "../llava/layout.ts";
import type { MantisSettings } from "./layout.ts";

type MantisCheckpoint = CheckpointRow<"mantis", LlavaConstants, MantisSettings>;

export const checkpoints = {
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
} as const satisfies Record<string, MantisCheckpoint>;
