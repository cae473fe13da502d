/** What npm reads and shows: the manifest, license and page of every package, and the lock file. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { filesBelow, ROOT } from "../scripts/files.ts";

interface Manifest {
	readonly name: string;
	readonly version: string;
	readonly keywords: readonly string[];
	readonly homepage: string;
	readonly bugs: string;
	readonly repository: { readonly type: string; readonly url: string; readonly directory?: string };
	readonly license: string;
	readonly engines: { readonly node: string };
	readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
	readonly files: readonly string[];
	readonly scripts: Readonly<Record<string, string>>;
	readonly dependencies?: Readonly<Record<string, string>>;
	readonly publishConfig: Readonly<Record<string, unknown>>;
	readonly allowScripts: Readonly<Record<string, boolean>>;
}

const text = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const manifest = (path: string): Manifest => JSON.parse(text(path));

/** The place where the address of the repository is written by hand. */
const workspace = manifest("package.json");
const folders = filesBelow("packages")
	.filter((path) => /^packages\/[^/]+\/package\.json$/.test(path))
	.map((path) => path.replace("/package.json", ""));

describe.each(folders)("%s", (folder) => {
	const own = manifest(`${folder}/package.json`);

	test("says where it comes from and how it is published", () => {
		expect(own.repository).toEqual({ ...workspace.repository, directory: folder });
		expect(own.homepage).toBe(workspace.homepage.replace("#", `/tree/main/${folder}#`));
		expect(own.bugs).toBe(workspace.bugs);
		expect(own.license).toBe(workspace.license);
		expect(own.engines).toEqual(workspace.engines);
		expect(own.keywords.length).toBeGreaterThan(2);
		expect(own.publishConfig).toEqual({ access: "public", provenance: true });
		expect(own.scripts.prepack).toBe("tsx ../../scripts/prepack.ts");
		expect(own.files).toEqual(
			expect.arrayContaining(["dist", "!src/**/*.test.ts", "!**/goldens", "!**/fixtures", "!**/testing"]),
		);
		expect(text(`${folder}/LICENSE`)).toBe(text("LICENSE"));
	});

	test("takes the packages beside it in their own versions", () => {
		for (const [name, version] of Object.entries(own.dependencies ?? {})) {
			if (name.startsWith("@onevision/")) expect(`${name} ${version}`).toBe(`${name} ${own.version}`);
		}
	});

	test("has entries that exist, each named in its README.md", () => {
		const readme = text(`${folder}/README.md`);
		for (const [entry, { source = "" }] of Object.entries(own.exports)) {
			const [place = ""] = source.split("*");
			expect(existsSync(join(ROOT, folder, place)), source).toBe(true);
			expect(readme).toContain(`| \`${own.name}${entry.slice(1)}\` |`);
		}
	});
});

test("no install script runs but esbuild's: npm 11 asks allowScripts, npm 10 the lock file's hasInstallScript", () => {
	const lock = JSON.parse(text("package-lock.json")) as {
		readonly packages: Readonly<Record<string, { readonly hasInstallScript?: boolean }>>;
	};
	const running = Object.entries(lock.packages).filter(
		([, { hasInstallScript }]) => hasInstallScript === true,
	);
	expect(running.map(([path]) => path)).toEqual(["node_modules/esbuild"]);
	expect(Object.entries(workspace.allowScripts).filter(([, allowed]) => allowed)).toEqual([
		["esbuild", true],
	]);
});
