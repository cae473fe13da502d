/** The unmodified clients of both APIs through the gateway: answers, streams, refusals, and upstreams that break off. */

import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type TestServer, testServer } from "../testing/client.ts";
import { png } from "../testing/images.ts";
import {
	chat,
	chatEvents,
	events,
	fakeUpstream,
	json,
	messageEvents,
	responseEvents,
	type Upstream,
	USAGE,
} from "../testing/upstream.ts";

let upstream: Upstream;
let server: TestServer;
let openai: OpenAI;
let anthropic: Anthropic;
beforeAll(async () => {
	upstream = await fakeUpstream();
	server = await testServer({
		models: {
			qwen: { model: "qwen2.5-vl-7b", upstream: upstream.url },
			tight: { model: "qwen2.5-vl-7b", upstream: upstream.url, budget: { visualTokens: 1000 } },
		},
		limits: { retryAfterSeconds: 1 },
	});
	const options = { apiKey: "sk-test", maxRetries: 0 };
	openai = new OpenAI({ ...options, baseURL: `${server.url}/v1` });
	anthropic = new Anthropic({ ...options, baseURL: server.url });
});
beforeEach(() => {
	upstream.received.length = 0;
	upstream.answer = chat("Two cats.");
});
afterAll(async () => {
	await server.close(1);
	await upstream.close();
});

const image = (await png(1920, 1080)).toString("base64");
const chatRequest = (model = "qwen") => ({
	model,
	messages: [
		{
			role: "user" as const,
			content: [
				{ type: "text" as const, text: "What is this?" },
				{ type: "image_url" as const, image_url: { url: `data:image/png;base64,${image}` } },
			],
		},
	],
});
const messageRequest = (model = "qwen") => ({
	model,
	max_tokens: 100,
	messages: [
		{
			role: "user" as const,
			content: [
				{
					type: "image" as const,
					source: { type: "base64" as const, media_type: "image/png" as const, data: image },
				},
				{ type: "text" as const, text: "What is this?" },
			],
		},
	],
});
const responseRequest = (model = "qwen") => ({
	model,
	input: [
		{
			role: "user" as const,
			content: [
				{
					type: "input_image" as const,
					image_url: `data:image/png;base64,${image}`,
					detail: "auto" as const,
				},
				{ type: "input_text" as const, text: "What is this?" },
			],
		},
	],
});

/** What an iteration gave before it ended, and how it ended. */
async function drained<T>(stream: AsyncIterable<T>, textOf: (each: T) => string | undefined | null) {
	let text = "";
	try {
		for await (const each of stream) text += textOf(each) ?? "";
		return { text, error: undefined };
	} catch (error) {
		return { text, error: error as Error & { status?: number } };
	}
}

