/**
 * The SDK's own MCP client in a process of its own: `node sdk-client.mjs URL|PORT` reads a list of `[method, params]`
 * from standard input, calls each, and prints the list of results, or of `{error}`. With a port it speaks stdio: to a
 * process that passes its standard streams on to that port. In the test's process the condition `source`, with which its
 * own sources run unbuilt, would load the client's dependencies from theirs.
 */

import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

const [target = ""] = process.argv.slice(2);
const PASS_ON =
	'const s = require("net").connect(Number(process.argv[1]), "127.0.0.1"); process.stdin.pipe(s).pipe(process.stdout);';
const transport = target.startsWith("http")
	? new StreamableHTTPClientTransport(new URL(target))
	: new StdioClientTransport({ command: process.execPath, args: ["-e", PASS_ON, target] });
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const client = new Client({ name: "test", version: "1" });
await client.connect(transport);
const results = [];
for (const [method, params] of JSON.parse(Buffer.concat(chunks).toString())) {
	results.push(await client[method](params).catch((error) => ({ error: error.message })));
}
process.stdout.write(JSON.stringify(results));
await client.close();
