#!/usr/bin/env node
// Starts the command line; the compiled sources are in ../dist.
import { existsSync } from "node:fs";

const main = new URL("../dist/main.js", import.meta.url);
if (existsSync(main)) {
	const { runFromProcess } = await import(main.href);
	await runFromProcess();
} else {
	process.stderr.write("onevision: not built yet; run npm run build in the repository\n");
	process.exitCode = 1;
}
