/** VILA-1.5: why it has no reader of its own. */

import type { SnapshotSupport } from "../../snapshot/reader.ts";

/** NVILA's folder reads snapshots of both families. */
export const snapshot: SnapshotSupport = {
	readers: {},
	reason: "its model_type llava_llama is NVILA's too, whose folder reads both",
};
