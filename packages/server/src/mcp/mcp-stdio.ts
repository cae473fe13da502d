/** `onevision mcp`: MCP over standard input and output. */

import type { Readable, Writable } from "node:stream";
import { StdioServerTransport, serveStdio } from "@modelcontextprotocol/server/stdio";
import { openRoots } from "../media/roots.ts";
import { createMcpServer } from "./mcp-server.ts";

export interface McpOptions {
	/** Folders whose files requests may name. */
	readonly roots: readonly string[];
	readonly version: string;
	/** The planner's skill, Markdown. */
	readonly skill?: string;
	/** Streams other than this process's own. */
	readonly streams?: { readonly input: Readable; readonly output: Writable };
	/** Called with the text of an unexpected failure; standard output belongs to the protocol. */
	onInternal(text: string): void;
}

const MAX_PIXELS = 178_956_970;

/** Serves this process's standard streams. Throws `unreadable-file` for a root that does not exist. */
export async function startMcp(options: McpOptions): Promise<{ close(): Promise<void> }> {
	const { version, skill } = options;
	const media = { roots: await openRoots(options.roots), maxPixels: MAX_PIXELS };
	const models = { names: [], resolve: (model: string) => ({ model, settings: {} }) };
	const { streams } = options;
	const transport =
		streams === undefined ? {} : { transport: new StdioServerTransport(streams.input, streams.output) };
	const create = () =>
		createMcpServer({
			...{ version, context: { media, models } },
			...(skill === undefined ? {} : { skill }),
			within: (work) => work(),
			onInternal: (error) =>
				options.onInternal(error instanceof Error ? (error.stack ?? error.message) : String(error)),
		});
	return serveStdio(create, transport);
}
