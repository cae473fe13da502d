/**
 * Before a package is packed: built from nothing, so that no file of a source that has gone is in it. The studio gets
 * its page; the command gets the skill and the example, which lie at the root of the repository, and `prepack.ts undo`
 * takes them out again.
 */

import { execFileSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./files.ts";

const COMMAND = join(ROOT, "packages/cli");
const STUDIO = join(ROOT, "packages/studio");
const ASSETS = ["skills", "examples/request.yaml", "examples/media"];

const folder = process.cwd();
const remove = (...paths: readonly string[]): void => {
	for (const path of paths) rmSync(join(folder, path), { recursive: true, force: true });
};

if (folder === COMMAND) remove("skills", "examples");
if (process.argv[2] !== "undo") {
	remove("dist", "tsconfig.tsbuildinfo");
	execFileSync(join(ROOT, "node_modules/.bin/tsc"), ["-b"], { stdio: "inherit" });
	if (folder === STUDIO) {
		const build = join(ROOT, "scripts/studio/build.ts");
		execFileSync(join(ROOT, "node_modules/.bin/tsx"), ["-C", "source", build], {
			cwd: ROOT,
			stdio: "inherit",
		});
	}
	if (folder === COMMAND) {
		for (const asset of ASSETS) cpSync(join(ROOT, asset), join(folder, asset), { recursive: true });
	}
}
