/** Checkpoints of Phi-4-multimodal. */

import type { CheckpointRow } from "../checkpoint.ts";
import type { Phi4MultimodalConstants, Phi4MultimodalSettings } from "./layout.ts";

type Phi4MultimodalCheckpoint = CheckpointRow<
	"phi4-multimodal",
	Phi4MultimodalConstants,
	Phi4MultimodalSettings
>;

export const checkpoints = {
	"phi-4-multimodal-instruct": {
		title: "Phi-4-multimodal",
		family: "phi4-multimodal",
		aliases: ["phi-4-multimodal", "microsoft/Phi-4-multimodal-instruct"],
		constants: { tile: 448, patch: 14, merge: 2, maxTiles: 36 },
		parts: {
			tower: "siglip-so400m-patch14-448",
			projector: { kind: "q-former", parameters: 12_984_576 },
			languageModel: "phi-4-mini",
		},
		contextTokens: 131_072,
		source:
			"transformers 5.18.0 models/phi4_multimodal defaults (448 px, dynamic_hd 36) and its count of the projector; context length of the model card",
	},
} as const satisfies Record<string, Phi4MultimodalCheckpoint>;
