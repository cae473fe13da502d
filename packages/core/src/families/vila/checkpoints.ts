/** Checkpoints of VILA-1.5. */

import type { CheckpointRow } from "../checkpoint.ts";
import type { VilaConstants, VilaSettings } from "./layout.ts";

type VilaCheckpoint = CheckpointRow<"vila", VilaConstants, VilaSettings>;

const VILA = { tile: 384, patch: 14, downsample: 2, frames: 6 } as const;

const VILA_SOURCE =
	"NVlabs/VILA llava/eval/run_vila.py at 1c88211, README at 0085724; context length as of VILA-1.5 3B (llm_cfg in sophgo/LLM-TPU models/VILA1_5/compile/files/vila1.5-3b/config.json at 2427a20)";

const VILA_PROJECTOR = { kind: "pixel-shuffle", merge: 2 } as const;

const vila = (
	size: string,
	aliases: readonly string[],
	languageModel: "llama-3-8b" | "vicuna-13b",
): VilaCheckpoint => ({
	title: `VILA-1.5 ${size}`,
	family: "vila",
	aliases,
	constants: VILA,
	parts: { tower: "siglip-so400m-patch14-384", projector: VILA_PROJECTOR, languageModel },
	contextTokens: 4096,
	unverified: ["contextTokens"],
	source: VILA_SOURCE,
});

export const checkpoints = {
	"vila1.5-8b": vila("8B", ["vila", "Efficient-Large-Model/Llama-3-VILA1.5-8b"], "llama-3-8b"),
	"vila1.5-13b": vila("13B", ["Efficient-Large-Model/VILA1.5-13b"], "vicuna-13b"),
} as const satisfies Record<string, VilaCheckpoint>;
