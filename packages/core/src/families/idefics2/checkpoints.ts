/** Checkpoints of Idefics2. */

import type { CheckpointRow, ModelParts } from "../checkpoint.ts";
import type { Idefics2Constants, Idefics2Settings } from "./layout.ts";

export type Idefics2Checkpoint = CheckpointRow<"idefics2", Idefics2Constants, Idefics2Settings>;

const IDEFICS2 = { latents: 64, patch: 14, shortestEdge: 378, longestEdge: 980 } as const;

/** SigLIP at 980 px, gated projection and a 3-layer perceiver (743 M parameters), Mistral 7B. */
const IDEFICS2_PARTS: ModelParts = {
	tower: "siglip-so400m-patch14-980",
	projector: { kind: "q-former", parameters: 743_219_200 },
	languageModel: "mistral-7b",
};

export const checkpoints = {
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
} as const satisfies Record<string, Idefics2Checkpoint>;
