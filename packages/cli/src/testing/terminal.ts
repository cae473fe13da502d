/** An in-memory terminal, for tests and for documentation that shows a command's real output. */

import picocolors from "picocolors";
import { run } from "../main.ts";
import { DEFAULT_COLUMNS, type Terminal } from "../terminal.ts";

export interface Ran {
	readonly status: number;
	readonly out: string;
	readonly err: string;
}

/** Runs a command line in `cwd` without colors and returns what it printed. */
export async function runInMemory(
	args: readonly string[],
	{
		cwd,
		input = "",
		columns = DEFAULT_COLUMNS,
	}: { readonly cwd: string; readonly input?: string; readonly columns?: number },
): Promise<Ran> {
	let out = "";
	let err = "";
	const terminal: Terminal = {
		out: async (text) => {
			out += text;
		},
		err: (text) => {
			err += text;
		},
		notes: [],
		untilStopped: async () => undefined,
		input: async function* () {
			yield new TextEncoder().encode(input);
		},
		colors: picocolors.createColors(false),
		showsProgress: false,
		columns,
		cwd,
	};
	const status = await run(args, terminal);
	return { status, out, err };
}
