/** Where a command reads and writes: the process in production, strings in a test. */

import picocolors from "picocolors";

export type Colors = ReturnType<typeof picocolors.createColors>;

export interface Terminal {
	/** Writes to standard output; resolves when it can accept more. */
	out(text: string): Promise<void>;
	/** Writes to standard error. */
	err(text: string): void;
	/** Lines for standard error once the command has ended, after its results and its errors. */
	readonly notes: string[];
	/** Resolves when the command is asked to stop: at SIGINT or SIGTERM, or when who reads standard input has seen its end. */
	untilStopped(): Promise<void>;
	/** Standard input, in chunks. */
	input(): AsyncIterable<Uint8Array>;
	readonly colors: Colors;
	/** Whether standard error is a terminal that can show progress. */
	readonly showsProgress: boolean;
	/** Terminal width in columns, used to lay out tables and text. */
	readonly columns: number;
	/** Folder that relative paths start from. */
	readonly cwd: string;
}

/** Width if there is no terminal to ask. */
export const DEFAULT_COLUMNS = 80;
/** Minimum width for readable output. */
const MIN_COLUMNS = 40;

/** The terminal of this process. Uses color only on a terminal and never with NO_COLOR; COLUMNS overrides the width. */
export function processTerminal(): Terminal {
	const { stdout, stderr, stdin } = process;
	const colorful = stdout.isTTY === true && !process.env.NO_COLOR;
	return {
		out: (text) =>
			new Promise((resolve) => {
				if (stdout.write(text)) resolve();
				else stdout.once("drain", () => resolve());
			}),
		err: (text) => {
			stderr.write(text);
		},
		notes: [],
		untilStopped: () =>
			new Promise((resolve) => {
				for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
				stdin.once("end", () => resolve());
			}),
		input: () => stdin,
		colors: picocolors.createColors(colorful),
		showsProgress: stderr.isTTY === true,
		columns: columnsOf(process.env.COLUMNS, stdout.isTTY === true ? stdout.columns : undefined),
		cwd: process.cwd(),
	};
}

/** The environment's width, otherwise the terminal's; some terminals report 0. */
export function columnsOf(asked: string | undefined, measured: number | undefined): number {
	const columns = asked !== undefined && /^[1-9]\d{0,4}$/.test(asked) ? Number(asked) : measured;
	return columns === undefined || columns < 1 ? DEFAULT_COLUMNS : Math.max(MIN_COLUMNS, columns);
}
