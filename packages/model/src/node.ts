/** Node's entry: everything of the portable one, and snapshots and tokenizers from files. */

export * from "./index.ts";
export { readSnapshotFolder } from "./snapshot-folder.ts";
export { readTokenizerFile } from "./tokenizer-file.ts";
