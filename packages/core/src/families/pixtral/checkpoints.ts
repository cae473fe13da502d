/** Checkpoints of Pixtral and Mistral 3. */

import { type CheckpointPixels, normalizedBy } from "../../facts/normalizations.ts";
import type { CheckpointRow, ModelParts } from "../checkpoint.ts";
import type { PixtralConstants, PixtralSettings } from "./layout.ts";

export type PixtralCheckpoint = CheckpointRow<"pixtral", PixtralConstants, PixtralSettings>;

const CLIP_PIXELS: CheckpointPixels = {
	image: normalizedBy("clip"),
	source:
		"preprocessor_config.json of mistral-community/pixtral-12b and mistralai/Mistral-Small-3.1-24B-Instruct-2503, read in copies; class default of PixtralImageProcessor",
};

const MISTRAL_SMALL_CONSTANTS = { patch: 14, merge: 2, longestEdge: 1540 } as const;

const MISTRAL_SMALL_PARTS: ModelParts = {
	tower: "pixtral-vit-patch14",
	// A norm, a 2×2 merger and two layers without biases: 1,024 + 4·1,024² + 1,024·5,120 + 5,120².
	projector: { kind: "q-former", parameters: 35_652_608 },
	languageModel: "mistral-small-24b",
};

const mistralSmall = (
	version: string,
	aliases: readonly string[],
	source: string,
	unverified?: PixtralCheckpoint["unverified"],
): PixtralCheckpoint => ({
	title: `Mistral Small ${version} 24B`,
	family: "pixtral",
	aliases,
	constants: MISTRAL_SMALL_CONSTANTS,
	parts: MISTRAL_SMALL_PARTS,
	contextTokens: 131_072,
	pixels: CLIP_PIXELS,
	...(unverified === undefined ? {} : { unverified }),
	source,
});

export const checkpoints = {
	"pixtral-12b": {
		title: "Pixtral 12B",
		family: "pixtral",
		aliases: ["pixtral", "mistralai/Pixtral-12B-2409", "mistral-community/pixtral-12b"],
		constants: { patch: 16, merge: 1, longestEdge: 1024 },
		parts: {
			tower: "pixtral-vit-patch16",
			projector: { kind: "mlp2x-gelu" },
			languageModel: "mistral-nemo-12b",
		},
		contextTokens: 131_072,
		pixels: CLIP_PIXELS,
		source:
			"transformers 5.18.0 models/pixtral defaults (1024 px, patch 16); mistralai/mistral-common image.py at 05a47dc (ImageConfig(16, 1024)); context length of the model card (128k)",
	},
	"mistral-small-3.1-24b": mistralSmall(
		"3.1",
		["mistral-small-3.1", "mistral3", "mistralai/Mistral-Small-3.1-24B-Instruct-2503"],
		"huggingface.co/mistralai/Mistral-Small-3.1-24B-Instruct-2503 config.json (1540 px, patch 14, spatial_merge_size 2)",
	),
	"mistral-small-3.2-24b": mistralSmall(
		"3.2",
		["mistral-small", "mistral-small-3.2", "mistralai/Mistral-Small-3.2-24B-Instruct-2506"],
		"as Mistral Small 3.1, whose architecture it keeps",
		["patch", "merge", "longestEdge", "parts", "contextTokens"],
	),
} as const satisfies Record<string, PixtralCheckpoint>;
