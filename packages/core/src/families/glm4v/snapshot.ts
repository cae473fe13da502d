/**
 * Reads snapshots of GLM-4.1V and GLM-4.5V. Source: transformers 5.18 models/{glm4v,glm4v_moe}, their processors and
 * configurations.
 */

import { merged } from "../../snapshot/base-config.ts";
import { glmReader } from "../../snapshot/glm.ts";
import type { SnapshotSupport } from "../../snapshot/reader.ts";
import type { Glm4vCheckpoint } from "./checkpoints.ts";

export const snapshot = {
	readers: {
		glm4v: glmReader("glm4v", "glm4v", "glm4v_text"),
		glm4v_moe: glmReader("glm4v_moe", "glm4v", "glm4v_moe_text"),
	},
	configOf: ({ constants }: Glm4vCheckpoint) => merged("glm4v", constants),
} as const satisfies SnapshotSupport;
