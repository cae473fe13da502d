/** What npm reads: the lock file here; manifests of the packages are in their own tests below. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../scripts/files.ts";

test("no install script runs but esbuild's: npm 11 asks allowScripts, npm 10 the lock file's hasInstallScript", () => {
	const read = (path: string) => JSON.parse(readFileSync(join(ROOT, path), "utf8"));
	const lock = read("package-lock.json") as {
		readonly packages: Readonly<Record<string, { readonly hasInstallScript?: boolean }>>;
	};
	const running = Object.entries(lock.packages).filter(
		([, { hasInstallScript }]) => hasInstallScript === true,
	);
	expect(running.map(([path]) => path)).toEqual(["node_modules/esbuild"]);
	const { allowScripts } = read("package.json") as {
		readonly allowScripts: Readonly<Record<string, boolean>>;
	};
	expect(Object.entries(allowScripts).filter(([, allowed]) => allowed)).toEqual([["esbuild", true]]);
});
