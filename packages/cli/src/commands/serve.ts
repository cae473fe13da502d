/** `onevision serve`: the HTTP server, until it is told to stop. */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { OnevisionError } from "@onevision/base";
import { createLog, readConfig, startServer } from "@onevision/server";
import { asset } from "../assets.ts";
import { EXIT } from "../exit.ts";
import { parseWhole } from "../input/numbers.ts";
import type { Terminal } from "../terminal.ts";

export interface ServeCommand {
	readonly host: string;
	readonly port: string;
	readonly config?: string;
	readonly root: readonly string[];
	readonly page?: string;
	readonly studio?: boolean;
	readonly open?: boolean;
}

const SKILL = "skills/onevision-budget-planner/SKILL.md";
const { version } = createRequire(import.meta.url)("../../package.json") as { readonly version: string };

/** Runs until SIGINT or SIGTERM; requests that have begun are answered first. */
export async function serve(terminal: Terminal, command: ServeCommand): Promise<number> {
	const { host, config, open } = command;
	const inCwd = (path: string): string => resolve(terminal.cwd, path);
	const page = await pageOf(terminal, command);
	const server = await startServer({
		skill: await readFile(asset(SKILL), "utf8"),
		...{ host, version, roots: command.root.map(inCwd), log: createLog((line) => terminal.err(line)) },
		port: parseWhole("--port", command.port, { min: 0, max: 65_535 }),
		isOpenToAll: open === true,
		...(config === undefined ? {} : { config: await readConfig(inCwd(config), `--config ${config}`) }),
		...(page === undefined ? {} : { page }),
	});
	await terminal.out(`${server.url}\n`);
	await terminal.untilStopped();
	await server.close();
	return EXIT.done;
}

/** The folder of the page at /, if any. */
async function pageOf(terminal: Terminal, { page, studio }: ServeCommand): Promise<string | undefined> {
	if (studio !== true) return page === undefined ? undefined : resolve(terminal.cwd, page);
	if (page !== undefined) {
		throw new OnevisionError(
			"invalid-input",
			"--studio: --page already gives the page at /; leave out one of them",
		);
	}
	const { pageFolder } = await import("@onevision/studio/node");
	return pageFolder(() => terminal.err("building the page, some seconds\n"));
}
