/**
 * Side-by-side measurements, one file each: `npm run bench` runs all, `npm run bench -- count` one.
 * The peers are installed by `npm run bench:setup`; ORACLE_PYTHON names another Python that has them. A bench without its
 * peers measures ours alone, and one that fails costs a line, not the rest.
 * Every figure is the best of several alternating rounds; ratios travel between machines, absolute times do not.
 */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cpus } from "node:os";
import { PEERS_PYTHON } from "./venv.ts";

const BENCHES = {
	count: async (python: string | undefined) => (await import("./count.ts")).benchCount(python),
	frames: async () => (await import("./frames.ts")).benchFrames(),
	gif: async (python: string | undefined) => (await import("./gif.ts")).benchGif(python),
	graph: async (python: string | undefined) => (await import("./graph.ts")).benchGraph(python),
	lab: async (python: string | undefined) => (await import("./lab.ts")).benchLab(python),
	pack: async (python: string | undefined) => (await import("./pack.ts")).benchPack(python),
	model: async (python: string | undefined) => (await import("./model.ts")).benchModel(python),
	pixels: async (python: string | undefined) => (await import("./pixels.ts")).benchPixels(python),
	profile: async (python: string | undefined) => (await import("./profile.ts")).benchProfile(python),
	plan: async (python: string | undefined) => (await import("./plan.ts")).benchPlan(python),
	studio: async () => (await import("./studio.ts")).benchStudio(),
	server: async () => (await import("./server.ts")).benchServer(),
	small: async (python: string | undefined) => (await import("./small.ts")).benchSmall(python),
} as const;

const asked = process.argv.slice(2);
const names = asked.length === 0 ? Object.keys(BENCHES) : asked;
const python = process.env.ORACLE_PYTHON ?? (existsSync(PEERS_PYTHON) ? PEERS_PYTHON : undefined);
const { model } = cpus()[0] ?? { model: "unknown processor" };
console.log(
	`${model}, ${cpus().length} cores, Node ${process.version}${python === undefined ? "" : `, ${pythonVersions(python)}`}`,
);
if (python === undefined) console.log("no Python peers here: npm run bench:setup installs them");
for (const name of names) {
	const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name as keyof typeof BENCHES] : undefined;
	if (bench === undefined)
		throw new Error(`no bench named ${name}; there are ${Object.keys(BENCHES).join(", ")}`);
	console.log(`\n${name}`);
	try {
		await bench(python);
	} catch (error) {
		console.log(`  failed: ${error instanceof Error ? error.message : String(error)}`);
		process.exitCode = 1;
	}
}

function pythonVersions(interpreter: string): string {
	const code =
		"import sys, transformers; print(f'Python {sys.version.split()[0]}, transformers {transformers.__version__}')";
	const { stdout, status } = spawnSync(interpreter, ["-c", code], { encoding: "utf8" });
	return status === 0 ? stdout.trim() : "Python without transformers";
}
