/** transformers' counting helper in a Python process that waits for a line and answers with the seconds of a round. */

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface Peer {
	/** Tokens of all sizes together. */
	readonly tokens: number;
	/** Seconds to count every size once. */
	round(): Promise<number>;
	stop(): void;
}

export async function startPeer(
	python: string,
	snapshot: string,
	sizes: readonly { readonly width: number; readonly height: number }[],
): Promise<Peer> {
	const script = fileURLToPath(new URL("count_peer.py", import.meta.url));
	const child = spawn(python, [script, snapshot], { stdio: ["pipe", "pipe", "inherit"] });
	const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	const ask = async (line: string): Promise<number> => {
		child.stdin.write(`${line}\n`);
		const { value, done } = await lines.next();
		if (done) throw new Error(`the peer for ${snapshot} ended; is oracle/requirements.txt installed?`);
		return Number(value);
	};
	const tokens = await ask(JSON.stringify(sizes.map(({ width, height }) => [height, width])));
	return { tokens, round: () => ask("round"), stop: () => void child.stdin.end() };
}
