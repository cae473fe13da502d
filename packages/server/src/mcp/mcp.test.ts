/** The SDK's own client over HTTP and stdio, clients of older protocols, and what a tool may not reach. */

import { spawn } from "node:child_process";
import { type AddressInfo, createServer } from "node:net";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestServer, testServer } from "../testing/client.ts";
import { startMcp } from "./mcp-stdio.ts";

const MEDIA = fileURLToPath(new URL("../../../../examples/media", import.meta.url));
const MODEL = "llava-onevision-qwen2-7b-ov";
interface Content {
	readonly type: string;
	readonly text?: string;
	readonly data?: string;
}

type Call = readonly [name: string, args: object, expected: RegExp];

const ANSWERED: readonly Call[] = [
	["count", { model: MODEL, media: ["1107x820", { path: "harbour.jpg" }] }, /"visualTokens":5731/],
	["compare", { models: [MODEL, "gpt-4o"], media: ["1920x1080"] }, /"kind":"closed"/],
	["fit", { model: MODEL, aspect: "16:9", tokens: 3500 }, /"largest"/],
	["models", { search: "qwen2.5-vl-7b" }, /"qwen2.5-vl-7b"/],
	["plan", { budget: 3500 }, /# Plan: 3,500 visual tokens per sample/],
	["explain", { model: MODEL, media: ["1107x820"] }, /= 5,731/],
	["explain", { model: "gpt-4o", media: ["1920x1080"] }, /rule: OpenAI tiles/],
];
const REFUSED: readonly Call[] = [
	["count", { model: MODEL, media: [{ path: "../README.md" }] }, /^unreadable-file: media\[0\]\.path/],
	["count", { model: MODEL, media: [{ path: "/etc/passwd" }] }, /^unreadable-file: media\[0\]\.path/],
	["inspect", { model: MODEL, media: [{ path: "../../package.json" }] }, /^unreadable-file/],
	["inspect", { model: MODEL, media: ["9x9"] }, /^unsupported: media\[0\]: a size has no pixels/],
	["count", { model: "llava-onevison", media: ["9x9"] }, /did you mean/],
	["count", { model: MODEL, media: ["9x9"], sett: {} }, /no such key; did you mean settings/],
	["nope", {}, /nope/],
];
const calls = [...ANSWERED, ...REFUSED].map(([name, args]) => ["callTool", { name, arguments: args }]);
const INSPECT = [
	"callTool",
	{ name: "inspect", arguments: { model: MODEL, media: [{ path: "harbour.jpg" }] } },
];
const URIS = ["onevision://models", "onevision://rules", "onevision://models/gpt-4o"];

let server: TestServer;
// biome-ignore lint/suspicious/noExplicitAny: results of every form
let results: any[] = [];
beforeAll(async () => {
	server = await testServer({}, { roots: [MEDIA], skill: "# Skill" });
	results = await viaClient(`${server.url}/mcp`, [
		["listTools", {}],
		INSPECT,
		["listResources", {}],
		...URIS.map((uri) => ["readResource", { uri }]),
		["getPrompt", { name: "budget-planner" }],
		...calls,
	]);
});
afterAll(() => server.close(1));

async function viaClient(target: string, steps: readonly unknown[]): Promise<unknown[]> {
	const script = fileURLToPath(new URL("../testing/sdk-client.mjs", import.meta.url));
	const child = spawn(process.execPath, [script, target], { stdio: ["pipe", "pipe", "inherit"] });
	child.stdin.end(JSON.stringify(steps));
	let text = "";
	for await (const chunk of child.stdout) text += chunk;
	return JSON.parse(text) as unknown[];
}

test("tools are the questions of the API, with their schemas", () => {
	const tools = results[0].tools as { name: string; description: string; inputSchema: { type: string } }[];
	expect(tools.map(({ name }) => name).sort()).toEqual([
		"compare",
		"count",
		"explain",
		"fit",
		"inspect",
		"models",
		"plan",
	]);
	for (const { name, description, inputSchema } of tools) {
		expect([name, inputSchema.type, description.length > 20]).toEqual([name, "object", true]);
	}
});

test("inspect answers with the page, a PNG", () => {
	const content: Content[] = results[1].content;
	expect(content.map(({ type }) => type)).toEqual(["image", "text"]);
	expect(
		Buffer.from(content[0]?.data ?? "", "base64")
			.subarray(1, 4)
			.toString(),
	).toBe("PNG");
});

test("resources and the prompt", () => {
	expect(results[2].resources.map(({ uri }: { uri: string }) => uri).sort()).toEqual([
		"onevision://models",
		"onevision://rules",
	]);
	const [models, rules, model] = [3, 4, 5].map((index) => JSON.parse(results[index].contents[0].text));
	expect(models.data.length).toBeGreaterThan(100);
	expect(rules.plans[0]).toMatchObject({ id: "single-image-first", severity: "reject" });
	expect(model).toMatchObject({ id: "gpt-4o", kind: "closed" });
	expect(results[6].messages[0].content).toEqual({ type: "text", text: "# Skill" });
});

test.each(
	ANSWERED.map(([name, , expected], index) => [name, expected, index] as const),
)("%s answers %s", (_name, expected, index) => {
	const { content, isError = false } = results[7 + index];
	expect([isError, content[0].type]).toEqual([false, "text"]);
	expect(content[0].text).toMatch(expected);
});

test.each(
	REFUSED.map(([name, , expected], index) => [name, expected, index] as const),
)("%s refuses with %s, to be read and corrected", (_name, expected, index) => {
	const { content, isError = false, error } = results[7 + ANSWERED.length + index];
	expect(error ?? (isError && content[0].text)).toMatch(expected);
});

test("the SDK's client over stdio gets what it gets over HTTP", async () => {
	const closing: Promise<unknown>[] = [];
	const stdio = createServer((socket) => {
		const options = { roots: [MEDIA], version: "0", skill: "# Skill", onInternal: () => undefined };
		const started = startMcp({ ...options, streams: { input: socket, output: socket } });
		socket.on("close", () => closing.push(started.then((handle) => handle.close())));
	});
	await new Promise<void>((resolve) => stdio.listen(0, "127.0.0.1", resolve));
	const { port } = stdio.address() as AddressInfo;
	const steps = [
		...[["listTools", {}], INSPECT, ["getPrompt", { name: "budget-planner" }]],
		...[calls[0], calls[ANSWERED.length]],
	];
	const [tools, page, prompt, counted, escaped] = (await viaClient(String(port), steps)) as typeof results;
	expect(tools).toEqual(results[0]);
	expect(page).toEqual(results[1]);
	expect(prompt).toEqual(results[6]);
	expect(counted).toEqual(results[7]);
	expect(escaped).toEqual(results[7 + ANSWERED.length]);
	await Promise.all(closing);
	stdio.close();
});

test("a page of another site may not ask", async () => {
	const { status, body } = await server.post(
		"/mcp",
		{ jsonrpc: "2.0", id: 1, method: "tools/list" },
		{ origin: "https://evil.example" },
	);
	expect([status, body.error.code]).toEqual([403, "forbidden"]);
});

/** Messages for a fresh stdio server, and what it answers to those with an id. */
async function overStdio(messages: readonly object[]): Promise<readonly Record<string, unknown>[]> {
	const [input, output] = [new PassThrough(), new PassThrough()];
	const handle = await startMcp({
		roots: [],
		version: "0",
		streams: { input, output },
		onInternal: () => undefined,
	});
	const answers: Record<string, unknown>[] = [];
	const expected = messages.filter((message) => "id" in message).length;
	await new Promise<void>((resolve) => {
		let text = "";
		output.on("data", (chunk: Buffer) => {
			text += chunk.toString();
			const lines = text.split("\n");
			text = lines.pop() ?? "";
			for (const line of lines) answers.push(JSON.parse(line) as Record<string, unknown>);
			if (answers.length >= expected) resolve();
		});
		for (const message of messages) input.write(`${JSON.stringify(message)}\n`);
	});
	await handle.close();
	return answers;
}

describe("protocol versions over stdio", () => {
	const initialize = (protocolVersion: string) => ({
		...{ jsonrpc: "2.0", id: 1, method: "initialize" },
		params: { protocolVersion, capabilities: {}, clientInfo: { name: "old", version: "1" } },
	});
	test.each([
		["2024-11-05", "2024-11-05"],
		["2025-06-18", "2025-06-18"],
		["2025-11-25", "2025-11-25"],
		["1999-01-01", "2025-11-25"],
	])("a client of %s is answered with %s", async (asked, answered) => {
		const [answer] = await overStdio([initialize(asked)]);
		expect(answer?.result).toMatchObject({ protocolVersion: answered, serverInfo: { name: "onevision" } });
	});
	test("a request before the handshake gets an answer, and the handshake works after it", async () => {
		const discover = { jsonrpc: "2.0", id: 7, method: "server/discover", params: {} };
		const answers = await overStdio([discover, initialize("2025-11-25")]);
		expect(answers.map(({ id }) => id)).toEqual([7, 1]);
		expect(answers[1]?.result).toBeDefined();
	});
});
