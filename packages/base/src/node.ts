/** What packages share in Node: everything in index.ts, threads, and files written whole. */

export * from "./index.ts";
export { startThread } from "./threads.ts";
export { writeAtomically } from "./write-atomically.ts";
