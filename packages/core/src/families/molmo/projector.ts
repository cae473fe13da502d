/** Molmo's projector. Both its checkpoint table and its snapshot reader need its parameter count. */

import type { ModelParts } from "../checkpoint.ts";

/**
 * Attention over 2×2 features of two tower layers, a gated MLP as wide as the language model's, and padding embeddings.
 */
export const molmoProjector = (hidden: number, mlp: number): ModelParts["projector"] => ({
	kind: "q-former",
	parameters: 3 * (2048 * 1024 + 1024) + 1024 * 1024 + 1024 + 2 * 1024 * mlp + mlp * hidden + 2 * 2048,
});
