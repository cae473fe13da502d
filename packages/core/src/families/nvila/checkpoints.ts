/** Checkpoints of NVILA. */

import type { CheckpointRow } from "../checkpoint.ts";
import type { NvilaConstants, NvilaSettings } from "./layout.ts";

type NvilaCheckpoint = CheckpointRow<"nvila", NvilaConstants, NvilaSettings>;

const NVILA_LITE = {
	tile: 448,
	patch: 14,
	downsample: 3,
	aspectRatio: "dynamic",
	minTiles: 1,
	maxTiles: 12,
	frames: 8,
	temporalPooling: 1,
} as const;

const NVILA_SOURCE =
	"NVlabs/VILA scripts/NVILA-Lite/sft.sh and scripts/NVILA/stage2_9tile.sh at 36f6adc, scripts/NVILA/stage4.sh at 2b43308, configuration_llava.py at 0144dff; the shipped config.json was not readable, the language model is that of the scripts";

const nvila = (
	title: string,
	aliases: readonly string[],
	constants: NvilaCheckpoint["constants"],
	contextTokens: number,
): NvilaCheckpoint => ({
	title,
	family: "nvila",
	aliases,
	constants,
	parts: {
		tower: "siglip-so400m-patch14-448",
		projector: { kind: "pixel-shuffle", merge: constants.downsample },
		languageModel: "qwen2-7b",
	},
	contextTokens,
	trainedFrames: constants.frames,
	unverified: ["parts"],
	source: NVILA_SOURCE,
});

export const checkpoints = {
	"nvila-lite-8b": nvila("NVILA-Lite 8B", ["Efficient-Large-Model/NVILA-Lite-8B"], NVILA_LITE, 4096),
	"nvila-8b": nvila(
		"NVILA 8B",
		["nvila", "Efficient-Large-Model/NVILA-8B"],
		{ ...NVILA_LITE, downsample: 2, aspectRatio: "dynamic_s2", s2Scales: [448, 896, 1344] },
		8192,
	),
	"nvila-8b-video": nvila(
		"NVILA 8B Video",
		["Efficient-Large-Model/NVILA-8B-Video"],
		{ ...NVILA_LITE, downsample: 2, aspectRatio: "resize", frames: 256, temporalPooling: 8 },
		16_384,
	),
} as const satisfies Record<string, NvilaCheckpoint>;
