/** Paths as people read them. */

import { basename, relative } from "node:path";

/** A path as short as it stays clear: relative inside the working folder, else as it is. */
export function shorten(cwd: string, path: string): string {
	const inside = relative(cwd, path);
	return inside === "" ? basename(path) : inside.startsWith("..") ? path : inside;
}
