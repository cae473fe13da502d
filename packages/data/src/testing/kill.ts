/** Profiles in processes that are killed; bundled, because loading sources unbuilt takes longer than all the rest. */

import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { folderOf } from "./files.ts";

export interface Ended {
	readonly wasKilled: boolean;
	readonly stderr: string;
}

/** Profiles sets into a folder, and is killed once `killAfter` samples are done. */
export type ProfileProcess = (sets: readonly string[], out: string, killAfter?: number) => Promise<Ended>;

export async function bundleProfileProcess(sliceBytes: number, threads: number): Promise<ProfileProcess> {
	const folder = folderOf();
	const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));
	await build({
		configFile: false,
		logLevel: "error",
		root: folder,
		resolve: { conditions: ["source"] },
		ssr: {
			noExternal: true,
			external: ["sharp"],
			resolve: { conditions: ["source", "node", "import", "default"] },
		},
		build: {
			ssr: true,
			outDir: folder,
			minify: false,
			rolldownOptions: {
				input: { process: source("./profile-process.ts"), worker: source("../profile/worker.ts") },
				// Threads are started from the file beside the one that starts them.
				output: { entryFileNames: "[name].js", chunkFileNames: "[name].js" },
			},
		},
	});
	return (sets, out, killAfter = Number.POSITIVE_INFINITY) => {
		const script = join(folder, "process.js");
		const child = spawn(process.execPath, [script, out, String(sliceBytes), String(threads), ...sets], {
			stdio: ["ignore", "pipe", "pipe"],
		});
		let stderr = "";
		child.stderr.on("data", (text: Buffer) => {
			stderr += text.toString();
		});
		child.stdout.on("data", (text: Buffer) => {
			if (Number(text.toString().trim().split("\n").at(-1)) >= killAfter) child.kill("SIGKILL");
		});
		return new Promise((resolve) =>
			child.on("close", (_code, signal) => resolve({ wasKilled: signal === "SIGKILL", stderr })),
		);
	};
}
