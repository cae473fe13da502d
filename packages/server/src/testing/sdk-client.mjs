/**
 * The SDK's own MCP client in a process of its own: `node sdk-client.mjs URL` reads a list of `[method, params]` from
 * standard input, calls each, and prints the list of results, or of `{error}`. In the test's process the condition
 * `source`, with which its own sources run unbuilt, would load the client's dependencies from theirs.
 */

import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

const [url = ""] = process.argv.slice(2);
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const client = new Client({ name: "test", version: "1" });
await client.connect(new StreamableHTTPClientTransport(new URL(url)));
const results = [];
for (const [method, params] of JSON.parse(Buffer.concat(chunks).toString())) {
	results.push(await client[method](params).catch((error) => ({ error: error.message })));
}
process.stdout.write(JSON.stringify(results));
await client.close();
