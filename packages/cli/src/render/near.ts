/** Paths as a person sees them from the working directory. */

import { resolve } from "node:path";
import type { Terminal } from "../terminal.ts";

/** Stored profiles name files in full: shortens a text that starts with a path below the working directory. */
export function nearTo({ cwd }: Terminal): (text: string) => string {
	const here = `${resolve(cwd)}/`;
	return (text) => (text.startsWith(here) ? text.slice(here.length) : text);
}
