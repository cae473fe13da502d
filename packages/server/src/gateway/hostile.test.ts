/** What attackers, broken networks and dying machines do to a gateway: one clear answer each, and nothing left open. */

import { type ChildProcess, spawn } from "node:child_process";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, connect, createServer } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type TestServer, testServer } from "../testing/client.ts";
import { chat, chatEvents, events, fakeUpstream, json, type Upstream } from "../testing/upstream.ts";

let upstream: Upstream;
let server: TestServer;
beforeAll(async () => {
	upstream = await fakeUpstream();
	server = await testServer({
		models: { m: { model: "qwen2.5-vl-7b", upstream: upstream.url, policy: "warn" } },
		limits: { bodyBytes: 2 ** 20, clientSeconds: 1, upstreamSeconds: 1, imagePixels: 1e6 },
	});
});
beforeEach(() => {
	upstream.received.length = 0;
	upstream.answer = chat("Yes.");
});
afterAll(async () => {
	await server.close(1);
	await upstream.close();
});

const PATH = "/v1/chat/completions";
const body = (more: object = {}) => ({ model: "m", messages: [{ role: "user", content: "Hi" }], ...more });

/** Sends bytes and gives what comes back up to the end of the connection, or up to a text. */
function raw(text: string, { until }: { readonly until?: string } = {}): Promise<string> {
	const { hostname, port } = new URL(server.url);
	return new Promise((resolve) => {
		let received = "";
		const socket = connect(Number(port), hostname, () => socket.write(text));
		socket.setEncoding("utf8");
		socket.on("data", (chunk: string) => {
			received += chunk;
			if (until !== undefined && received.includes(until)) socket.destroy();
		});
		socket.on("error", () => undefined);
		socket.on("close", () => resolve(received));
	});
}

const head = (length: number, more = "") =>
	`POST ${PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n${more}\r\n`;

