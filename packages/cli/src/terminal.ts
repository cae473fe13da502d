/** Where a command reads and writes: the process in real life, strings in a test. */

import picocolors from "picocolors";

export type Colors = ReturnType<typeof picocolors.createColors>;

export interface Terminal {
	/** Writes to standard output; resolves when more may be written. */
	out(text: string): Promise<void>;
	/** Writes to standard error. */
	err(text: string): void;
	/** Standard input, in chunks. */
	input(): AsyncIterable<Uint8Array>;
	readonly colors: Colors;
	/** Whether standard error is a terminal that can show progress. */
	readonly showsProgress: boolean;
	/** Folder that relative paths start from. */
	readonly cwd: string;
}

/** The terminal of this process. Colour only on a terminal, never with NO_COLOR. */
export function processTerminal(): Terminal {
	const { stdout, stderr, stdin } = process;
	const colourful = stdout.isTTY === true && !process.env.NO_COLOR;
	return {
		out: (text) =>
			new Promise((resolve) => {
				if (stdout.write(text)) resolve();
				else stdout.once("drain", () => resolve());
			}),
		err: (text) => {
			stderr.write(text);
		},
		input: () => stdin,
		colors: picocolors.createColors(colourful),
		showsProgress: stderr.isTTY === true,
		cwd: process.cwd(),
	};
}