describe("openai", () => {
	test("an answer, with what it took in the headers", async () => {
		const { data, response } = await openai.chat.completions.create(chatRequest()).withResponse();
		expect(data.choices[0]?.message.content).toBe("Two cats.");
		expect(response.headers.get("x-onevision-visual-tokens")).toBe("2691");
		expect(response.headers.get("x-onevision-decision")).toBe("passed");
		const [{ url, headers, text } = { url: "", headers: {}, text: "" }] = upstream.received;
		expect([url, headers.authorization]).toEqual(["/v1/chat/completions", "Bearer sk-test"]);
		expect(text).toBe(JSON.stringify(chatRequest()));
	});

	test("a stream, byte for byte", async () => {
		const list = [": comment\n\n", ...chatEvents("Two cats, asleep.")];
		upstream.answer = events(list);
		const request = { ...chatRequest(), stream: true };
		const { body, headers } = await server.post("/v1/chat/completions", request);
		expect(body).toBe(list.join(""));
		expect(headers.get("content-type")).toBe("text/event-stream");
		const stream = await openai.chat.completions.create({ ...chatRequest(), stream: true });
		expect(await drained(stream, (each) => each.choices[0]?.delta.content)).toEqual({
			text: "Two cats, asleep.",
			error: undefined,
		});
		const line = server.logged.at(-1);
		expect(line).toMatchObject({ event: "request", model: "qwen", outcome: "whole", visualTokens: 2691 });
	});

	test.each([
		0, 1, 150, 400,
	])("an upstream lost after %i bytes of its stream is an error in it", async (breakAfter) => {
		upstream.answer = events(chatEvents("Two cats, asleep."), { breakAfter });
		const stream = await openai.chat.completions.create({ ...chatRequest(), stream: true });
		const { error } = await drained(stream, (each) => each.choices[0]?.delta.content);
		expect(error?.message).toMatch(/broke off before the end/);
	});

	test("a stream that ends early without breaking is one, too", async () => {
		upstream.answer = events(chatEvents("Two cats.").slice(0, 2));
		const stream = await openai.chat.completions.create({ ...chatRequest(), stream: true });
		const { text, error } = await drained(stream, (each) => each.choices[0]?.delta.content);
		expect([text, error?.message]).toEqual([
			"Two cats.",
			"the model's server broke off before the end of its answer",
		]);
	});

	test("an error inside the upstream's stream comes through once", async () => {
		const list = [
			chatEvents("Two")[0] ?? "",
			'data: {"error": {"message": "CUDA out of memory", "type": "x", "code": 500}}\n\n',
		];
		upstream.answer = events(list);
		const { body } = await server.post("/v1/chat/completions", { ...chatRequest(), stream: true });
		expect(body).toBe(list.join(""));
	});

	test("over its budget: a 400 that says what to scale to which size", async () => {
		const error = await openai.chat.completions.create(chatRequest("tight")).catch((each: unknown) => each);
		expect(error).toBeInstanceOf(OpenAI.BadRequestError);
		expect(error).toMatchObject({
			status: 400,
			code: "over-budget",
			param: "messages[0].content[1]",
			type: "invalid_request_error",
		});
		expect((error as Error).message).toMatch(
			/takes 2691 visual tokens, its budget is 1000; scale messages\[0\]\.content\[1\] from 1920x1080 \(2691 tokens\) to 11\d\dx6\d\d/,
		);
		expect(upstream.received).toEqual([]);
	});

	test("errors of the upstream pass through; its retry-after is capped", async () => {
		upstream.answer = json(
			429,
			{ error: { message: "slow down", type: "rate", code: "x", param: null } },
			{ "retry-after": "3600" },
		);
		const error = (await openai.chat.completions
			.create(chatRequest())
			.catch((each: unknown) => each)) as InstanceType<typeof OpenAI.APIError>;
		expect([error.status, error.headers?.get("retry-after")]).toEqual([429, "1"]);
		const start = Date.now();
		const patient = new OpenAI({ apiKey: "k", baseURL: `${server.url}/v1`, maxRetries: 1 });
		await patient.chat.completions.create(chatRequest()).catch(() => undefined);
		expect(Date.now() - start).toBeLessThan(10_000);
		expect(upstream.received.length).toBe(3);
	});

	test("a model that is not in the map, and a body that is no JSON", async () => {
		const error = await openai.chat.completions.create(chatRequest("gpt-9")).catch((each: unknown) => each);
		expect(error).toMatchObject({ status: 404, code: "unknown-name", param: "model" });
		const { status, body } = await server.post("/v1/chat/completions", "{");
		expect([status, body.error.code, body.error.type]).toEqual([
			400,
			"invalid-input",
			"invalid_request_error",
		]);
	});

	test("models are listed, those of the map first", async () => {
		const names: string[] = [];
		for await (const { id } of openai.models.list()) names.push(id);
		expect(names.slice(0, 2)).toEqual(["qwen", "tight"]);
	});

	test("Responses: an answer, a stream, a stream that breaks off", async () => {
		upstream.answer = json(200, {
			id: "r",
			object: "response",
			output: [],
			usage: { input_tokens: 1, output_tokens: 1 },
		});
		const { response } = await openai.responses.create(responseRequest()).withResponse();
		expect(response.headers.get("x-onevision-visual-tokens")).toBe("2691");
		const text = (each: { type: string; delta?: unknown }) =>
			each.type === "response.output_text.delta" ? String(each.delta) : "";
		upstream.answer = events(responseEvents("Two cats."));
		expect(
			await drained(await openai.responses.create({ ...responseRequest(), stream: true }), text),
		).toEqual({ text: "Two cats.", error: undefined });
		upstream.answer = events(responseEvents("Two cats."), { breakAfter: 200 });
		const { error } = await drained(
			await openai.responses.create({ ...responseRequest(), stream: true }),
			text,
		);
		expect(error?.message).toMatch(/broke off/);
	});

	test("a client that cancels cancels the upstream", async () => {
		upstream.answer = (_received, response) => {
			response.writeHead(200, { "content-type": "text/event-stream" });
			response.write(chatEvents("Two")[0]);
		};
		const stream = await openai.chat.completions.create({ ...chatRequest(), stream: true });
		for await (const _each of stream) break;
		await expect.poll(() => upstream.received[0]?.isCancelled).toBe(true);
	});
});

