/** `onevision serve`: the HTTP server, until it is told to stop. */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, resolve } from "node:path";
import { OnevisionError } from "@onevision/base";
import { createLog, readConfig, type ServedModel, startServer } from "@onevision/server";
import { asset } from "../assets.ts";
import { EXIT } from "../exit.ts";
import { loadModelToRun, resolveModelToRun } from "../input/load-model.ts";
import { parseWhole } from "../input/numbers.ts";
import type { Terminal } from "../terminal.ts";

export interface ServeCommand {
	readonly host: string;
	readonly port: string;
	/** Folder or repository of a snapshot that answers. */
	readonly model?: string;
	readonly name?: string;
	readonly answers?: string;
	readonly threads?: string;
	readonly quantize?: string;
	readonly set: readonly string[];
	readonly asIs?: boolean;
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
	const served = await servedModel(terminal, command);
	try {
		const server = await startServer({
			skill: await readFile(asset(SKILL), "utf8"),
			...{ host, version, roots: command.root.map(inCwd), log: createLog((line) => terminal.err(line)) },
			port: parseWhole("--port", command.port, { min: 0, max: 65_535 }),
			isOpenToAll: open === true,
			...(config === undefined ? {} : { config: await readConfig(inCwd(config), `--config ${config}`) }),
			...(page === undefined ? {} : { page }),
			...(served === undefined ? {} : { served }),
		});
		await terminal.out(`${server.url}\n`);
		await terminal.untilStopped();
		await server.close();
	} finally {
		await served?.model.close();
	}
	return EXIT.done;
}

/** The model of `--model`, loaded; nothing without it. Throws as `loadModel`, and for options that only go with one. */
async function servedModel(terminal: Terminal, command: ServeCommand): Promise<ServedModel | undefined> {
	const { model: asked, name, answers, threads, quantize } = command;
	if (asked === undefined) {
		const [option] = Object.entries({
			...{ name, answers, threads, quantize },
			...{ set: command.set[0], "as-is": command.asIs },
		})
			.filter(([, value]) => value !== undefined)
			.map(([key]) => key);
		if (option === undefined) return undefined;
		throw new OnevisionError("invalid-input", `--${option}: only with --model, a snapshot that answers`);
	}
	const atOnce = answers === undefined ? undefined : parseWhole("--answers", answers, { max: 256 });
	// Clients read it in messages, and have no business with the path.
	const label = name ?? basename(resolve(terminal.cwd, asked));
	const model = await loadModelToRun(terminal, resolveModelToRun({ ...command, model: asked }), label);
	for (const note of model.notes) terminal.err(`note: ${note}\n`);
	return {
		...{ name: label, model },
		...(atOnce === undefined ? {} : { atOnce }),
	};
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
