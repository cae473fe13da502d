/** Checkpoints with a fixed number of tokens per picture, and Fuyu: BLIP-2, InstructBLIP, InstructBLIP-Video, Kosmos-2. */

import type { Checkpoint, CheckpointOf, ModelParts } from "./checkpoint.ts";

const QUERIES = { tile: 224, patch: 14, queries: 32 } as const;
/** Query transformers as transformers 5.18 counts them, with their queries. */
const BLIP_2_QUERIES = 105_137_664 + 32 * 768;
const INSTRUCTBLIP_QUERIES = 185_659_392 + 32 * 768;

const parts = (queries: number, languageModel: ModelParts["languageModel"], width: number): ModelParts => ({
	tower: "eva-clip-vit-g14",
	projector: { kind: "q-former", parameters: queries + 768 * width + width },
	languageModel,
});
const VICUNA_7B = parts(INSTRUCTBLIP_QUERIES, "vicuna-7b", 4096);
const VICUNA_13B = parts(INSTRUCTBLIP_QUERIES, "vicuna-13b", 5120);
const INSTRUCTBLIP_SOURCE =
	"transformers 5.18.0 models/instructblip defaults (224 px, patch 14, 32 query tokens); context length of Vicuna 1.1";

const instructblip = (size: "7b" | "13b", aliases: readonly string[] = []): CheckpointOf<"blip-2"> => ({
	title: `InstructBLIP Vicuna ${size.toUpperCase()}`,
	family: "blip-2",
	aliases: [...aliases, `Salesforce/instructblip-vicuna-${size}`],
	constants: QUERIES,
	parts: size === "7b" ? VICUNA_7B : VICUNA_13B,
	contextTokens: 2048,
	unverified: ["contextTokens"],
	source: INSTRUCTBLIP_SOURCE,
});

export const FIXED_CHECKPOINTS = {
	"blip2-opt-2.7b": {
		title: "BLIP-2 OPT 2.7B",
		family: "blip-2",
		aliases: ["blip-2", "blip2", "Salesforce/blip2-opt-2.7b"],
		constants: QUERIES,
		parts: parts(BLIP_2_QUERIES, "opt-2.7b", 2560),
		contextTokens: 2048,
		source: "transformers 5.18.0 models/blip_2 defaults (224 px, patch 14, 32 query tokens)",
	},
	"instructblip-vicuna-7b": instructblip("7b", ["instructblip"]),
	"instructblip-vicuna-13b": instructblip("13b"),
	"instructblipvideo-vicuna-7b": {
		title: "InstructBLIP-Video Vicuna 7B",
		family: "instructblip-video",
		aliases: ["instructblip-video"],
		constants: { ...QUERIES, frames: 4 },
		parts: VICUNA_7B,
		contextTokens: 2048,
		trainedFrames: 4,
		unverified: ["contextTokens"],
		source:
			"transformers 5.18.0 models/instructblipvideo (four frames are hard-coded); runs InstructBLIP's weights",
	},
	"kosmos-2-patch14-224": {
		title: "Kosmos-2",
		family: "kosmos-2",
		aliases: ["kosmos-2", "microsoft/kosmos-2-patch14-224"],
		constants: { tile: 224, patch: 14, queries: 64 },
		parts: {
			tower: "clip-vit-l14-224",
			projector: { kind: "q-former", parameters: 19_015_680 },
			languageModel: "kosmos-2-1.3b",
		},
		contextTokens: 2048,
		source: "transformers 5.18.0 models/kosmos2 defaults (latent_query_num 64, 224 px, patch 14)",
	},
	"fuyu-8b": {
		title: "Fuyu 8B",
		family: "fuyu",
		aliases: ["fuyu", "adept/fuyu-8b"],
		constants: { patch: 30, box: { width: 1920, height: 1080 } },
		// The matrix that takes patches in counts as the tower, its bias as the projector; nothing stands between.
		parts: {
			tower: "fuyu-patches",
			projector: { kind: "q-former", parameters: 4096 },
			languageModel: "persimmon-8b",
		},
		contextTokens: 16_384,
		source: "transformers 5.18.0 models/fuyu image processor defaults (1920×1080, patches of 30 px)",
	},
} as const satisfies Record<string, Checkpoint>;
