/** Checkpoints of DeepSeek-OCR-2. */

import type { CheckpointRow } from "../checkpoint.ts";
import type { DeepseekOcr2Constants, DeepseekOcr2Settings } from "./layout.ts";

type DeepseekOcr2Checkpoint = CheckpointRow<"deepseek-ocr2", DeepseekOcr2Constants, DeepseekOcr2Settings>;

export const checkpoints = {
	"deepseek-ocr-2": {
		title: "DeepSeek-OCR-2",
		family: "deepseek-ocr2",
		aliases: ["deepseek-ai/DeepSeek-OCR-2", "deepseek-community/DeepSeek-OCR-2"],
		constants: { tile: 768, overview: 1024, patch: 16, merge: 4, minTiles: 2, maxTiles: 6 },
		parts: {
			tower: "deepencoder-v2",
			// One layer from the encoder's 896 channels, plus the separator.
			projector: { kind: "q-former", parameters: 896 * 1280 + 1280 + 1280 },
			languageModel: "deepseek-moe-3b",
		},
		contextTokens: 8192,
		source:
			"transformers 5.18.0 models/deepseek_ocr2 defaults (1024 and 768 px, 2 to 6 tiles); processor_config.json (patch_size 16, downsample_ratio 4) and config.json (max_position_embeddings 8192) of huggingface.co/deepseek-ai/DeepSeek-OCR-2 as quoted in public notes",
	},
} as const satisfies Record<string, DeepseekOcr2Checkpoint>;
