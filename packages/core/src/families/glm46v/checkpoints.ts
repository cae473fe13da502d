/** Checkpoints of GLM-4.6V. */

import type { GlmConstants, GlmSettings } from "../../layouts/glm-vision.ts";
import type { CheckpointRow } from "../checkpoint.ts";
import { GLM_9B, GLM_106B, GLM_CONSTANTS } from "../glm4v/checkpoints.ts";

export type Glm46vCheckpoint = CheckpointRow<"glm46v", GlmConstants, GlmSettings>;

export const checkpoints = {
	"glm-4.6v": {
		title: "GLM-4.6V 106B-A12B",
		family: "glm46v",
		aliases: ["zai-org/GLM-4.6V"],
		constants: GLM_CONSTANTS,
		parts: GLM_106B,
		contextTokens: 131_072,
		source:
			"preprocessor_config.json and video_preprocessor_config.json of GLM-4.6V, read in copies (the class default for images is 11,760,000 px)",
	},
	"glm-4.6v-flash": {
		title: "GLM-4.6V Flash 9B",
		family: "glm46v",
		aliases: ["zai-org/GLM-4.6V-Flash"],
		constants: { ...GLM_CONSTANTS, videoMaxPixels: 100_352_000 },
		parts: GLM_9B,
		contextTokens: 131_072,
		source:
			"preprocessor_config.json and video_preprocessor_config.json of GLM-4.6V-Flash, read in copies (video: 100,352,000 px)",
	},
} as const satisfies Record<string, Glm46vCheckpoint>;