test("a body of 100 MB, declared or not, is refused before it is read", async () => {
	const declared = await raw(head(100_000_000), { until: "over-limit" });
	expect(declared).toMatch(/^HTTP\/1.1 413 /);
	const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`;
	const chunked = `POST ${PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
	expect(await raw(`${chunked}${chunk.repeat(20)}`, { until: "over-limit" })).toMatch(/^HTTP\/1.1 413 /);
	expect(upstream.received).toEqual([]);
});

test("a compressed body, which could be a bomb, is not unpacked", async () => {
	const { status, body: answer } = await server.post(PATH, body(), { "content-encoding": "gzip" });
	expect([status, answer.error.code]).toEqual([422, "unsupported"]);
});

test("an image of more pixels than the limit is not counted, and nothing of it is decoded", async () => {
	const bytes = Buffer.alloc(60);
	bytes.write("89504e470d0a1a0a0000000d49484452", "hex");
	bytes.writeUInt32BE(60_000, 16);
	bytes.writeUInt32BE(60_000, 20);
	bytes.write("0802000000", 24, "hex");
	const url = `data:image/png;base64,${bytes.toString("base64")}`;
	const content = [{ type: "image_url", image_url: { url } }];
	const { headers } = await server.post(PATH, body({ messages: [{ role: "user", content }] }));
	expect(headers.get("x-onevision-uncounted")).toBe("1");
	expect(headers.get("x-onevision-warnings")).toMatch(/over the limit of 1000000 pixels/);
});

test("an image by URL is fetched for no redirect and no name that leads inside", async () => {
	let inside = 0;
	const host = createHttpServer(({ url }, response) => {
		if (url === "/inside") inside++;
		response
			.writeHead(302, { location: `http://127.0.0.1:${(host.address() as AddressInfo).port}/inside` })
			.end();
	});
	await new Promise<void>((resolve) => host.listen(0, "0.0.0.0", resolve));
	const { port } = host.address() as AddressInfo;
	const fetching = await testServer(
		{
			models: { m: { model: "qwen2.5-vl-7b", upstream: upstream.url, budget: { visualTokens: 1000 } } },
			fetch: { allow: [`redirects.test:${port}`, `inside.test:${port}`] },
		},
		{
			network: {
				// Both names are this machine's; one of them passes for a public one.
				resolve: async (name) => [{ address: name === "inside.test" ? "127.0.0.1" : "127.0.0.2", family: 4 }],
				isAllowed: (address) => address === "127.0.0.2",
			},
		},
	);
	for (const name of ["redirects.test", "inside.test", "other.test"]) {
		const content = [{ type: "image_url", image_url: { url: `http://${name}:${port}/` } }];
		const { status, body: answer } = await fetching.post(
			PATH,
			body({ messages: [{ role: "user", content }] }),
		);
		expect([status, answer.error.code]).toEqual([400, "over-budget"]);
		expect(answer.error.message).toMatch(/not fetched: its host is not on the (list|public internet)/);
	}
	expect([inside, upstream.received]).toEqual([0, []]);
	await fetching.close(1);
	host.close();
});

test("control characters in names and values cannot write a header", async () => {
	const { status, body: answer } = await server.post(PATH, body({ model: "m\r\nx-evil: 1" }));
	expect([status, answer.error.code]).toEqual([404, "unknown-name"]);
	const content = [{ type: "evil\r\nset-cookie: a=b", text: "x" }];
	const { headers } = await server.post(
		PATH,
		body({ messages: [{ role: "user", content }], mm_processor_kwargs: { "a\r\nx-evil: 1": 1 } }),
	);
	expect(headers.get("set-cookie")).toBeNull();
	expect(headers.get("x-evil")).toBeNull();
	expect(headers.get("x-onevision-warnings")).toMatch(/^[\x20-\x7e]+$/);
});

test("headers of the connection are not passed on, and ours cannot be faked", async () => {
	const text = JSON.stringify(body());
	await raw(
		head(
			text.length,
			"Connection: close, x-secret\r\nX-Secret: 1\r\nX-OneVision-Left: all\r\nTE: trailers\r\nExpect: 100-continue\r\n",
		) + text,
	);
	const [{ headers } = { headers: {} }] = upstream.received;
	expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(["x-secret"]));
	for (const name of ["x-secret", "x-onevision-left", "te", "expect"])
		expect(headers).not.toHaveProperty(name);
	upstream.answer = json(200, {}, { "x-onevision-visual-tokens": "0", connection: "x-up", "x-up": "1" });
	const answer = await server.post(PATH, body());
	expect(answer.headers.get("x-onevision-visual-tokens")).toBe("0");
	expect(answer.headers.get("x-up")).toBeNull();
});

test("a client that closes half of its connection has gone away, and its upstream is told", async () => {
	const { hostname, port } = new URL(server.url);
	upstream.answer = () => undefined;
	const text = JSON.stringify(body());
	const answer = await new Promise<string>((resolve) => {
		let received = "";
		const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true }, () =>
			socket.write(head(text.length) + text),
		);
		void expect
			.poll(() => upstream.received.length)
			.toBe(1)
			.then(() => socket.end());
		socket.on("data", (chunk: Buffer) => {
			received += chunk;
		});
		socket.on("end", () => socket.destroy());
		socket.on("close", () => resolve(received));
	});
	expect(answer).toBe("");
	await expect.poll(() => upstream.received[0]?.isCancelled).toBe(true);
	await expect.poll(() => server.logged.at(-1)).toMatchObject({ status: 499, outcome: "cancelled" });
});

test.each([
	["application/json", '{"choices": []}'],
	["text/event-stream", 'data: {"choices": []}\n\ndata: [DONE]\n\n'],
])("bytes behind a whole answer of %s do not become a second one", async (type, text) => {
	const complaints = vi.spyOn(console, "error");
	const garbled = createServer((socket) => {
		const head = `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ncontent-length: ${text.length}\r\n\r\n`;
		socket
			.on("error", () => undefined)
			.once("data", () => socket.write(`${head}${text}HTTP/9 nonsense\r\n\r\n`));
	});
	await new Promise<void>((resolve) => garbled.listen(0, "127.0.0.1", resolve));
	const { port } = garbled.address() as AddressInfo;
	const before = await testServer({
		models: { m: { model: "qwen2.5-vl-7b", upstream: `http://127.0.0.1:${port}` } },
	});
	const response = await fetch(`${before.url}${PATH}`, {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify(body()),
	});
	expect([response.status, await response.text()]).toEqual([200, text]);
	expect(before.logged.filter(({ event }) => event === "request")).toMatchObject([{ outcome: "whole" }]);
	expect(complaints).not.toHaveBeenCalled();
	await before.close(1);
	garbled.close();
});

