/** The API as a client sees it: every route, and every refusal in one form with the command line's codes. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROUTES } from "../operations/index.ts";
import { type TestServer, testServer } from "../testing/client.ts";

const MEDIA = fileURLToPath(new URL("../../../../examples/media", import.meta.url));
const photo = readFileSync(`${MEDIA}/harbour.jpg`);
let server: TestServer;
beforeAll(async () => {
	server = await testServer({ limits: { bodyBytes: 2 ** 20 } }, { roots: [MEDIA] });
});
afterAll(() => server.close(1));

const MODEL = "qwen2.5-vl-7b";
/** A question that each route answers. */
const QUESTIONS: Readonly<Record<string, object>> = {
	count: { model: MODEL, media: ["1920x1080", "1280x720@30:10"] },
	compare: { models: [MODEL, "gpt-4o"], media: ["640x480"] },
	fit: { model: MODEL, media: ["4000x3000"], tokens: 1000 },
	plan: { budget: 3500 },
};

describe.each(ROUTES.filter(({ method }) => method === "post"))("$path", ({ path, operation }) => {
	test("answers as it declares", async () => {
		const { status, body } = await server.post(path, QUESTIONS[operation.id]);
		expect([status, body.error]).toEqual([200, undefined]);
		expect(() => operation.output.parse(body, "")).not.toThrow();
	});
	test("refuses an unknown key, with the nearest", async () => {
		const { status, body } = await server.post(path, { ...QUESTIONS[operation.id], mediaa: 1 });
		expect(status).toBe(400);
		expect(body.error).toMatchObject({ code: "unknown-key", where: "mediaa", hint: "did you mean media?" });
	});
});

test.each([
	"/v1/models?search=qwen2.5-vl",
	"/v1/models/gpt-4o",
	"/v1/models/llava-hf/llava-1.5-7b-hf",
])("%s", async (path) => {
	const { status, body } = await server.ask(path);
	expect(status).toBe(200);
	const { operation } = ROUTES[path.includes("?") ? 4 : 5] ?? {};
	expect(() => operation?.output.parse(body, "")).not.toThrow();
});

test("a size, a data URL, an upload and a file below the root count alike", async () => {
	const data = `data:image/jpeg;base64,${photo.toString("base64")}`;
	const json = { model: MODEL, media: [{ data }, { path: "harbour.jpg" }] };
	const { body } = await server.post("/v1/count", json);
	const form = new FormData();
	form.set("request", JSON.stringify({ model: MODEL, media: [{ file: "a" }] }));
	form.set("a", new Blob([photo]), "../../etc/passwd");
	const uploaded = await server.ask("/v1/count", { method: "POST", body: form });
	const [
		{
			items: [{ source }],
			visualTokens,
		},
	] = uploaded.body.samples;
	const sized = await server.post("/v1/count", { model: MODEL, media: [`${source.width}x${source.height}`] });
	const tokens = [...body.samples, ...sized.body.samples].map((sample) => sample.visualTokens);
	expect(tokens).toEqual([visualTokens, visualTokens, visualTokens]);
});

