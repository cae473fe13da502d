/** Who may import whom: the table every package keeps, and its own package.json with it. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { filesBelow, ROOT } from "../scripts/files.ts";

/** Packages of this repository that a package may import, entries named where only one is allowed. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
	core: [],
	media: ["@onevision/core"],
	graph: [],
	cli: [
		"@onevision/core",
		"@onevision/graph",
		"@onevision/graph/node",
		"@onevision/media",
		"@onevision/media/node",
	],
};

/** Packages whose `index.ts` must load in a browser: Node's own modules stay behind `node.ts`. */
const PORTABLE = ["core", "media", "graph"];

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
					? !MAY_IMPORT[name]?.includes(specifier)
					: !declared.some(
							(dependency) => specifier === dependency || specifier.startsWith(`${dependency}/`),
						),
			)
			.map((specifier) => `${file}: ${specifier}`),
	);
	expect(wrong).toEqual([]);
});

test("core has no dependencies and no I/O", () => {
	const manifest = JSON.parse(readFileSync(join(ROOT, "packages/core/package.json"), "utf8")) as object;
	expect(manifest).not.toHaveProperty("dependencies");
	const node = sources("core").filter((file) =>
		importsOf(join(ROOT, file)).some((from) => from.startsWith("node:")),
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
