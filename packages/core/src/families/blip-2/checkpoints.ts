/** Checkpoints of BLIP-2 and InstructBLIP. */

import type { QueryConstants } from "../../layouts/q-former.ts";
import type { CheckpointRow, ModelParts } from "../checkpoint.ts";
import type { Blip2Settings } from "./layout.ts";

type Blip2Checkpoint = CheckpointRow<"blip-2", QueryConstants, Blip2Settings>;

export const QUERIES = { tile: 224, patch: 14, queries: 32 } as const;

/** Parameters of the query transformers as counted by transformers 5.18, including their queries. */
const BLIP_2_QUERIES = 105_137_664 + 32 * 768;

const INSTRUCTBLIP_QUERIES = 185_659_392 + 32 * 768;

const parts = (queries: number, languageModel: ModelParts["languageModel"], width: number): ModelParts => ({
	tower: "eva-clip-vit-g14",
	projector: { kind: "q-former", parameters: queries + 768 * width + width },
	languageModel,
});

export const VICUNA_7B = parts(INSTRUCTBLIP_QUERIES, "vicuna-7b", 4096);

const VICUNA_13B = parts(INSTRUCTBLIP_QUERIES, "vicuna-13b", 5120);

const INSTRUCTBLIP_SOURCE =
	"transformers 5.18.0 models/instructblip defaults (224 px, patch 14, 32 query tokens); context length of Vicuna 1.1";

const instructblip = (size: "7b" | "13b", aliases: readonly string[] = []): Blip2Checkpoint => ({
	title: `InstructBLIP Vicuna ${size.toUpperCase()}`,
	family: "blip-2",
	aliases: [...aliases, `Salesforce/instructblip-vicuna-${size}`],
	constants: QUERIES,
	parts: size === "7b" ? VICUNA_7B : VICUNA_13B,
	contextTokens: 2048,
	unverified: ["contextTokens"],
	source: INSTRUCTBLIP_SOURCE,
});

export const checkpoints = {
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
} as const satisfies Record<string, Blip2Checkpoint>;