test("a client that reads nothing is cut off, and its upstream with it", async () => {
	const many = Array.from({ length: 4000 }, () => `data: {"x": "${"y".repeat(10_000)}"}\n\n`);
	upstream.answer = events(many);
	const text = JSON.stringify(body({ stream: true }));
	const { hostname, port } = new URL(server.url);
	const socket = connect(Number(port), hostname, () => socket.write(head(text.length) + text));
	socket.pause();
	socket.on("error", () => undefined);
	// The line is written when the exchange has ended.
	const outcome = () => server.logged.at(-1)?.outcome;
	await expect.poll(outcome, { timeout: 20_000 }).toBe("cancelled");
	socket.destroy();
});

test("an upstream that says nothing is given up", async () => {
	upstream.answer = () => undefined;
	const { status, body: answer } = await server.post(PATH, body());
	expect([status, answer.error.code]).toEqual([504, "timeout"]);
	upstream.answer = (_received, response) => {
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.write(chatEvents("Yes.")[0]);
	};
	const stream = await server.post(PATH, body({ stream: true }));
	expect(stream.body).toMatch(/broke off before the end of its answer/);
});

test("kill -9 of the upstream in the middle of a stream is an error in it", async () => {
	const script = `require("http").createServer((q, s) => { q.resume(); s.writeHead(200, {"content-type": "text/event-stream"}); setInterval(() => s.write("data: {\\"choices\\": []}\\n\\n"), 5); }).listen(0, "127.0.0.1", function () { console.log(this.address().port); });`;
	const child: ChildProcess = spawn(process.execPath, ["-e", script], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	const port = await new Promise<string>((resolve) =>
		child.stdout?.once("data", (text: Buffer) => resolve(text.toString().trim())),
	);
	const dying = await testServer({
		models: { m: { model: "qwen2.5-vl-7b", upstream: `http://127.0.0.1:${port}` } },
	});
	const response = await fetch(`${dying.url}${PATH}`, {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify(body({ stream: true })),
	});
	let text = "";
	for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
		text += Buffer.from(chunk).toString();
		child.kill("SIGKILL");
	}
	expect(text).toMatch(/^data: \{"choices": \[\]\}\n\n/);
	expect(text.trimEnd().split("\n\n").at(-1)).toMatch(
		/^data: \{"error":\{"message":"the model's server broke off/,
	);
	expect((await dying.post(PATH, body())).status).toBe(502);
	await dying.close(1);
});

test("a body that is longer than its header says, or never ends, harms no other request", async () => {
	const text = JSON.stringify(body());
	const answers = await raw(
		`${head(text.length)}${text}GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
	);
	expect(answers.match(/HTTP\/1.1 200/g)).toHaveLength(2);
	const { hostname, port } = new URL(server.url);
	const stuck = connect(Number(port), hostname, () => stuck.write(`${head(1000)}{`));
	stuck.on("error", () => undefined);
	expect((await server.post(PATH, body())).status).toBe(200);
	stuck.destroy();
});

test("shutting down finishes what has begun and takes nothing new", async () => {
	const closing = await testServer({ models: { m: { model: "qwen2.5-vl-7b", upstream: upstream.url } } });
	upstream.answer = async (received, response) => {
		await new Promise((resolve) => setTimeout(resolve, 300));
		await chat("Yes.")(received, response);
	};
	const running = closing.post(PATH, body());
	await expect.poll(() => upstream.received.length).toBe(1);
	const closed = closing.close(10);
	expect((await running).status).toBe(200);
	await closed;
	await expect(closing.ask("/healthz")).rejects.toThrow();
});
