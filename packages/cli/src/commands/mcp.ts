/** `onevision mcp`: the MCP server, until its client closes standard input. */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { startMcp } from "@onevision/server";
import { asset } from "../assets.ts";
import { EXIT } from "../exit.ts";
import type { Terminal } from "../terminal.ts";

const { version } = createRequire(import.meta.url)("../../package.json") as { readonly version: string };

export async function serveMcp(
	terminal: Terminal,
	{ root }: { readonly root: readonly string[] },
): Promise<number> {
	const server = await startMcp({
		...{ version, roots: root.map((folder) => resolve(terminal.cwd, folder)) },
		skill: await readFile(asset("skills/onevision-budget-planner/SKILL.md"), "utf8"),
		onInternal: (text) => terminal.err(`onevision: unexpected failure, please report it\n${text}\n`),
	});
	await terminal.untilStopped();
	await server.close();
	return EXIT.done;
}