describe("a plan on measured media", () => {
	const folder = mkdtempSync(join(tmpdir(), "onevision-plan-"));
	const sides = [640, 1920, 800];
	let planning: TestServer;
	beforeAll(async () => {
		const lines = sides.map((width) => JSON.stringify({ media: [{ kind: "image", width, height: 480 }] }));
		writeFileSync(join(folder, "samples.jsonl"), lines.join("\n"));
		writeFileSync(join(folder, "photo.jpg"), photo);
		planning = await testServer({}, { roots: [folder, MEDIA] });
	});
	afterAll(async () => {
		await planning.close(1);
		rmSync(folder, { recursive: true });
	});
	const ask = (name: string) =>
		planning.post("/v1/plan", {
			budget: 3500,
			model: "llava-onevision-qwen2-7b-ov",
			media: { folder: name },
		});

	test("a list of samples, a folder, and an upload", async () => {
		const { body: listed } = await ask("samples.jsonl");
		expect(listed.scenarios[0].media).toMatchObject({ samples: 3, origin: "files" });
		const { status, body: below } = await ask(".");
		expect([status, below.error]).toEqual([200, undefined]);
		const form = new FormData();
		form.set("request", JSON.stringify({ budget: 3500, model: "llava-onevision-qwen2-7b-ov" }));
		form.set("a", new Blob([photo]), "a.jpg");
		const { body: uploaded } = await planning.ask("/v1/plan", { method: "POST", body: form });
		expect(uploaded.scenarios).toEqual(below.scenarios);
	});

	test.each(["../x", "/etc", "missing"])("%s is refused", async (name) => {
		const { status, body } = await ask(name);
		expect([status, body.error.code, body.error.where]).toEqual([422, "unreadable-file", "media.folder"]);
		expect(body.error.message).not.toContain(folder);
	});
});

test.each([
	["not JSON", "{", 400, "invalid-input", "body"],
	["a list", "[]", 400, "invalid-input", "body"],
	["brackets without end", "[".repeat(300), 413, "over-limit", "body"],
	["a body over the limit", " ".repeat(2 ** 20 + 1), 413, "over-limit", "body"],
	["no media", { model: MODEL, media: [] }, 400, "invalid-input", "media"],
	["no size", { model: MODEL, media: ["1920xx1080"] }, 400, "invalid-input", "media[0]"],
	["two sources", { model: MODEL, media: [{ path: "a", url: "b" }] }, 400, "invalid-input", "media[0]"],
	["an unknown model", { model: "gtp-4o", media: ["9x9"] }, 404, "unknown-name", "model"],
	["an unknown setting", { model: MODEL, settings: { fpss: 1 }, media: ["9x9"] }, 400, "unknown-key", null],
	[
		"data of no format",
		{ model: MODEL, media: [{ data: "data:image/png;base64,AAAA" }] },
		422,
		"unreadable-file",
		"media[0]",
	],
	[
		"a data URL without base64",
		{ model: MODEL, media: [{ data: "data:image/png,x" }] },
		400,
		"invalid-input",
		"media[0].data",
	],
	[
		"a URL, when nothing is fetched",
		{ model: MODEL, media: [{ url: "http://127.0.0.1/" }] },
		422,
		"unsupported",
		"media[0].url",
	],
	[
		"a path outside",
		{ model: MODEL, media: [{ path: "/etc/passwd" }] },
		422,
		"unreadable-file",
		"media[0].path",
	],
	[
		"a path that climbs",
		{ model: MODEL, media: [{ path: "../package.json" }] },
		422,
		"unreadable-file",
		"media[0].path",
	],
	[
		"a path with a zero byte",
		{ model: MODEL, media: [{ path: "a\u0000.jpg" }] },
		422,
		"unreadable-file",
		"media[0].path",
	],
	[
		"an upload that is not there",
		{ model: MODEL, media: [{ file: "a" }] },
		400,
		"invalid-input",
		"media[0].file",
	],
	["fit of a closed model", { model: "gpt-4o", media: ["9x9"], tokens: 9 }, 422, "unsupported", "model"],
])("%s is refused", async (name, question, status, code, where) => {
	const { body, ...answer } = await server.post(name.startsWith("fit") ? "/v1/fit" : "/v1/count", question);
	expect([answer.status, body.error.code, body.error.where]).toEqual([status, code, where]);
	expect(body.error.message).not.toMatch(/[\r\n]/);
});

test("an image of more pixels than the limit is refused from its header", async () => {
	const bomb = Buffer.from("89504e470d0a1a0a0000000d494844520000fde80000fde80802000000", "hex");
	const png = Buffer.concat([bomb, Buffer.alloc(100)]);
	const media = [{ data: `data:image/png;base64,${png.toString("base64")}` }];
	const { status, body } = await server.post("/v1/count", { model: MODEL, media });
	expect([status, body.error.code]).toEqual([413, "over-limit"]);
});

