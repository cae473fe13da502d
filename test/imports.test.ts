/** Who may import whom: the table every package keeps, and its own package.json with it. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
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
	cli: ["base", "core", "api", "media", "draw", "graph"],
};

/** Packages whose `index.ts` must load in a browser: Node's own modules stay behind `node.ts`. */
const PORTABLE = ["base", "core", "api", "media", "draw", "graph"];

const IMPORT =
	/(?:^|\n)\s*(?:import|export)\b[^"';]*?\bfrom\s*"([^"]+)"|import\s*\(\s*"([^"]+)"\s*\)|(?:^|\n)import\s+"([^"]+)"/g;

function importsOf(file: string): string[] {
	const text = readFileSync(file, "utf8");
	return [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

function sources(name: string): string[] {
	return filesBelow(`packages/${name}/src`).filter(
		(file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !file.includes("/testing/"),
	);
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
	};
	const { dependencies, optionalDependencies, peerDependencies } = manifest;
	const declared = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
	const wrong = sources(name).flatMap((file) =>
		importsOf(join(ROOT, file))
			.filter((specifier) => !specifier.startsWith(".") && !specifier.startsWith("node:"))
			.filter((specifier) =>
				specifier.startsWith("@onevision/")
					? !MAY_IMPORT[name]?.includes(specifier.split("/")[1] ?? "")
					: !declared.some(
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
