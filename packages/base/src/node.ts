/** What packages share in Node: everything in index.ts, threads, and atomic file writes. */

export * from "./index.ts";
export { startThread } from "./threads.ts";
export { attemptSuffix, writeAtomically } from "./write-atomically.ts";
