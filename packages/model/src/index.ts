/** Published checkpoints: configuration files from the Hub, and tokenizers. Runs in a browser. */

export { type HubAccess, readHubSnapshot } from "./hub.ts";
export { readSnapshot, type Snapshot, type SnapshotSource } from "./snapshot-source.ts";
export { type CountText, createTextCounter } from "./tokenizer.ts";
