/**
 * Keeps the documentation true: console blocks are run and hold the command's real output, marked blocks hold tables
 * generated from the code. `npm run docs` rewrites the files; a test fails when that would change one.
 *
 * A console block starts with one line `$ onevision …` or `$ npx tsx …`, run in the repository root; `| head -N`,
 * `| tail -N` and `| grep -AN WORD` cut its output.
 * A generated block stands between `<!-- generated: NAME -->` and `<!-- end -->`.
 */

import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { planRequestSchema } from "@onevision/core";
import { runInMemory } from "../packages/cli/src/testing/terminal.ts";
import { GENERATED } from "./docs-tables.ts";
import { filesBelow, ROOT } from "./files.ts";

/** Files that hold console or generated blocks. */
export function documentedFiles(): string[] {
	const docs = filesBelow("docs").filter((path) => path.endsWith(".md"));
	const packages = filesBelow("packages").filter((path) => /^packages\/[^/]+\/README\.md$/.test(path));
	return ["README.md", "CONTRIBUTING.md", ...packages, ...docs, "examples/media/README.md"];
}

/** The file as it should be. */
export async function renderFile(path: string): Promise<string> {
	const text = readFileSync(join(ROOT, path), "utf8");
	return fillGenerated(await runConsoleBlocks(text, path), path);
}

/** The JSON Schema of the plan request, as the file in docs/ should be. */
export function renderSchema(): string {
	const schema = { $schema: "https://json-schema.org/draft/2020-12/schema", ...planRequestSchema.json };
	return `${JSON.stringify(schema, null, 2)}\n`;
}

export const SCHEMA_FILE = "docs/plan-request.schema.json";

async function runConsoleBlocks(text: string, path: string): Promise<string> {
	const block = /```console\n\$ ([^\n]*)\n[\s\S]*?```/g;
	let result = "";
	let at = 0;
	for (const match of text.matchAll(block)) {
		const line = match[1] ?? "";
		result += `${text.slice(at, match.index)}\`\`\`console\n$ ${line}\n${await outputOf(line, path)}\`\`\``;
		at = match.index + match[0].length;
	}
	return result + text.slice(at);
}

async function outputOf(line: string, path: string): Promise<string> {
	const [command = "", ...filters] = line.split(" | ");
	const output = await runCommand(splitWords(command.replace(/^npm ci && npx /, "")), line, path);
	const lines = filters.reduce<readonly string[]>(
		(rest, filter) => applyFilter(rest, filter, path),
		output.trimEnd().split("\n"),
	);
	return `${lines.map((each) => each.trimEnd().replaceAll(ROOT, "")).join("\n")}\n`;
}

async function runCommand(words: readonly string[], line: string, path: string): Promise<string> {
	if (words[0] === "onevision") {
		const { out, err } = await runInMemory(words.slice(1), { cwd: ROOT });
		return `${out}${err}`;
	}
	if (words[0] === "npx" && words[1] === "tsx") {
		const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", ...words.slice(2)], {
			cwd: ROOT,
		});
		return stdout;
	}
	throw new Error(`${path}: "$ ${line}" is neither onevision nor npx tsx; mark other commands as sh`);
}

/** The few filters that documentation uses. */
function applyFilter(lines: readonly string[], filter: string, path: string): readonly string[] {
	const [name, ...args] = splitWords(filter);
	const count = Number(args[0]?.replace(/^-/, ""));
	if (name === "head" && count > 0) return lines.slice(0, count);
	if (name === "tail" && count > 0) return lines.slice(-count);
	const after = /^-A(\d+)$/.exec(args[0] ?? "");
	if (name === "grep" && after !== null) {
		const at = lines.findIndex((each) => each.includes(args[1] ?? ""));
		return at === -1 ? [] : lines.slice(at, at + 1 + Number(after[1]));
	}
	throw new Error(`${path}: "| ${filter}" is not understood; use head -N, tail -N or grep -AN WORD`);
}

/** Words of a command line; single and double quotes group. */
function splitWords(command: string): string[] {
	return [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
		(match) => match[1] ?? match[2] ?? match[3] ?? "",
	);
}

async function fillGenerated(text: string, path: string): Promise<string> {
	const block = /<!-- generated: ([\w-]+) -->[\s\S]*?<!-- end -->/g;
	let result = "";
	let at = 0;
	for (const match of text.matchAll(block)) {
		const name = match[1] ?? "";
		const make = Object.hasOwn(GENERATED, name) ? GENERATED[name as keyof typeof GENERATED] : undefined;
		if (make === undefined) throw new Error(`${path}: no generated block named ${name}`);
		result += `${text.slice(at, match.index)}<!-- generated: ${name} -->\n\n${await make()}\n\n<!-- end -->`;
		at = match.index + match[0].length;
	}
	return result + text.slice(at);
}

async function main(): Promise<void> {
	for (const path of documentedFiles()) {
		const text = await renderFile(path);
		if (text === readFileSync(join(ROOT, path), "utf8")) continue;
		writeFileSync(join(ROOT, path), text);
		process.stdout.write(`rewrote ${path}\n`);
	}
	writeFileSync(join(ROOT, SCHEMA_FILE), renderSchema());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
