/** Checkpoints of PerceptionLM. */

import type { CheckpointRow, ModelParts } from "../checkpoint.ts";
import type { PerceptionLmConstants, PerceptionLmSettings } from "./layout.ts";

type PerceptionLmCheckpoint = CheckpointRow<"perception-lm", PerceptionLmConstants, PerceptionLmSettings>;

const PLM_SOURCE =
	"facebookresearch/perception_models apps/plm/configs/sft/plm_1b.yaml and plm_8b.yaml at f82bb3e (448 px, max_num_tiles 36, max_video_frames 32, pooling_ratio 2; max_seqlen 11520 of the 1B, taken for all sizes)";

const plm = (
	size: string,
	tower: ModelParts["tower"],
	languageModel: ModelParts["languageModel"],
	aliases: readonly string[] = [],
): PerceptionLmCheckpoint => ({
	title: `PerceptionLM ${size}`,
	family: "perception-lm",
	aliases: [...aliases, `facebook/Perception-LM-${size}`],
	constants: { tile: 448, patch: 14, merge: 2, maxTiles: 36, trainedFrames: 32 },
	parts: { tower, projector: { kind: "mlp2x-gelu" }, languageModel },
	contextTokens: 11_520,
	trainedFrames: 32,
	recommendedSettings: { num_frames: 32 },
	source: PLM_SOURCE,
});

export const checkpoints = {
	"perception-lm-1b": plm("1B", "pe-lang-l14-448", "llama-3.2-1b"),
	"perception-lm-3b": plm("3B", "pe-lang-l14-448", "llama-3.2-3b"),
	"perception-lm-8b": plm("8B", "pe-lang-g14-448", "llama-3.1-8b", ["perception-lm"]),
} as const satisfies Record<string, PerceptionLmCheckpoint>;
