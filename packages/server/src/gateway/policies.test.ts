/** Budgets and policies: what is refused, scaled, warned about and charged, and that nothing else of a request changes. */

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { bytesSource, readImageHeader, readVideoHeader } from "@onevision/media";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { hashOfKey } from "../config/config.ts";
import { type TestServer, testServer } from "../testing/client.ts";
import { jpeg, png } from "../testing/images.ts";
import { chat, chatEvents, events, fakeUpstream, json, type Upstream, USAGE } from "../testing/upstream.ts";

const CLIP = new URL("../../../../examples/media/delivery.mp4", import.meta.url);
let upstream: Upstream;
let server: TestServer;
let now = Date.parse("2026-11-29T12:00:00Z");
beforeAll(async () => {
	upstream = await fakeUpstream();
	const qwen = { model: "qwen2.5-vl-7b", upstream: upstream.url, inputUsd: 0, outputUsd: 0 };
	server = await testServer(
		{
			keys: [
				{ name: "alpha", sha256: hashOfKey("alpha"), budget: { visualTokens: 6000 } },
				{ name: "beta", sha256: hashOfKey("beta") },
				{ name: "gamma", sha256: hashOfKey("gamma"), budget: { usd: 0.006 } },
			],
			models: {
				shrink: {
					...qwen,
					policy: "shrink",
					budget: { visualTokens: 1000 },
					upstreamModel: "Qwen/Qwen2.5-VL",
				},
				reject: { ...qwen, budget: { visualTokens: 1000 } },
				warn: { ...qwen, policy: "warn", budget: { visualTokens: 1000 } },
				vllm: { ...qwen, policy: "shrink", settings: { parity: "vllm" }, budget: { visualTokens: 500 } },
				gpt: {
					model: "gpt-4o",
					upstream: upstream.url,
					upstreamKey: "UP",
					policy: "shrink",
					budget: { visualTokens: 500 },
				},
				priced: { ...qwen, inputUsd: 1, outputUsd: 2, budget: { usd: 0.005 } },
			},
			budgets: { day: { promptTokens: 100_000 } },
		},
		{ env: { UP: "upstream-secret" }, now: () => now },
	);
});
beforeEach(() => {
	upstream.received.length = 0;
	upstream.answer = chat("Yes.");
	now += 24 * 3600_000;
});
afterAll(async () => {
	await server.close(1);
	await upstream.close();
});

const url = async (width: number, height: number) =>
	`data:image/png;base64,${(await png(width, height)).toString("base64")}`;
const part = (address: string) => ({ type: "image_url", image_url: { url: address, detail: "high" } });
const ask = (model: string, content: unknown, more: object = {}, key = "beta") =>
	server.post(
		"/v1/chat/completions",
		{ model, messages: [{ role: "user", content }], ...more },
		{ authorization: `Bearer ${key}` },
	);
const sentParts = () => JSON.parse(upstream.received[0]?.text ?? "{}").messages[0].content;

test("shrink scales the images that are too large, in their order, and leaves every other byte", async () => {
	const [small, large] = [await url(280, 280), await url(3000, 2000)];
	const body = `{ "prompt_cache_key":"k1","temperature":1.0, "model": "shrink" ,"messages":[{"role":"user","content":[${JSON.stringify(part(large))},{"text":"\\u0041?","type":"text"},${JSON.stringify(part(small))}]}],"seed":12345678901234567890}`;
	const { status, headers } = await server.post("/v1/chat/completions", body, {
		authorization: "Bearer beta",
	});
	expect([status, headers.get("x-onevision-decision")]).toEqual([200, "shrunk"]);
	const sent = upstream.received[0]?.text ?? "";
	const scaled = sentParts()[0].image_url.url as string;
	// Other than the name and the one image, the request is what it was.
	expect(sent.replace(scaled, large).replace("Qwen/Qwen2.5-VL", "shrink")).toBe(body);
	const { width, height } = readImageHeader(Buffer.from(scaled.split(",")[1] ?? "", "base64"));
	expect(headers.get("x-onevision-changes")).toBe(
		`messages[0].content[0] from 3000x2000 to ${width}x${height}`,
	);
	expect(Math.abs(width / height - 1.5)).toBeLessThan(0.01);
	const tokens = Number(headers.get("x-onevision-visual-tokens"));
	expect(tokens).toBeLessThanOrEqual(1000);
	// The next larger size is over the budget.
	const counted = (side: number) =>
		server.post(
			"/v1/count",
			{ model: "qwen2.5-vl-7b", media: [`${side}x${Math.round(side / 1.5)}`, "280x280"], together: true },
			{ authorization: "Bearer beta" },
		);
	expect((await counted(width)).body.summary.visualTokens.total).toBe(tokens);
	expect((await counted(width + 1)).body.summary.visualTokens.total).toBeGreaterThan(1000);
});

