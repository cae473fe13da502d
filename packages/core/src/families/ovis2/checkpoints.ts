/** Checkpoints of Ovis2. */

import { TOWERS } from "../../facts/towers.ts";
import type { CheckpointRow, ModelParts } from "../checkpoint.ts";
import type { Ovis2Constants, Ovis2Settings } from "./layout.ts";

type Ovis2Checkpoint = CheckpointRow<"ovis2", Ovis2Constants, Ovis2Settings>;

const OVIS2_SOURCE =
	"model cards of huggingface.co/AIDC-AI/Ovis2-* (towers, language models, max_partition 9, multimodal_max_length 32768); transformers 5.18.0 models/ovis2 for 448 px and hidden_stride 2";

/** Size of the visual vocabulary: the rows of the embedding table that replaces the projector. */
const OVIS2_WORDS = 65_536;

const ovis2 = (
	size: string,
	tower: "aimv2-large-patch14-448" | "aimv2-huge-patch14-448" | "aimv2-1b-patch14-448",
	languageModel: ModelParts["languageModel"],
	hidden: number,
	aliases: readonly string[] = [],
): Ovis2Checkpoint => {
	// Five words represent markers and have no output in the head.
	const outputs = OVIS2_WORDS - 5;
	const head = 4 * TOWERS[tower].hidden * outputs + 2 * outputs;
	return {
		title: `Ovis2 ${size}`,
		family: "ovis2",
		aliases: [...aliases, `AIDC-AI/Ovis2-${size}`, `thisisiron/Ovis2-${size}-hf`],
		constants: { tile: 448, patch: 14, merge: 2, minTiles: 1, maxTiles: 9 },
		parts: {
			tower,
			projector: { kind: "q-former", parameters: head + OVIS2_WORDS * hidden },
			languageModel,
		},
		contextTokens: 32_768,
		source: OVIS2_SOURCE,
	};
};

export const checkpoints = {
	"ovis2-1b": ovis2("1B", "aimv2-large-patch14-448", "qwen2-0.5b", 896),
	"ovis2-2b": ovis2("2B", "aimv2-large-patch14-448", "qwen2-1.5b", 1536),
	"ovis2-4b": ovis2("4B", "aimv2-huge-patch14-448", "qwen2.5-3b", 2048),
	"ovis2-8b": ovis2("8B", "aimv2-huge-patch14-448", "qwen2.5-7b", 3584, ["ovis2"]),
	"ovis2-16b": ovis2("16B", "aimv2-huge-patch14-448", "qwen2.5-14b", 5120),
	"ovis2-34b": ovis2("34B", "aimv2-1b-patch14-448", "qwen2.5-32b", 5120),
} as const satisfies Record<string, Ovis2Checkpoint>;
