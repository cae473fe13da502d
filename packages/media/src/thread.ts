/**
 * Starts a thread from a module of this package, built or not. Sources run unbuilt in tests and scripts; Node 20 does
 * not hand the loader that reads TypeScript on to threads, so such a thread registers it first.
 */

import { Worker, type WorkerOptions } from "node:worker_threads";

/** `module` names a source file, `./worker.ts`, relative to `base`, the URL of the caller's module. */
export function startModule(module: `./${string}.ts`, base: string, options: WorkerOptions): Worker {
	if (!base.endsWith(".ts")) return new Worker(new URL(module.replace(/\.ts$/, ".js"), base), options);
	const source = JSON.stringify(new URL(module, base).href);
	const start = `import('tsx/esm/api').then(({ register }) => { register(); return import(${source}); })`;
	return new Worker(start, { ...options, eval: true, execArgv: ["--conditions=source"] });
}
