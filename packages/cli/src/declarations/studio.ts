/** The command for the page: studio. */

import type { Command } from "commander";
import type { Terminal } from "../terminal.ts";

export function addStudio(program: Command, terminal: Terminal): void {
	program
		.command("studio")
		.description("open the planner as a page: see what a model sees, compare models, plan a budget")
		.option("--port <number>", "port on 127.0.0.1 (default: a free one)")
		.option("--no-open", "do not open a browser")
		.option("--out <folder>", "write the page's static files there instead, for any server")
		.action(async (options) => {
			const { runStudio } = await import("../commands/studio.ts");
			await runStudio(terminal, options);
		});
}
