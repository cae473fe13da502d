/** Structured logs: a JSON object per line. Media, texts, keys, URLs and bodies are never in one. */

export interface LogEntry {
	readonly level: "info" | "warn" | "error";
	readonly event: string;
	readonly [field: string]: string | number | boolean | undefined;
}

export type Log = (entry: LogEntry) => void;

/** Writes to a stream; `now` gives milliseconds. */
export function createLog(write: (line: string) => void, now: () => number = Date.now): Log {
	return (entry) => write(`${JSON.stringify({ time: new Date(now()).toISOString(), ...entry })}\n`);
}

export const SILENT: Log = () => undefined;
