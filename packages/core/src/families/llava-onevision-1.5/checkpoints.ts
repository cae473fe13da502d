/** Checkpoints of LLaVA-OneVision-1.5. */

import type { CheckpointRow } from "../checkpoint.ts";
import type { LlavaOnevision15Constants, LlavaOnevision15Settings } from "./layout.ts";

type LlavaOnevision15Checkpoint = CheckpointRow<
	"llava-onevision-1.5",
	LlavaOnevision15Constants,
	LlavaOnevision15Settings
>;

/** 56×56 to 1600×1600 px. */
const ONEVISION_15 = { patch: 14, merge: 2, minPixels: 3136, maxPixels: 2_560_000 } as const;

const ONEVISION_15_SOURCE =
	"EvolvingLMMs-Lab/LLaVA-OneVision-2 ds/merge_model.py at d7fc34f (max_pixels 1600·1600, the rest from Qwen2.5-VL-7B), examples/llava_onevision1_5/quick_start_4b/stage_2_instruct_llava_ov_4b.sh at 6861e0c (max-position-embeddings 32768)";

export const checkpoints = {
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
} as const satisfies Record<string, LlavaOnevision15Checkpoint>;
