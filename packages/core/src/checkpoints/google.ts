/** Gemma 3, Gemma 3n, Gemma 4 and PaliGemma checkpoints. */

import type { Checkpoint, CheckpointOf } from "./checkpoint.ts";
import { normalizedBy } from "./pixels.ts";

const GEMMA_3_CONSTANTS = { tile: 896, patch: 14, pooledSide: 16 } as const;
const GEMMA_3_SOURCE =
	"huggingface.co/google/gemma-3-4b-it preprocessor_config.json (896 px), config.json (mm_tokens_per_image 256)";
/** Patches of 16 px pooled 3×3; 280 tokens per image, 70 per frame, 32 frames. */
const GEMMA_4_CONSTANTS = { patch: 16, merge: 3, imageTokens: 280, frameTokens: 70, frames: 32 } as const;

const gemma3 = (size: "4b" | "12b" | "27b", aliases: readonly string[] = []): CheckpointOf<"gemma3"> => ({
	title: `Gemma 3 ${size.toUpperCase()}`,
	family: "gemma3",
	aliases: [...aliases, `google/gemma-3-${size}-it`, `google/gemma-3-${size}-pt`],
	constants: GEMMA_3_CONSTANTS,
	parts: {
		tower: "siglip-so400m-patch14-896",
		projector: { kind: "linear" },
		languageModel: `gemma-3-${size}`,
	},
	contextTokens: 131_072,
	pixels: {
		image: normalizedBy("half"),
		source:
			"preprocessor_config.json of google/gemma-3-4b-it, read in copies; class default of Gemma3ImageProcessor",
	},
	source: GEMMA_3_SOURCE,
});

const gemma3n = (size: "E2B" | "E4B", aliases: readonly string[] = []): CheckpointOf<"gemma3n"> => ({
	title: `Gemma 3n ${size}`,
	family: "gemma3n",
	aliases: [...aliases, `google/gemma-3n-${size}-it`, `google/gemma-3n-${size}`],
	constants: { tile: 768, patch: 48, pooledSide: 16 },
	parts: {
		tower: "mobilenet-v5-300m",
		projector: { kind: "linear" },
		languageModel: size === "E2B" ? "gemma-3n-e2b" : "gemma-3n-e4b",
	},
	contextTokens: 32_768,
	source:
		"transformers 5.18.0 models/gemma3n (vision_soft_tokens_per_image 256); 768 px of the model card; a convolutional tower, counted as 16×16 patches of 48 px",
});

const gemma4 = (
	size: string,
	tower: "gemma-4-vit-150m" | "gemma-4-vit-550m",
	languageModel: CheckpointOf<"gemma4">["parts"]["languageModel"],
	contextTokens: number,
	aliases: readonly string[] = [],
): CheckpointOf<"gemma4"> => ({
	title: `Gemma 4 ${size}`,
	family: "gemma4",
	aliases: [...aliases, `google/gemma-4-${size}-it`, `google/gemma-4-${size}`],
	constants: GEMMA_4_CONSTANTS,
	parts: { tower, projector: { kind: "linear" }, languageModel },
	contextTokens,
	// Mean 0 and deviation 1, but only frames are normalised by them: the division rounds another way.
	pixels: {
		image: { ...normalizedBy("none"), doNormalize: false },
		video: normalizedBy("none"),
		source: "class defaults of Gemma4ImageProcessor and Gemma4VideoProcessor, transformers 5.18.0",
	},
	trainedFrames: 32,
	source:
		"transformers 5.18.0 models/gemma4 image and video processor defaults (280 and 70 tokens, 32 frames); context length of the model card",
});

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
): CheckpointOf<"paligemma"> => {
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

export const GOOGLE_CHECKPOINTS = {
	"gemma-3-4b": gemma3("4b", ["gemma-3"]),
	"gemma-3-12b": gemma3("12b"),
	"gemma-3-27b": gemma3("27b"),
	"gemma-3n-e2b": gemma3n("E2B"),
	"gemma-3n-e4b": gemma3n("E4B", ["gemma-3n"]),
	"gemma-4-e2b": gemma4("E2B", "gemma-4-vit-150m", "gemma-4-e2b", 131_072),
	"gemma-4-e4b": gemma4("E4B", "gemma-4-vit-150m", "gemma-4-e4b", 131_072),
	"gemma-4-26b-a4b": gemma4("26B-A4B", "gemma-4-vit-550m", "gemma-4-26b-a4b", 262_144),
	"gemma-4-31b": gemma4("31B", "gemma-4-vit-550m", "gemma-4-31b", 262_144, ["gemma-4"]),
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
} as const satisfies Record<string, Checkpoint>;
