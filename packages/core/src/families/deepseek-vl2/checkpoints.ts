/** Checkpoints of DeepSeek-VL2. */

import type { CheckpointRow, ModelParts } from "../checkpoint.ts";
import type { DeepseekVl2Constants, DeepseekVl2Settings } from "./layout.ts";

type DeepseekVl2Checkpoint = CheckpointRow<"deepseek-vl2", DeepseekVl2Constants, DeepseekVl2Settings>;

const deepseekVl2 = (
	size: "Tiny" | "Small" | "",
	hidden: number,
	languageModel: ModelParts["languageModel"],
): DeepseekVl2Checkpoint => ({
	title: `DeepSeek-VL2 ${size}`.trim(),
	family: "deepseek-vl2",
	aliases: [`deepseek-ai/deepseek-vl2${size === "" ? "" : `-${size.toLowerCase()}`}`],
	constants: { tile: 384, patch: 14, merge: 2, maxTiles: 9, maxCutImages: 2 },
	parts: {
		tower: "siglip-so400m-patch14-384-full",
		// Two layers over 2×2 patches, plus row-end and separator embeddings.
		projector: { kind: "q-former", parameters: 4608 * hidden + hidden ** 2 + 4 * hidden },
		languageModel,
	},
	contextTokens: 4096,
	source:
		"arXiv 2412.10302 section 3 (384 px, grids of at most 9 tiles, 2×2 pixel shuffle, no tiling above two images); README of deepseek-ai/DeepSeek-VL2 (sequence length 4096); the order of candidate_resolutions does not matter",
});

export const checkpoints = {
	"deepseek-vl2-tiny": deepseekVl2("Tiny", 1280, "deepseek-moe-3b"),
	"deepseek-vl2-small": deepseekVl2("Small", 2048, "deepseek-v2-lite"),
	"deepseek-vl2": deepseekVl2("", 2560, "deepseek-moe-27b"),
} as const satisfies Record<string, DeepseekVl2Checkpoint>;