test("a photo that is stored turned is scaled as it is stored, and counted as its reference turns it", async () => {
	const photo = await jpeg(1200, 900, 6);
	const address = `data:image/jpeg;base64,${photo.toString("base64")}`;
	const { headers } = await ask("vllm", [part(address)]);
	const sent = readImageHeader(Buffer.from(sentParts()[0].image_url.url.split(",")[1], "base64"));
	expect(sent.orientation).toBe(6);
	expect(sent.width).toBeGreaterThan(sent.height);
	expect(headers.get("x-onevision-changes")).toBe(
		`messages[0].content[0] from 900x1200 to ${sent.height}x${sent.width}`,
	);
});

const clip = {
	type: "video_url",
	video_url: { url: `data:video/mp4;base64,${readFileSync(CLIP).toString("base64")}` },
};

test.skipIf(spawnSync("ffmpeg", ["-version"]).status !== 0)(
	"a video keeps its length and the most frames that fit; what is below the cap stays",
	async () => {
		const small = part(await url(56, 56));
		const text = { type: "text", text: "When?" };
		const { status, headers } = await ask("shrink", [small, clip, text]);
		expect([status, headers.get("x-onevision-decision")]).toEqual([200, "shrunk"]);
		const [image, video, question] = sentParts();
		expect([image, question]).toEqual([small, text]);
		const bytes = Buffer.from(video.video_url.url.replace("data:video/x-msvideo;base64,", ""), "base64");
		const { frames, fps = 0, width, height } = await readVideoHeader(bytesSource(bytes));
		expect(headers.get("x-onevision-changes")).toBe(`messages[0].content[1] from 288 frames to ${frames}`);
		expect([width, height, frames / fps]).toEqual([640, 360, 12]);
		// Counted is what is sent; a frame more is over the budget.
		const counted = async (count: number): Promise<number> => {
			const medium = { kind: "video", width, height, frames: count, fps: count / 12 };
			const asked = { model: "qwen2.5-vl-7b", media: ["56x56", medium], together: true, asIs: true };
			const { body } = await server.post("/v1/count", asked, { authorization: "Bearer beta" });
			return body.summary.visualTokens.total;
		};
		expect(await counted(frames)).toBe(Number(headers.get("x-onevision-visual-tokens")));
		expect(await counted(frames)).toBeLessThanOrEqual(1000);
		expect(await counted(frames + 1)).toBeGreaterThan(1000);
	},
);

test("a video over its budget is refused with the number of frames that would fit", async () => {
	const { status, body } = await ask("reject", [clip]);
	expect([status, body.error.param]).toEqual([400, "messages[0].content[0]"]);
	expect(body.error.message).toMatch(
		/; thin messages\[0\]\.content\[0\] from 288 frames \(\d+ tokens\) to \d+$/,
	);
});

test("a closed model's images are scaled under its own rule, and its upstream gets its own key", async () => {
	const { headers } = await ask("gpt", [part(await url(3000, 2000))]);
	expect(Number(headers.get("x-onevision-visual-tokens"))).toBeLessThanOrEqual(500);
	expect(upstream.received[0]?.headers.authorization).toBe("Bearer upstream-secret");
});

test("the gateway's own keys do not reach the upstream", async () => {
	await ask("warn", "Hi");
	expect(JSON.stringify(upstream.received[0]?.headers)).not.toMatch(/beta/);
});

test("what no size can bring under the limit is refused", async () => {
	const address = await url(56, 56);
	const { status, body } = await ask(
		"vllm",
		Array.from({ length: 200 }, () => part(address)),
	);
	expect([status, body.error.code]).toEqual([400, "over-budget"]);
	expect(body.error.message).toMatch(/send fewer media/);
});

test("warn passes everything on, and says what was over", async () => {
	const { status, headers } = await ask("warn", [
		part(await url(3000, 2000)),
		part("https://example.org/a.png"),
	]);
	expect([status, headers.get("x-onevision-decision")]).toEqual([200, "warned"]);
	expect(headers.get("x-onevision-warnings")).toMatch(
		/takes 7\d{3} visual tokens, its budget is 1000; messages\[0\]\.content\[1\]/,
	);
	expect(headers.get("x-onevision-uncounted")).toBe("1");
	expect(sentParts()[1].image_url.url).toBe("https://example.org/a.png");
});

test.each([
	["an image on the web", [part("https://example.org/a.png")], {}],
	["a file of the upstream's machine", [part("/etc/passwd")], {}],
	["an uploaded file", [{ type: "file", file: { file_id: "f" } }], {}],
	["a part of an unknown type", [{ type: "hologram", url: "x" }], {}],
	["settings that are not counted", "Hi", { mm_processor_kwargs: { size: { longest_edge: 9999 } } }],
])("%s cannot be kept within a budget", async (_name, content, more) => {
	const { status, body } = await ask("shrink", content, more);
	expect([status, body.error.code]).toEqual([400, "over-budget"]);
	expect(upstream.received).toEqual([]);
});

