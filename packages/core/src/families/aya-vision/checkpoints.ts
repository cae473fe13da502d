/** Checkpoints of Aya Vision. */

import type { CropSettings } from "../../layouts/tile-grid.ts";
import type { CheckpointRow } from "../checkpoint.ts";
import type { AyaVisionConstants } from "./layout.ts";

type AyaVisionCheckpoint = CheckpointRow<"aya-vision", AyaVisionConstants, CropSettings>;

const AYA = { tile: 364, patch: 14, merge: 2, minTiles: 1, maxTiles: 12 } as const;

const AYA_SOURCE =
	"model card of huggingface.co/CohereLabs/aya-vision-8b (364 px, up to 12 tiles and a thumbnail, 169 tokens each, 16k context); projector as transformers 5.18 models/aya_vision counts it";

export const checkpoints = {
	"aya-vision-8b": {
		title: "Aya Vision 8B",
		family: "aya-vision",
		aliases: ["aya-vision", "CohereLabs/aya-vision-8b", "CohereForAI/aya-vision-8b"],
		constants: AYA,
		parts: {
			tower: "siglip2-so400m-patch14-364",
			projector: { kind: "q-former", parameters: 27_280_384 },
			languageModel: "command-r7b",
		},
		contextTokens: 16_384,
		unverified: ["tile", "maxTiles", "contextTokens"],
		source: AYA_SOURCE,
	},
	"aya-vision-32b": {
		title: "Aya Vision 32B",
		family: "aya-vision",
		aliases: ["CohereLabs/aya-vision-32b", "CohereForAI/aya-vision-32b"],
		constants: AYA,
		parts: {
			tower: "siglip2-so400m-patch14-364",
			projector: { kind: "q-former", parameters: 71_328_768 },
			languageModel: "aya-expanse-32b",
		},
		contextTokens: 16_384,
		unverified: ["tile", "maxTiles", "contextTokens"],
		source: AYA_SOURCE,
	},
} as const satisfies Record<string, AyaVisionCheckpoint>;
