/** Who may import whom: the table every package keeps, its own package.json with it, and no circles. */

import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { expect, test } from "vitest";
import { filesBelow, ROOT } from "../scripts/files.ts";

/** Packages of this repository that a package may import; of those that have a `node` entry, both. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
	base: [],
	core: ["base"],
	graph: ["base"],
	api: ["base", "core"],
	media: ["base", "core"],
	draw: ["base", "core", "media"],
	data: ["base", "core", "api", "media"],
	model: ["base", "core", "graph", "media"],
	lab: ["base", "core", "media", "draw", "data", "graph", "model"],
	studio: ["base", "core", "api", "media", "draw"],
	server: ["base", "core", "api", "media", "draw", "data", "model"],
	cli: ["base", "core", "api", "media", "draw", "data", "graph", "model", "lab", "server", "studio"],
};

/** Packages whose `index.ts` must load in a browser: Node's own modules stay behind `node.ts`. */
const PORTABLE = ["base", "core", "api", "media", "draw", "graph", "model"];

const IMPORT =
	/(?:^|\n)\s*(?:import|export)\b[^"';]*?\bfrom\s*"([^"]+)"|import\s*\(\s*"([^"]+)"\s*\)|(?:^|\n)import\s+"([^"]+)"/g;

function importsOf(file: string): string[] {
	const text = readFileSync(file, "utf8");
	return [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

function sources(name: string): string[] {
	return filesBelow(`packages/${name}/src`).filter(
		(file) => /\.tsx?$/.test(file) && !file.endsWith(".test.ts") && !file.includes("/testing/"),
	);
}

/** The file of this repository that a specifier names, or nothing: a package of the registry or of Node. */
function fileOf(specifier: string, importer: string): string | undefined {
	if (specifier.startsWith(".")) return posix.join(posix.dirname(importer), specifier);
	const [, name, ...entry] = specifier.split("/");
	if (!specifier.startsWith("@onevision/") || name === undefined) return undefined;
	const manifest = JSON.parse(readFileSync(join(ROOT, "packages", name, "package.json"), "utf8")) as {
		readonly exports: Readonly<Record<string, { readonly source: string }>>;
	};
	const source = manifest.exports[entry.length === 0 ? "." : `./${entry.join("/")}`]?.source;
	return source === undefined ? undefined : posix.join("packages", name, source);
}

const packages = filesBelow("packages")
	.filter((path) => /^packages\/[^/]+\/package\.json$/.test(path))
	.map((path) => path.split("/")[1] ?? "");

test("every package has a row in the table", () => {
	expect([...packages].sort()).toEqual(Object.keys(MAY_IMPORT).sort());
});

test.each(packages)("%s imports only what the table and its package.json allow", (name) => {
	const manifest = JSON.parse(readFileSync(join(ROOT, "packages", name, "package.json"), "utf8")) as {
		readonly dependencies?: Readonly<Record<string, string>>;
		readonly optionalDependencies?: Readonly<Record<string, string>>;
		readonly peerDependencies?: Readonly<Record<string, string>>;
		readonly devDependencies?: Readonly<Record<string, string>>;
	};
	const { dependencies, optionalDependencies, peerDependencies, devDependencies } = manifest;
	const installed = { ...dependencies, ...optionalDependencies, ...peerDependencies };
	// The studio's page is published as a bundle, which nothing has to be installed for.
	const declaredFor = (file: string): string[] =>
		Object.keys(
			file.startsWith("packages/studio/src/page/") ? { ...installed, ...devDependencies } : installed,
		);
	const wrong = sources(name).flatMap((file) =>
		importsOf(join(ROOT, file))
			.filter((specifier) => !specifier.startsWith(".") && !specifier.startsWith("node:"))
			.filter((specifier) =>
				specifier.startsWith("@onevision/")
					? !MAY_IMPORT[name]?.includes(specifier.split("/")[1] ?? "")
					: !declaredFor(file).some(
							(dependency) => specifier === dependency || specifier.startsWith(`${dependency}/`),
						),
			)
			.map((specifier) => `${file}: ${specifier}`),
	);
	expect(wrong).toEqual([]);
});

test.each(["core", "api", "draw"])("%s has no dependencies beside ours, and no I/O", (name) => {
	const manifest = JSON.parse(readFileSync(join(ROOT, "packages", name, "package.json"), "utf8")) as {
		readonly dependencies: Readonly<Record<string, string>>;
	};
	expect(Object.keys(manifest.dependencies).filter((key) => !key.startsWith("@onevision/"))).toEqual([]);
	const node = sources(name).filter((file) =>
		importsOf(join(ROOT, file)).some((from) => from.startsWith("node:") || from.endsWith("/node")),
	);
	expect(node).toEqual([]);
});

/** Imports that run as a module loads: neither types alone nor what is imported when it is needed. */
const LOADED = /(?:^|\n)(?:import|export)\s+(?!type\b)(?:[^"';]*?\bfrom\s*)?"([^"]+)"/g;

test("a thread of a batch loads neither core nor video", () => {
	const seen = new Set<string>();
	const packages = new Set<string>();
	const queue = [join(ROOT, "packages/media/src/batch/worker.ts")];
	for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
		if (seen.has(file)) continue;
		seen.add(file);
		for (const [, specifier = ""] of readFileSync(file, "utf8").matchAll(LOADED)) {
			if (specifier.startsWith(".")) queue.push(join(file, "..", specifier));
			else if (!specifier.startsWith("node:")) packages.add(specifier);
		}
	}
	expect([...packages].sort()).toEqual(["@onevision/base"]);
	expect([...seen].filter((file) => file.includes("/video/"))).toEqual([]);
	expect(seen.size).toBeGreaterThan(20);
});

test.each(PORTABLE)("index.ts of %s reaches no module of Node's own", (name) => {
	const seen = new Set<string>();
	const queue = [join(ROOT, "packages", name, "src/index.ts")];
	const reached: string[] = [];
	for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
		if (seen.has(file)) continue;
		seen.add(file);
		for (const specifier of importsOf(file)) {
			if (specifier.startsWith("node:")) reached.push(`${file}: ${specifier}`);
			if (specifier.startsWith(".")) queue.push(join(file, "..", specifier));
		}
	}
	expect(reached).toEqual([]);
});

test("no file imports itself through others, types included", () => {
	const imports = new Map(
		packages
			.flatMap(sources)
			.map((file) => [
				file,
				importsOf(join(ROOT, file)).flatMap((specifier) => fileOf(specifier, file) ?? []),
			]),
	);
	expect(circles(imports)).toEqual([]);
});

/** The groups of files that reach each other (Tarjan, SIAM J. Comput. 1 (1972): strongly connected components). */
function circles(imports: ReadonlyMap<string, readonly string[]>): string[][] {
	const found: string[][] = [];
	const order = new Map<string, number>();
	const open: string[] = [];
	const visit = (file: string): number => {
		const number = order.size;
		order.set(file, number);
		open.push(file);
		let low = number;
		for (const next of imports.get(file) ?? []) {
			if (!order.has(next)) low = Math.min(low, visit(next));
			else if (open.includes(next)) low = Math.min(low, order.get(next) ?? low);
		}
		if (low === number) {
			const group = open.splice(open.indexOf(file));
			if (group.length > 1 || imports.get(file)?.includes(file)) found.push(group.sort());
		}
		return low;
	};
	for (const file of imports.keys()) if (!order.has(file)) visit(file);
	return found;
}
