/** Debian's redis-server for tests: on a free port of this machine, in a folder of its own. */

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export function hasRedis(): boolean {
	try {
		execFileSync("redis-server", ["--version"], { stdio: "ignore" });
		return true;
	} catch {
		return false;
	}
}

export interface TestRedis {
	readonly url: string;
	stop(): Promise<void>;
}

export async function startRedis(): Promise<TestRedis> {
	const folder = mkdtempSync(join(tmpdir(), "onevision-redis-"));
	const port = await freePort();
	const args = [
		"--port",
		String(port),
		"--bind",
		"127.0.0.1",
		"--dir",
		folder,
		"--save",
		"",
		"--appendonly",
		"no",
	];
	const child = spawn("redis-server", args, { stdio: ["ignore", "pipe", "inherit"] });
	const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
	await new Promise<void>((resolve, reject) => {
		child.once("error", reject);
		child.stdout.on("data", (text: Buffer) => {
			if (text.includes("Ready to accept connections")) resolve();
		});
	});
	return {
		url: `redis://127.0.0.1:${port}`,
		stop: async () => {
			child.kill("SIGKILL");
			await ended;
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

function freePort(): Promise<number> {
	return new Promise((resolve) => {
		const server = createServer().listen(0, "127.0.0.1", () => {
			const { port } = server.address() as AddressInfo;
			server.close(() => resolve(port));
		});
	});
}
