/** Worker threads from modules of the packages, compiled or as TypeScript. */

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { Worker, type WorkerOptions } from "node:worker_threads";

/**
 * Starts a thread from a source file, `./worker.ts`, relative to `base`, the URL of the caller's module. Where sources
 * run unbuilt, in tests and scripts, the thread registers the TypeScript loader first: workers of Node 20 inherit none.
 */
export function startThread(module: `./${string}.ts`, base: string, options: WorkerOptions = {}): Worker {
	if (!base.endsWith(".ts")) return new Worker(new URL(module.replace(/\.ts$/, ".js"), base), options);
	const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx/package.json"));
	const [loader, source] = [new URL("dist/esm/api/index.mjs", tsx), new URL(module, base)].map(({ href }) =>
		JSON.stringify(href),
	);
	const code = `const { register } = await import(${loader}); register(); await import(${source});`;
	return new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
		...options,
		execArgv: ["--conditions=source"],
	});
}
