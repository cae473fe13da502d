/**
 * The packages as npm would publish them, installed in an empty folder: `npm run check:packed`. They are packed, looked
 * through for what does not belong there, installed without the optional peers, type-checked, imported, required,
 * bundled for a browser; the examples of their pages and the command are run. The first thing that is wrong ends it.
 */

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { ROOT } from "./files.ts";

interface Manifest {
	readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

interface Packed {
	readonly name: string;
	readonly filename: string;
	readonly size: number;
	readonly unpackedSize: number;
	readonly files: readonly { readonly path: string }[];
}

const COMMAND = "onevision";
/** Entries that are for Node; all others load in a browser. */
const NODE_ONLY = /\/node$|^@onevision\/(data|lab|server)$/;
const UNWANTED = /\.test\.|\/(goldens|fixtures|testing)\/|\.tsbuildinfo$/;
/** What takes an optional peer, up to the call that says so. */
const NEEDS_PEER: Readonly<Record<string, string>> = {
	sharp: `import { encodePng } from "@onevision/media/node"; await encodePng({ width: 1, height: 1, data: new Uint8Array(3) })`,
	"onnxruntime-node": `import { nodeRuntime } from "@onevision/graph/node"; await nodeRuntime()`,
};

const folder = mkdtempSync(join(tmpdir(), "onevision-packed-"));
const consumer = join(folder, "consumer");
try {
	const packed = pack();
	const libraries = packed.filter(({ name }) => name !== COMMAND);
	install(libraries);
	const entries = libraries.flatMap(({ name }) =>
		Object.keys(manifestOf(name).exports).map((entry) => `${name}${entry.slice(1).replace("*", "qwen-vl")}`),
	);
	loadAll(entries);
	refuseWithoutPeers();
	await bundle(entries.filter((entry) => !NODE_ONLY.test(entry)));
	install(packed, ["onnxruntime-node@1.30"]);
	runExamples(entries, libraries);
	runCommand();
} finally {
	rmSync(folder, { recursive: true, force: true });
}

/** Runs a command in the consumer's folder and returns what it prints. Throws with all of it when it fails. */
function run(command: string, args: readonly string[]): string {
	try {
		return execFileSync(command, args, { cwd: consumer, encoding: "utf8", stdio: "pipe" });
	} catch (error) {
		const { stdout = "", stderr = "" } = error as { readonly stdout?: string; readonly stderr?: string };
		throw new Error(`${command} ${args.join(" ")}\n${stdout}${stderr}`);
	}
}

function pack(): readonly Packed[] {
	const output = execFileSync(
		"npm",
		[
			"pack",
			"--workspaces",
			"--json",
			"--loglevel=error",
			"--foreground-scripts=false",
			"--pack-destination",
			folder,
		],
		{ cwd: ROOT, encoding: "utf8" },
	);
	const packed: readonly Packed[] = Object.values(JSON.parse(output.slice(output.search(/^[[{]/m))));
	for (const { name, size, unpackedSize, files } of packed) {
		const paths = files.map(({ path }) => path);
		const unwanted = paths.filter((path) => UNWANTED.test(path));
		if (unwanted.length > 0) throw new Error(`${name} packs ${unwanted.slice(0, 5).join(", ")}`);
		for (const needed of ["LICENSE", "README.md", "package.json"]) {
			if (!paths.includes(needed)) throw new Error(`${name} packs no ${needed}`);
		}
		const [kilobytes, unpacked] = [size, unpackedSize].map((bytes) => (bytes / 1000).toFixed(0));
		console.log(`${name}: ${files.length} files, ${kilobytes} kB, ${unpacked} kB unpacked`);
	}
	return packed;
}

/** Tarballs in a folder with nothing else but what they ask for. */
function install(packed: readonly Packed[], more: readonly string[] = []): void {
	const dependencies = Object.fromEntries(packed.map(({ name, filename }) => [name, `file:../${filename}`]));
	const manifest = { name: "consumer", private: true, type: "module", dependencies };
	mkdirSync(consumer, { recursive: true });
	writeFileSync(join(consumer, "package.json"), JSON.stringify(manifest));
	const options = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
	run("npm", ["install", ...options, ...more]);
	console.log(`installed ${packed.length} packages in an empty folder`);
}

function manifestOf(name: string): Manifest {
	return JSON.parse(readFileSync(join(consumer, "node_modules", name, "package.json"), "utf8"));
}

function writeAndRun(file: string, text: string): string {
	writeFileSync(join(consumer, file), text);
	return run(process.execPath, [file]);
}

/** Every entry by `import` and by `require`, with the same names in both. */
function loadAll(entries: readonly string[]): void {
	const names = "console.log(Object.keys(entry).length)";
	for (const entry of entries) {
		const imported = writeAndRun("load.mjs", `import * as entry from "${entry}"; ${names}`);
		const required = writeAndRun("load.cjs", `const entry = require("${entry}"); ${names}`);
		if (imported !== required) throw new Error(`${entry}: import has ${imported} names, require ${required}`);
	}
	console.log(`imported and required ${entries.length} entries`);
}

/** None of the optional peers came along, and each is asked for by name in one line. */
function refuseWithoutPeers(): void {
	for (const [peer, text] of Object.entries(NEEDS_PEER)) {
		if (existsSync(join(consumer, "node_modules", peer))) throw new Error(`${peer} was installed unasked`);
		const program = `${text.replace("await", "try { await")}; } catch (error) { console.log(error.message); }`;
		const message = writeAndRun("refuse.mjs", program);
		if (!message.endsWith(`npm install ${peer}\n`)) throw new Error(`without ${peer}: ${message}`);
	}
	console.log(`without ${Object.keys(NEEDS_PEER).join(" and ")}: loaded, refused in one line when needed`);
}

/** A page's bundle of each entry, in which no module of Node's is left. */
async function bundle(entries: readonly string[]): Promise<void> {
	for (const entry of entries) {
		const input = join(consumer, "page.js");
		writeFileSync(input, `import * as entry from "${entry}"; globalThis.entry = entry;`);
		await build({
			configFile: false,
			root: consumer,
			logLevel: "silent",
			build: { write: false, rollupOptions: { input, external: [/^onnxruntime-web/] } },
			plugins: [
				{
					name: "no-node",
					enforce: "pre",
					resolveId(module, importer) {
						if (!module.startsWith("node:") || !importer?.includes("/@onevision/")) return;
						throw new Error(`${entry}: ${importer} takes ${module} into a bundle for a browser`);
					},
				},
			],
		});
	}
	console.log(`bundled ${entries.length} entries for a browser`);
}

/** The first example of each package's page: type-checked as both kinds of consumer resolve it, run, its comments compared. */
function runExamples(entries: readonly string[], packed: readonly Packed[]): void {
	cpSync(join(ROOT, "examples/media/market.jpg"), join(consumer, "market.jpg"));
	const examples = packed.map(({ name }) => {
		const readme = readFileSync(join(consumer, "node_modules", name, "README.md"), "utf8");
		const [, code = ""] = readme.match(/```ts\n([\s\S]*?)```/) ?? [];
		const file = `example-${name.split("/").at(-1)}`;
		writeFileSync(join(consumer, `${file}.ts`), code);
		return { name, file, code };
	});
	const all = entries.map((entry, i) => `import * as entry${i} from "${entry}";`);
	const used = entries.map((_, i) => `entry${i}`).join(", ");
	writeFileSync(join(consumer, "all.ts"), `${all.join("\n")}\nconsole.log([${used}].length);\n`);
	for (const [module, moduleResolution] of [
		["esnext", "bundler"],
		["nodenext", "nodenext"],
	] as const) {
		const compilerOptions = {
			...{ module, moduleResolution, outDir: "built", rootDir: "." },
			...{
				target: "es2023",
				lib: ["es2023", "dom"],
				types: ["node"],
				typeRoots: [join(ROOT, "node_modules/@types")],
			},
			...{ strict: true, skipLibCheck: false },
		};
		writeFileSync(join(consumer, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
		run(join(ROOT, "node_modules/.bin/tsc"), []);
		console.log(
			`type-checked with moduleResolution ${moduleResolution}, declarations of all libraries included`,
		);
	}
	for (const { name, file, code } of examples) {
		const expected = [...code.matchAll(/console\.log\(.*\/\/ (.*)$/gm)].map((match) => match[1]);
		const printed = run(process.execPath, [`built/${file}.js`]).trimEnd();
		if (expected.length === 0 || printed !== expected.join("\n")) {
			throw new Error(`${name}: the example of README.md prints\n${printed}`);
		}
	}
	console.log(`ran ${examples.length} examples`);
}

/** The command without a clone: a count, the plan of the example that comes along, the skill. */
function runCommand(): void {
	const printed = (...words: readonly string[]) => run("npx", ["--no-install", COMMAND, ...words]);
	if (!printed("count", "market.jpg").includes("5,731")) throw new Error("onevision count: not the tokens");
	if (!printed("plan").includes("3,500 visual tokens per sample"))
		throw new Error("onevision plan: not the example");
	if (!printed("skill").includes("onevision plan")) throw new Error("onevision skill: not the skill");
	printed("inspect", "market.jpg", "--out", "page.png");
	printed("studio", "--out", "site");
	if (!existsSync(join(consumer, "site/index.html"))) throw new Error("onevision studio: not the page");
	console.log("ran onevision count, plan, skill, inspect and studio");
}
