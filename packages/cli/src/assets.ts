/** Locates files that ship with the command but are not code: the skill and the example. */

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * Absolute path of such a file: in the installed package, or in a clone at the repository root, from which it is
 * packed.
 */
export function asset(path: string): string {
	const packed = fileURLToPath(new URL(`../${path}`, import.meta.url));
	return existsSync(packed) ? packed : fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}
