/** Commands that keep running: serve, mcp. */

import { type Command, Option } from "commander";
import type { Terminal } from "../terminal.ts";
import { asIsOption, quantizeOption, setOption } from "./options.ts";

export function addServing(program: Command, terminal: Terminal, exitWith: (status: number) => void): void {
	program
		.command("serve")
		.description(
			"answer over HTTP: the API, a gateway before models that enforces token budgets, or a model itself",
		)
		.option("--host <address>", "address to listen on", "127.0.0.1")
		.option("--port <number>", "port to listen on; 0 takes a free one", "8080")
		.option(
			"-m, --model <snapshot>",
			"answer chat completions with this model: the folder of a Hugging Face snapshot with its weights, or its repository (owner/name, hf://…)",
		)
		.option("--name <name>", "what clients call the model (default: the folder's name)")
		.addOption(quantizeOption())
		.option("--answers <count>", "answers made at the same time; more requests wait (default: 4)")
		.option("--threads <count>", "threads of the model (default: one for each core)")
		.addOption(setOption())
		.addOption(asIsOption())
		.option("--config <file>", "YAML file with keys, limits and the model map of the gateway")
		.addOption(rootOption())
		.option("--studio", "serve the studio at /")
		.option("--page <folder>", "folder of a built page to serve at /")
		.option("--open", "listen on an address that others reach although no keys are configured")
		.action(async (options) => {
			const { serve } = await import("../commands/serve.ts");
			exitWith(await serve(terminal, options));
		});
	program
		.command("mcp")
		.description("answer an assistant over the Model Context Protocol, on standard input and output")
		.addOption(rootOption())
		.action(async (options) => {
			const { serveMcp } = await import("../commands/mcp.ts");
			exitWith(await serveMcp(terminal, options));
		});
}

const rootOption = (): Option =>
	new Option("--root <folder>", "folder whose files requests may name; repeatable")
		.argParser((value: string, previous: readonly string[]): string[] => [...previous, value])
		.default([], "none");
