/** Checkpoints of GLM-4.1V and GLM-4.5V. */

import type { GlmConstants } from "../../layouts/glm-vision.ts";
import type { CheckpointRow } from "../checkpoint.ts";
import type { Glm4vSettings } from "./layout.ts";

export type Glm4vCheckpoint = CheckpointRow<"glm4v", GlmConstants, Glm4vSettings>;

const GLM_TOKENS = { patch: 14, merge: 2, temporalPatch: 2 } as const;

/** Images: 12,544 to 9,633,792 px, counted twice (6,144 tokens). Video: up to 47,040,000 px for the whole clip. */
export const GLM_CONSTANTS = {
	...GLM_TOKENS,
	minPixels: 12_544,
	maxPixels: 9_633_792,
	videoMinPixels: 12_544,
	videoMaxPixels: 47_040_000,
} as const;

/** Downsampling convolution and gated merger, as counted by transformers 5.18. */
const GLM_PROJECTOR = { kind: "q-former", parameters: 25_169_920 + 185_081_856 } as const;

export const GLM_9B = { tower: "glm-4v-vit", projector: GLM_PROJECTOR, languageModel: "glm-4-9b" } as const;

export const GLM_106B = {
	tower: "glm-4v-vit",
	projector: GLM_PROJECTOR,
	languageModel: "glm-4.5-air",
} as const;

export const checkpoints = {
	"glm-4.1v-9b": {
		title: "GLM-4.1V 9B",
		family: "glm4v",
		aliases: ["glm-4.1v", "zai-org/GLM-4.1V-9B-Thinking", "THUDM/GLM-4.1V-9B-Thinking"],
		constants: GLM_CONSTANTS,
		parts: GLM_9B,
		contextTokens: 65_536,
		source:
			"video_preprocessor_config.json of a copy of GLM-4.1V-9B-Thinking; preprocessor_config.json of zai-org/AutoGLM-Phone-9B, built on it (the class default is 11,760,000 px)",
	},
	"glm-4.5v": {
		title: "GLM-4.5V 106B-A12B",
		family: "glm4v",
		aliases: ["zai-org/GLM-4.5V"],
		constants: GLM_CONSTANTS,
		parts: GLM_106B,
		contextTokens: 65_536,
		unverified: ["minPixels", "maxPixels", "videoMinPixels", "videoMaxPixels"],
		source: "as GLM-4.1V 9B, whose processor it shares (limits by analogy)",
	},
} as const satisfies Record<string, Glm4vCheckpoint>;
