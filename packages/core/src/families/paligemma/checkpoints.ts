/** Checkpoints of PaliGemma. */

import type { CheckpointRow } from "../checkpoint.ts";
import type { LlavaConstants } from "../llava/layout.ts";
import type { PaligemmaSettings } from "./layout.ts";

export type PaligemmaCheckpoint = CheckpointRow<"paligemma", LlavaConstants, PaligemmaSettings>;

const PALIGEMMA_MODELS = {
	"paligemma-3b": { title: "PaliGemma 3B", languageModel: "gemma-2b" },
	"paligemma2-3b": { title: "PaliGemma 2 3B", languageModel: "gemma-2-2b" },
	"paligemma2-10b": { title: "PaliGemma 2 10B", languageModel: "gemma-2-9b" },
	"paligemma2-28b": { title: "PaliGemma 2 28B", languageModel: "gemma-2-27b" },
} as const;

const paligemma = (
	model: keyof typeof PALIGEMMA_MODELS,
	tile: 224 | 448 | 896,
	aliases: readonly string[] = [],
): PaligemmaCheckpoint => {
	const { title, languageModel } = PALIGEMMA_MODELS[model];
	const variants = model === "paligemma-3b" ? ["pt", "mix"] : ["pt", "mix", "ft-docci"];
	return {
		title: `${title} ${tile}`,
		family: "paligemma",
		aliases: [...aliases, ...variants.map((variant) => `google/${model}-${variant}-${tile}`)],
		constants: { tile, patch: 14 },
		parts: {
			tower: `siglip-so400m-patch14-${tile}`,
			projector: { kind: "linear" },
			languageModel,
		},
		contextTokens: 8192,
		source: `huggingface.co/google/${model}-pt-${tile} preprocessor_config.json (image_seq_length ${(tile / 14) ** 2}); the language model has 257,216 rows`,
	};
};

export const checkpoints = {
	"paligemma-3b-224": paligemma("paligemma-3b", 224, ["paligemma"]),
	"paligemma-3b-448": paligemma("paligemma-3b", 448),
	"paligemma-3b-896": paligemma("paligemma-3b", 896),
	"paligemma2-3b-224": paligemma("paligemma2-3b", 224, ["paligemma2"]),
	"paligemma2-3b-448": paligemma("paligemma2-3b", 448),
	"paligemma2-3b-896": paligemma("paligemma2-3b", 896),
	"paligemma2-10b-224": paligemma("paligemma2-10b", 224),
	"paligemma2-10b-448": paligemma("paligemma2-10b", 448),
	"paligemma2-10b-896": paligemma("paligemma2-10b", 896),
	"paligemma2-28b-224": paligemma("paligemma2-28b", 224),
	"paligemma2-28b-448": paligemma("paligemma2-28b", 448),
	"paligemma2-28b-896": paligemma("paligemma2-28b", 896),
} as const satisfies Record<string, PaligemmaCheckpoint>;