describe("anthropic", () => {
	test("an answer, a stream, a stream that breaks off", async () => {
		const usage = { input_tokens: 100, output_tokens: 3 };
		upstream.answer = json(200, {
			id: "m",
			type: "message",
			role: "assistant",
			content: [{ type: "text", text: "Two." }],
			usage,
		});
		const { data, response } = await anthropic.messages.create(messageRequest()).withResponse();
		expect([data.content, response.headers.get("x-onevision-visual-tokens")]).toEqual([
			[{ type: "text", text: "Two." }],
			"2691",
		]);
		expect(upstream.received[0]?.headers.authorization).toBe("Bearer sk-test");
		const text = (each: { type: string; delta?: { text?: string } }) => each.delta?.text;
		upstream.answer = events(messageEvents("Two cats."));
		const whole = await anthropic.messages.create({ ...messageRequest(), stream: true });
		expect(await drained(whole as AsyncIterable<{ type: string }>, text)).toEqual({
			text: "Two cats.",
			error: undefined,
		});
		upstream.answer = events(messageEvents("Two cats."), { breakAfter: 500 });
		const torn = await anthropic.messages.create({ ...messageRequest(), stream: true });
		const { error } = await drained(torn as AsyncIterable<{ type: string }>, text);
		expect(error?.message).toMatch(/broke off/);
	});

	test("over its budget", async () => {
		const error = await anthropic.messages.create(messageRequest("tight")).catch((each: unknown) => each);
		expect(error).toBeInstanceOf(Anthropic.BadRequestError);
		expect((error as Error).message).toMatch(/messages\[0\]\.content\[0\].*to 11\d\dx6\d\d/);
	});
});

test("an upstream that is not there, or breaks off in its answer, is a 502", async () => {
	upstream.answer = (_received, response) => {
		response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
		response.write('{"choices": [');
		setTimeout(() => response.destroy(), 20);
	};
	const cut = await server.post("/v1/chat/completions", chatRequest());
	expect([cut.status, cut.body.error.code]).toEqual([502, "upstream-failed"]);
	const gone = await testServer({
		models: { qwen: { model: "qwen2.5-vl-7b", upstream: "http://127.0.0.1:9" } },
	});
	const { status, body } = await gone.post("/v1/chat/completions", chatRequest());
	expect([status, body.error.code]).toEqual([502, "upstream-failed"]);
	await gone.close(1);
});

test("what the upstream counted goes into the metrics", async () => {
	await server.post("/v1/chat/completions", chatRequest());
	const { body } = await server.ask("/metrics");
	expect(body).toMatch(/onevision_gateway_tokens_total\{model="qwen",kind="answer"\} \d/);
	expect(body).toContain(`onevision_gateway_prompt_difference_tokens_sum{model="qwen"}`);
	expect(USAGE.prompt_tokens).toBe(100);
});
