/** A peer in a Python process that waits for a line and answers it with one: the seconds of a round, mostly. */

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface PythonPeer {
	/** The next line it writes by itself. */
	read(): Promise<string>;
	ask(line: string): Promise<string>;
	stop(): void;
}

/** `script` is a file of this folder. */
export function startPython(python: string, script: string, args: readonly string[]): PythonPeer {
	const file = fileURLToPath(new URL(script, import.meta.url));
	const child = spawn(python, [file, ...args], { stdio: ["pipe", "pipe", "inherit"] });
	const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	const read = async (): Promise<string> => {
		const { value, done } = await lines.next();
		if (done) throw new Error(`the peer ${script} ended; npm run bench:setup installs what it needs`);
		return value;
	};
	return {
		read,
		ask: (line) => {
			child.stdin.write(`${line}\n`);
			return read();
		},
		stop: () => void child.stdin.end(),
	};
}

export interface CountPeer {
	/** Tokens of all sizes together. */
	readonly tokens: number;
	/** Seconds to count every size once. */
	round(): Promise<number>;
	stop(): void;
}

/** transformers' counting helper. */
export async function startPeer(
	python: string,
	snapshot: string,
	sizes: readonly { readonly width: number; readonly height: number }[],
): Promise<CountPeer> {
	const { ask, stop } = startPython(python, "count_peer.py", [snapshot]);
	const tokens = Number(await ask(JSON.stringify(sizes.map(({ width, height }) => [height, width]))));
	return { tokens, round: async () => Number(await ask("round")), stop };
}
