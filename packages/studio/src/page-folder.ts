/** Where the built page is: in the installed package, or in a clone, which builds it when its sources have changed. */

import { execFile } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { cp, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { OnevisionError } from "@onevision/base";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
const FOLDER = join(PACKAGE, "dist/page");
const REPOSITORY = join(PACKAGE, "../..");
const SCRIPTS = join(REPOSITORY, "scripts/studio");
const TSX = join(REPOSITORY, "node_modules/tsx/dist/cli.mjs");

/**
 * The absolute path of the folder of static files. `onBuild` is called before a clone builds it, which takes seconds.
 * Throws `unsupported` when there is neither a built page nor what builds it.
 */
export async function pageFolder(onBuild: () => void = () => undefined): Promise<string> {
	const page = join(FOLDER, "index.html");
	const isBuilt = existsSync(page);
	if (!existsSync(SCRIPTS) || !existsSync(TSX)) {
		if (isBuilt) return FOLDER;
		throw new OnevisionError(
			"unsupported",
			"the studio's page is missing from this installation; install @onevision/studio again",
		);
	}
	if (isBuilt && lastChange() <= statSync(page).mtimeMs) return FOLDER;
	onBuild();
	await promisify(execFile)(process.execPath, [TSX, "-C", "source", join(SCRIPTS, "build.ts")], {
		cwd: REPOSITORY,
	});
	return FOLDER;
}

/** When a source of the page was last changed, ms since 1970. */
function lastChange(): number {
	const packages = ["base", "core", "api", "media", "draw", "studio"];
	return [SCRIPTS, ...packages.map((name) => join(REPOSITORY, "packages", name, "src"))]
		.flatMap((folder) =>
			readdirSync(folder, { recursive: true, withFileTypes: true })
				.filter((entry) => entry.isFile() && !/\.test\.ts$/.test(entry.name))
				.map((entry) => join(entry.parentPath, entry.name)),
		)
		.reduce((latest, file) => Math.max(latest, statSync(file).mtimeMs), 0);
}

/**
 * Copies the static files into a folder, which is made if need be and must be empty. Throws `invalid-input` for one
 * that is not.
 */
export async function writePage(page: string, out: string): Promise<void> {
	await mkdir(out, { recursive: true });
	if ((await readdir(out)).length > 0) {
		throw new OnevisionError("invalid-input", `${out}: is not empty; give a new or an empty folder`);
	}
	await cp(page, out, { recursive: true });
}
