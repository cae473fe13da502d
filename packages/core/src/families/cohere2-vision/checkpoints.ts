/** Checkpoints of Command A Vision. */

import type { CheckpointRow } from "../checkpoint.ts";
import type { Cohere2VisionConstants, Cohere2VisionSettings } from "./layout.ts";

type Cohere2VisionCheckpoint = CheckpointRow<"cohere2-vision", Cohere2VisionConstants, Cohere2VisionSettings>;

export const checkpoints = {
	"command-a-vision": {
		title: "Command A Vision",
		family: "cohere2-vision",
		aliases: ["CohereLabs/command-a-vision-07-2025", "command-a-vision-07-2025"],
		constants: { tile: 512, patch: 16, merge: 2, maxTiles: 12 },
		parts: {
			tower: "siglip2-so400m-patch16-512",
			projector: { kind: "q-former", parameters: 396_410_880 },
			languageModel: "command-a",
		},
		contextTokens: 131_072,
		unverified: ["contextTokens"],
		source:
			"transformers 5.18.0 models/cohere2_vision defaults (512 px, 12 tiles, 256 tokens each) and its count of the projector; context length of the model card",
	},
} as const satisfies Record<string, Cohere2VisionCheckpoint>;
