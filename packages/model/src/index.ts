/** Checkpoints as they are published: configuration files from the hub, tokenizers. Loads in a browser. */

export { type HubAccess, readHubSnapshot } from "./hub.ts";
export { readSnapshot, type Snapshot, type SnapshotSource } from "./snapshot-source.ts";
export { type CountText, createTextCounter } from "./tokenizer.ts";
