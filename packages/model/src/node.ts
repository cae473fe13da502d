/** Node entry: everything in the portable one, plus snapshots and tokenizers from files, and models that answer. */

export * from "./index.ts";
export { type DownloadOptions, downloadSnapshot } from "./node/hub-folder.ts";
export { type LoadModelOptions, loadModel, type VisionLanguageModel } from "./node/load.ts";
export { measureMachine } from "./node/machine.ts";
export { readMediaPart } from "./node/media-part.ts";
export { readSnapshotFolder } from "./snapshot-folder.ts";
export { readTokenizerFile } from "./tokenizer-file.ts";
