/** Checkpoints of LFM2-VL. */

import type { CheckpointRow, ModelParts } from "../checkpoint.ts";
import type { Lfm2VlConstants, Lfm2VlSettings } from "./layout.ts";

export type Lfm2VlCheckpoint = CheckpointRow<"lfm2-vl", Lfm2VlConstants, Lfm2VlSettings>;

const lfm2 = (
	size: string,
	tower: ModelParts["tower"],
	languageModel: ModelParts["languageModel"],
	projector: number,
	aliases: readonly string[] = [],
): Lfm2VlCheckpoint => ({
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

export const checkpoints = {
	"lfm2-vl-450m": lfm2("450M", "siglip2-base-patch16-naflex", "lfm2-350m", 10_495_488),
	"lfm2-vl-1.6b": lfm2("1.6B", "siglip2-so400m-patch16-naflex", "lfm2-1.2b", 17_053_184, ["lfm2-vl"]),
	"lfm2-vl-3b": lfm2("3B", "siglip2-so400m-patch16-naflex", "lfm2-2.6b", 17_053_184),
} as const satisfies Record<string, Lfm2VlCheckpoint>;