const FORM = "multipart/form-data; boundary=b";
test.each([
	["no boundary", "multipart/form-data", "x"],
	["another boundary", FORM, "--c\r\n\r\n"],
	["a part without headers", FORM, "--b\r\n\r\nx\r\n--b--"],
	["no end", FORM, '--b\r\ncontent-disposition: form-data; name="request"\r\n\r\n{}'],
	[
		"no part request",
		FORM,
		'--b\r\ncontent-disposition: form-data; name="a"; filename="a"\r\n\r\n{}\r\n--b--\r\n',
	],
	[
		"two of them",
		FORM,
		`${'--b\r\ncontent-disposition: form-data; name="request"\r\n\r\n{}\r\n'.repeat(2)}--b--\r\n`,
	],
	["a form field", FORM, '--b\r\ncontent-disposition: form-data; name="x"\r\n\r\n{}\r\n--b--\r\n'],
	["text that a page of another site can send", "text/plain", "{}"],
])("multipart with %s is refused", async (_name, type, text) => {
	const { status, body } = await server.post("/v1/count", text, { "content-type": type });
	expect([status, body.error.code]).toEqual([400, "invalid-input"]);
});

test("other routes, methods and host names", async () => {
	expect((await server.ask("/nope")).body.error.code).toBe("not-found");
	expect((await server.ask("/v1/count")).body.error.code).toBe("method-not-allowed");
	expect((await server.ask("/healthz")).body).toEqual({ status: "ok", version: "0.0.0" });
	const host = await raw(
		server.url,
		"GET /v1/models HTTP/1.1\r\nHost: evil.example:80\r\nConnection: close\r\n\r\n",
	);
	expect(host).toMatch(/^HTTP\/1.1 403 /);
});

test("requests that are no HTTP, or two at once in one, are refused and the connection closed", async () => {
	const smuggled =
		"POST /v1/count HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /";
	for (const text of [smuggled, "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\rb\r\n\r\n", "nonsense\r\n\r\n"]) {
		expect(await raw(server.url, text)).toMatch(/^HTTP\/1.1 400 /);
	}
});

test("the OpenAPI document names every route and the schema that checks it", async () => {
	const { body } = await server.ask("/openapi.json");
	expect(body.openapi).toBe("3.1.0");
	for (const { method, path, operation } of ROUTES) {
		const described = body.paths[path.replace(/:(\w+)(\{[^}]*\})?/g, "{$1}")][method];
		expect(described.operationId).toBe(operation.id);
		if (method === "post") {
			expect(described.requestBody.content["application/json"].schema).toEqual(
				JSON.parse(JSON.stringify(operation.input.json)),
			);
		}
	}
});

test("logs and metrics hold routes and codes, never what was sent", async () => {
	await server.post(
		"/v1/count",
		{ model: "secret-model", media: [{ data: "data:image/png;base64,c2VjcmV0" }] },
		{
			authorization: "Bearer secret-key",
		},
	);
	expect(server.logged.at(-1)).toMatchObject({
		event: "request",
		route: "/v1/count",
		status: 404,
		code: "unknown-name",
	});
	const { body } = await server.ask("/metrics");
	expect(body).toMatch(/onevision_http_requests_total\{route="\/v1\/count",method="POST",status="404"\} \d/);
	expect(`${JSON.stringify(server.logged)}${body}`).not.toContain("secret");
});

/** What the server sends back for these bytes, to the end of the connection. */
function raw(url: string, text: string): Promise<string> {
	const { hostname, port } = new URL(url);
	return new Promise((resolve, reject) => {
		let received = "";
		const socket = connect(Number(port), hostname, () => socket.write(text));
		socket.setEncoding("utf8");
		socket.on("data", (chunk: string) => {
			received += chunk;
		});
		socket.on("close", () => resolve(received));
		socket.on("error", reject);
	});
}
