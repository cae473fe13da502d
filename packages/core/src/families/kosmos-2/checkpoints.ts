/** Checkpoints of Kosmos-2. */

import type { QueryConstants } from "../../layouts/q-former.ts";
import type { CheckpointRow } from "../checkpoint.ts";
import type { Kosmos2Settings } from "./layout.ts";

type Kosmos2Checkpoint = CheckpointRow<"kosmos-2", QueryConstants, Kosmos2Settings>;

export const checkpoints = {
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
} as const satisfies Record<string, Kosmos2Checkpoint>;
