/** Files that come with the command but are no code: the skill and the example. */

import { fileURLToPath } from "node:url";

/** Absolute path of a file of the repository, from this package's place in it. */
export function asset(path: string): string {
	return fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}
