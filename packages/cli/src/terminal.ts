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
	/** Columns of a line: tables and texts are laid out for them. */
	readonly columns: number;
	/** Folder that relative paths start from. */
	readonly cwd: string;
}

/** Columns where there is no terminal to ask. */
export const DEFAULT_COLUMNS = 80;
/** Narrower than this nothing readable fits. */
const FEWEST_COLUMNS = 40;

/** The terminal of this process. Colour only on a terminal, never with NO_COLOR; COLUMNS overrides the width. */
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
		columns: columnsOf(process.env.COLUMNS, stdout.isTTY === true ? stdout.columns : undefined),
		cwd: process.cwd(),
	};
}

/** What the environment says, else the terminal; some terminals say 0. */
export function columnsOf(asked: string | undefined, measured: number | undefined): number {
	const columns = asked !== undefined && /^[1-9]\d{0,4}$/.test(asked) ? Number(asked) : measured;
	return columns === undefined || columns < 1 ? DEFAULT_COLUMNS : Math.max(FEWEST_COLUMNS, columns);
}
