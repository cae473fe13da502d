/** Checkpoints of Kimi-VL. */

import type { CheckpointRow } from "../checkpoint.ts";
import type { KimiVlConstants, KimiVlSettings } from "./layout.ts";

type KimiVlCheckpoint = CheckpointRow<"kimi-vl", KimiVlConstants, KimiVlSettings>;

const KIMI_VL_SOURCE =
	"image_processing_kimi_vl.py and preprocessor_config.json of huggingface.co/moonshotai, read in copies (patch 14, pad_input)";

const kimiVl = (
	variant: string,
	aliases: readonly string[],
	maxPatches: number,
	note: string,
): KimiVlCheckpoint => ({
	title: `Kimi-VL A3B ${variant}`,
	family: "kimi-vl",
	aliases,
	constants: { patch: 14, merge: 2, maxPatches },
	parts: {
		tower: "moonvit",
		projector: { kind: "patch-merger", merge: 2 },
		languageModel: "moonlight-16b-a3b",
	},
	contextTokens: 131_072,
	source: `${KIMI_VL_SOURCE}; ${note}`,
});

export const checkpoints = {
	"kimi-vl-a3b-instruct": kimiVl(
		"Instruct",
		["kimi-vl", "moonshotai/Kimi-VL-A3B-Instruct", "moonshotai/Kimi-VL-A3B-Thinking"],
		4096,
		"in_token_limit 4096",
	),
	"kimi-vl-a3b-thinking-2506": kimiVl(
		"Thinking 2506",
		["moonshotai/Kimi-VL-A3B-Thinking-2506"],
		16_384,
		"in_token_limit 16384, seen in a checkpoint built on it",
	),
} as const satisfies Record<string, KimiVlCheckpoint>;
