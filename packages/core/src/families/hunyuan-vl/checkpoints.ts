/** Checkpoints of HunyuanVL. */

import type { CheckpointRow } from "../checkpoint.ts";
import type { HunyuanVlConstants, HunyuanVlSettings } from "./layout.ts";

type HunyuanVlCheckpoint = CheckpointRow<"hunyuan-vl", HunyuanVlConstants, HunyuanVlSettings>;

export const checkpoints = {
	"hunyuan-ocr": {
		title: "HunyuanOCR 1B",
		family: "hunyuan-vl",
		aliases: ["hunyuan-vl", "tencent/HunyuanOCR"],
		constants: { patch: 16, merge: 2, minPixels: 512 ** 2, maxPixels: 2048 ** 2 },
		parts: {
			tower: "hunyuan-vit",
			// Convolutional merger including its newline and border embeddings, as counted by transformers 5.18.
			projector: { kind: "q-former", parameters: 25_970_048 },
			languageModel: "hunyuan-0.5b",
		},
		contextTokens: 32_768,
		unverified: ["contextTokens"],
		source:
			"huggingface.co/tencent/HunyuanOCR preprocessor_config.json (262144 to 4194304 px, patch 16, merge 2); HunyuanOCR 1.5 has 131,072 positions",
	},
} as const satisfies Record<string, HunyuanVlCheckpoint>;
