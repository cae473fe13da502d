/** Runs a script of this folder in processes that are killed. */

import { spawn } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { folderOf } from "./files.ts";

export interface Ended {
	readonly wasKilled: boolean;
	readonly stderr: string;
}

/** Runs the script with these arguments, and kills it once it has written a line that `isTime` accepts. */
export type KilledProcess = (args: readonly string[], isTime?: (line: string) => boolean) => Promise<Ended>;

/** How often a test kills: enough to see a fault that every kill would cause. ONEVISION_KILLS=200 looks for rare ones. */
export const KILLS = Number(process.env.ONEVISION_KILLS ?? 3);

/** Milliseconds for a test that kills. */
export const KILL_TIMEOUT = 120_000 + 10_000 * KILLS;

/** Bundled once, because loading sources unbuilt takes longer than all that a killed process does. */
export async function bundleProcess(script: string): Promise<KilledProcess> {
	const folder = folderOf();
	// For what is not bundled.
	symlinkSync(
		fileURLToPath(new URL("../../../../node_modules", import.meta.url)),
		join(folder, "node_modules"),
	);
	const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));
	await build({
		configFile: false,
		logLevel: "error",
		root: folder,
		resolve: { conditions: ["source"] },
		ssr: {
			noExternal: true,
			external: ["sharp", "sharp-phash"],
			resolve: { conditions: ["source", "node", "import", "default"] },
		},
		build: {
			ssr: true,
			outDir: folder,
			minify: false,
			rolldownOptions: {
				input: { process: source(script), worker: source("../profile/worker.ts") },
				// Threads are started from the file beside the one that starts them.
				output: { entryFileNames: "[name].js", chunkFileNames: "[name].js" },
			},
		},
	});
	return (args, isTime = () => false) => {
		const child = spawn(process.execPath, [join(folder, "process.js"), ...args], {
			stdio: ["ignore", "pipe", "pipe"],
		});
		let stderr = "";
		child.stderr.on("data", (text: Buffer) => {
			stderr += text.toString();
		});
		child.stdout.on("data", (text: Buffer) => {
			if (text.toString().trim().split("\n").some(isTime)) child.kill("SIGKILL");
		});
		return new Promise((resolve) =>
			child.on("close", (_code, signal) => resolve({ wasKilled: signal === "SIGKILL", stderr })),
		);
	};
}
