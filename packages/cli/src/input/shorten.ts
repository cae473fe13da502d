/** Shortens paths for people. */

import { basename, relative } from "node:path";

/** The shortest unambiguous form of a path: relative inside the working folder, otherwise unchanged. */
export function shorten(cwd: string, path: string): string {
	const inside = relative(cwd, path);
	return inside === "" ? basename(path) : inside.startsWith("..") ? path : inside;
}
