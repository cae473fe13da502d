/** How GLM-4.1V and its descendants number positions. All three models share the same `get_rope_index`. */

import type { MropeRule } from "./rule.ts";
import { transformers } from "./sequential.ts";

export const glm = (model: string): MropeRule => ({
	kind: "mrope",
	clock: { kind: "text", written: "after" },
	sections: [8, 12, 12],
	frequencies: "sectioned",
	source: transformers(`${model}/modeling_${model}.py get_rope_index; sections: Glm4vTextRotaryEmbedding`),
});
