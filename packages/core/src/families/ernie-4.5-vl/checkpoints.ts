/** Checkpoints of ERNIE-4.5-VL. */

import type { CheckpointRow } from "../checkpoint.ts";
import type { Ernie45VlConstants, Ernie45VlSettings } from "./layout.ts";

type Ernie45VlCheckpoint = CheckpointRow<"ernie-4.5-vl", Ernie45VlConstants, Ernie45VlSettings>;

export const checkpoints = {
	"ernie-4.5-vl-28b-a3b": {
		title: "ERNIE-4.5-VL 28B-A3B",
		family: "ernie-4.5-vl",
		aliases: [
			"ernie-4.5-vl",
			"baidu/ERNIE-4.5-VL-28B-A3B-PT",
			"baidu/ERNIE-4.5-VL-28B-A3B-Thinking",
			"baidu/ERNIE-4.5-VL-28B-A3B-Base-PT",
		],
		constants: {
			patch: 14,
			merge: 2,
			temporalMerge: 2,
			minPixels: 56 ** 2,
			maxPixels: 6177 * 28 ** 2,
			videoMinPixels: 299 * 28 ** 2,
			videoMaxPixels: 1196 * 28 ** 2,
			minFrames: 16,
			maxFrames: 180,
		},
		parts: {
			tower: "ernie-4.5-vl-vit",
			// Spatial and temporal resampler, as counted by transformers 5.18.
			projector: { kind: "q-former", parameters: 144_225_280 },
			languageModel: "ernie-4.5-28b-a3b",
		},
		contextTokens: 131_072,
		unverified: ["minPixels", "maxPixels", "videoMinPixels", "videoMaxPixels", "minFrames", "maxFrames"],
		source:
			"transformers 5.18.0 models/ernie4_5_vl_moe processor defaults; whether the checkpoint ships the same was not read",
	},
} as const satisfies Record<string, Ernie45VlCheckpoint>;
