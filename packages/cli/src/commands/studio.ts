/** `onevision studio`: serves the planner's page on this machine, or writes its files. */

import { resolve } from "node:path";
import { OnevisionError } from "@onevision/base";
import { openBrowser, pageFolder, servePage, writePage } from "@onevision/studio/node";
import type { Terminal } from "../terminal.ts";

export interface StudioCommand {
	readonly port?: string;
	readonly open: boolean;
	readonly out?: string;
}

export async function runStudio(terminal: Terminal, { port, open, out }: StudioCommand): Promise<void> {
	if (out !== undefined && port !== undefined) {
		throw new OnevisionError("invalid-input", "--port: nothing is served with --out; leave out one of them");
	}
	const asked = portOf(port);
	const page = await pageFolder(() => terminal.err("building the page, some seconds\n"));
	if (out !== undefined) {
		await writePage(page, resolve(terminal.cwd, out));
		await terminal.out(`wrote ${out}: static files for any server, any path\n`);
		return;
	}
	const server = await servePage(page, { port: asked });
	await terminal.out(`OneVision Studio: ${server.url}  (Ctrl-C ends it)\n`);
	if (open) openBrowser(server.url);
	await new Promise<void>((done) => process.once("SIGINT", done).once("SIGTERM", done));
	await server.close();
}

function portOf(text: string | undefined): number {
	if (text === undefined) return 0;
	const port = Number(text);
	if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port;
	throw new OnevisionError("invalid-input", `--port ${text}: expected a whole number from 1 to 65535`);
}
