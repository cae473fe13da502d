/** Reads snapshots of GLM-4.6V. Source: transformers 5.18 models/glm46v, its processors and configurations. */

import { merged } from "../../snapshot/base-config.ts";
import { glmReader } from "../../snapshot/glm.ts";
import type { SnapshotSupport } from "../../snapshot/reader.ts";
import type { Glm46vCheckpoint } from "./checkpoints.ts";

export const snapshot = {
	readers: {
		glm46v: glmReader("glm46v", "glm46v", "glm4v_text"),
	},
	configOf: ({ constants }: Glm46vCheckpoint) => merged("glm46v", constants),
} as const satisfies SnapshotSupport;
