/** `/mcp`: MCP over streamable HTTP, without sessions: every request stands alone, of old clients and new. */

import { createMcpHandler } from "@modelcontextprotocol/server";
import type { Exchange, Mount } from "../http/app.ts";
import { ServerRefusal } from "../refusal.ts";
import { createMcpServer, type McpParts } from "./mcp-server.ts";

export interface McpRoute {
	readonly mounts: readonly Mount[];
	close(): Promise<void>;
}

/** `hosts` are the names under which a page may be loaded that asks; `undefined`: pages do not ask at all. */
export function mcpRoute(
	parts: McpParts,
	maxBodyBytes: number,
	hosts: ReadonlySet<string> | undefined,
): McpRoute {
	const handler = createMcpHandler(() => createMcpServer(parts), { maxRequestBodySize: maxBodyBytes });
	return {
		mounts: [
			{
				...{ method: "ALL", path: "/mcp", route: "/mcp" },
				handle: async ({ request, incoming }: Exchange) => {
					assertOrigin(incoming.headers.origin, hosts);
					return await handler.fetch(request);
				},
			},
		],
		close: () => handler.close(),
	};
}

/** MCP's transport section: servers must check `Origin`, or a page of any site could ask. */
function assertOrigin(origin: string | undefined, hosts: ReadonlySet<string> | undefined): void {
	if (origin === undefined) return;
	const host = URL.canParse(origin) ? new URL(origin).hostname : undefined;
	if (host !== undefined && hosts?.has(host) === true) return;
	throw new ServerRefusal("forbidden", "pages of other sites may not ask; leave the header origin out");
}
