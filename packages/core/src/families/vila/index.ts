/** VILA-1.5: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { sequential } from "../../positions/sequential.ts";
import type { SnapshotSupport } from "../../snapshot/reader.ts";
import { absent, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { vila as layout } from "./layout.ts";

/** NVILA's folder reads snapshots of both families. */
export const snapshot: SnapshotSupport = {
	readers: {},
	reason: "its model_type llava_llama is NVILA's too, whose folder reads both",
};

/** How positions are numbered. */
export const positions: PositionRule = sequential(
	"NVlabs/VILA: a LLaMA language model, from memory, unconfirmed",
);

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = absent();
