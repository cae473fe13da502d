/** Files that come with the command but are no code: the skill and the example. */

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Absolute path of such a file: in the package, or in a clone at the root of the repository, where they are packed from. */
export function asset(path: string): string {
	const packed = fileURLToPath(new URL(`../${path}`, import.meta.url));
	return existsSync(packed) ? packed : fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}
