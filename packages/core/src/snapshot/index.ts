/** Any checkpoint: reads the files of a Hugging Face snapshot, or of an adapter on one. */

export type { ModelType } from "../families/snapshots.ts";
export {
	ADAPTER_FILE,
	type AdapterOnCheckpoint,
	adapterFiles,
	baseOfAdapter,
	checkpointFromAdapter,
} from "./adapter.ts";
export {
	checkpointFromSnapshot,
	MODEL_TYPES,
	READERS,
	type Snapshot,
	type SnapshotOptions,
} from "./checkpoint.ts";
export {
	type ProcessorFiles,
	SNAPSHOT_FILES,
	type SnapshotFile,
	type SnapshotFiles,
} from "./open-snapshot.ts";