test("settings of the request are counted with", async () => {
	const content = [part(await url(280, 280))];
	const tokens = async (kwargs: object) =>
		Number(
			(await ask("shrink", content, { mm_processor_kwargs: kwargs })).headers.get(
				"x-onevision-visual-tokens",
			),
		);
	expect(await tokens({})).toBe(100);
	expect(await tokens({ max_pixels: 3136 })).toBe(4);
	expect(await tokens({ min_pixels: 448 * 448 })).toBe(256);
});

test("a key given twice is refused: servers read it differently", async () => {
	for (const body of [
		'{"model":"warn","messages":[],"messages":[]}',
		'{"model":"warn","messages":[{"role":"user","content":"a","\\u0063ontent":"b"}]}',
	]) {
		const answer = await server.post("/v1/chat/completions", body, { authorization: "Bearer beta" });
		expect([answer.status, answer.body.error.code]).toEqual([400, "invalid-input"]);
	}
	expect(upstream.received).toEqual([]);
});

test("a day's tokens of a key: charged, given back when the upstream refuses, refused at the end, new the next day", async () => {
	const content = [part(await url(1456, 1456))];
	const left = async () => {
		const { status, headers } = await ask("warn", content, {}, "alpha");
		return status === 200 ? headers.get("x-onevision-left")?.match(/key\.visualTokens=(\d+)/)?.[1] : status;
	};
	// Warnings charge, and refuse nothing.
	expect([await left(), await left(), await left()]).toEqual(["3296", "592", "0"]);
	now += 24 * 3600_000;
	upstream.answer = json(500, { error: { message: "no" } });
	await ask("priced", [part(await url(280, 280))], { max_tokens: 10 }, "alpha");
	upstream.answer = chat("Yes.");
	const { headers } = await ask("priced", [part(await url(280, 280))], { max_tokens: 10 }, "alpha");
	expect(headers.get("x-onevision-left")).toMatch(/key\.visualTokens=5900/);
	const small = [part(await url(1008, 1008))];
	const statuses: number[] = [];
	for (let request = 0; request < 6; request++)
		statuses.push((await ask("priced", small, { max_tokens: 1 }, "alpha")).status);
	expect(statuses).toEqual([200, 200, 200, 200, 429, 429]);
	const refused = await ask("priced", small, { max_tokens: 1 }, "alpha");
	expect([refused.headers.get("x-should-retry"), refused.headers.get("retry-after")]).toEqual([
		"false",
		null,
	]);
	expect(refused.body.error).toMatchObject({ code: "over-budget", type: "insufficient_quota" });
});

test("USD: the answer's bound is charged, then what it really took", async () => {
	const usdLeft = ({ headers }: { headers: Headers }) =>
		headers.get("x-onevision-left")?.match(/key\.usd=([\d.]+)/)?.[1];
	const content = [part(await url(280, 280)), { type: "text", text: "Hi" }];
	const unbounded = await ask("priced", content, {}, "gamma");
	expect([unbounded.status, unbounded.body.error.message]).toEqual([
		400,
		expect.stringMatching(/USD, its budget is 0.005/),
	]);
	const first = await ask("priced", content, { max_tokens: 1000 }, "gamma");
	const prompt = Number(first.headers.get("x-onevision-prompt-tokens"));
	expect(usdLeft(first)).toBe((0.006 - (prompt + 2000) / 1e6).toFixed(6));
	const second = await ask("priced", content, { max_tokens: 1000 }, "gamma");
	const used = (USAGE.prompt_tokens + 2 * USAGE.completion_tokens) / 1e6;
	expect(usdLeft(second)).toBe((0.006 - used - (prompt + 2000) / 1e6).toFixed(6));
	// A stream's usage is read on the way.
	upstream.answer = events(chatEvents("Yes."));
	await ask("priced", content, { max_tokens: 1000, stream: true }, "gamma");
	const fourth = await ask("priced", content, { max_tokens: 1000 }, "gamma");
	expect(usdLeft(fourth)).toBe((0.006 - 3 * used - (prompt + 2000) / 1e6).toFixed(6));
});

test("requests at the same time do not share the last tokens", async () => {
	const content = [part(await url(1008, 1008))];
	upstream.answer = async (received, response) => {
		await new Promise((resolve) => setTimeout(resolve, 5));
		await chat("Yes.")(received, response);
	};
	const statuses = await Promise.all(
		Array.from({ length: 20 }, async () => (await ask("priced", content, { max_tokens: 1 }, "alpha")).status),
	);
	expect(statuses.filter((status) => status === 200)).toHaveLength(4);
	expect(upstream.received).toHaveLength(4);
});

test("a budget in USD for a model without a price is refused at the start", async () => {
	const models = { a: { model: "qwen2.5-vl-7b", upstream: upstream.url } };
	await expect(testServer({ models, budgets: { day: { usd: 1 } } })).rejects.toThrow(
		/models.a: a budget in USD needs its price/,
	);
});
