/** Molmo's projector, whose parameters both its table and its snapshots need. */

import type { ModelParts } from "../checkpoint.ts";

/** Molmo's: attention over 2×2 features of two tower layers, a gated MLP as wide as the language model's, padding embeddings. */
export const molmoProjector = (hidden: number, mlp: number): ModelParts["projector"] => ({
	kind: "q-former",
	parameters: 3 * (2048 * 1024 + 1024) + 1024 * 1024 + 1024 + 2 * 1024 * mlp + mlp * hidden + 2 * 2048,
});
