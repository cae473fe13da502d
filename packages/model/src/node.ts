/** Node entry: everything in the portable one, plus snapshots and tokenizers from files. */

export * from "./index.ts";
export { readSnapshotFolder } from "./snapshot-folder.ts";
export { readTokenizerFile } from "./tokenizer-file.ts";
