/** Files of the repository, for scripts and for tests about the repository itself. */

import { readdirSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** Absolute path of the repository, with a slash at its end. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

const PASSED_OVER = new Set(["node_modules", "dist", ".git"]);

/** Files below a folder of the repository, relative to its root with forward slashes, sorted. */
export function filesBelow(folder: string): string[] {
	return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length).split(sep))
		.filter((parts) => !parts.some((part) => PASSED_OVER.has(part)))
		.map((parts) => parts.join("/"))
		.sort();
}
