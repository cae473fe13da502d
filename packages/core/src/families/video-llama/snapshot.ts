/** Video-LLaMA: why its snapshots are not read. */

import type { SnapshotSupport } from "../../snapshot/reader.ts";

/** Snapshots of this family are not supported. */
export const snapshot: SnapshotSupport = {
	readers: {},
	reason: "its repositories hold weights alone, no config.json with a model_type",
};
