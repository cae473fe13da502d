/** Starts a file of this package in a worker thread, compiled or, where sources run unbuilt, as TypeScript. */

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";

/** A worker that runs `name`, a module beside this one without its ending. */
export function createWorker(name: string, workerData: unknown): Worker {
	const compiled = !import.meta.url.endsWith(".ts");
	const file = new URL(`./${name}${compiled ? ".js" : ".ts"}`, import.meta.url);
	if (compiled) return new Worker(file, { workerData });
	// Workers of Node 20 take no loader from their parent: the first lines of the worker register one.
	const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx/package.json"));
	const loader = new URL("dist/esm/api/index.mjs", tsx);
	const [tool, source] = [loader, file].map(({ href }) => JSON.stringify(href));
	const code = `const { register } = await import(${tool}); register(); await import(${source});`;
	return new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), { workerData });
}
