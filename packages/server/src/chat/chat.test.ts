/** A tiny model behind the unmodified client of OpenAI: answers, streams, refusals, a full queue, and the gateway before it. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadModel, type VisionLanguageModel } from "@onevision/model/node";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestServer, testServer } from "../testing/client.ts";
import { png } from "../testing/images.ts";

const snapshot = fileURLToPath(
	new URL("../../../model/src/families/llava-onevision/fixtures/onevision", import.meta.url),
);
const NAME = "tiny";

let model: VisionLanguageModel;
let server: TestServer;
let client: OpenAI;
beforeAll(async () => {
	model = await loadModel(snapshot, { threads: 1, settings: { num_frames: 2 } });
	server = await testServer({}, { served: { name: NAME, model, atOnce: 2 } });
	client = new OpenAI({ apiKey: "none", baseURL: `${server.url}/v1`, maxRetries: 0 });
});
afterAll(async () => {
	await server.close(1);
	await model.close();
});

const image = `data:image/png;base64,${(await png(90, 60)).toString("base64")}`;
type Request = OpenAI.ChatCompletionCreateParamsNonStreaming;
const request = (more: Partial<Request> = {}): Request => ({
	...{ model: NAME, max_tokens: 8, temperature: 0 },
	messages: [
		{
			role: "user",
			content: [
				{ type: "text", text: "What is it?" },
				{ type: "image_url", image_url: { url: image } },
			],
		},
	],
	...more,
});
const promptTokens = (text: string): number =>
	model.prompt([
		{
			role: "user",
			content: [
				{ type: "text", text },
				{ type: "image", image: { width: 90, height: 60, data: new Uint8Array(0) } },
			],
		},
	]).ids.length;

describe("the client", () => {
	test("reads an answer, and the same one as a stream, with exact tokens", async () => {
		const whole = await client.chat.completions.create(request());
		const [choice] = whole.choices;
		expect(choice).toMatchObject({ finish_reason: "length", message: { role: "assistant" } });
		expect(whole.usage).toMatchObject({ prompt_tokens: promptTokens("What is it?"), completion_tokens: 8 });
		const stream = await client.chat.completions.create({
			...request(),
			...{ stream: true, stream_options: { include_usage: true } },
		});
		let text = "";
		const seen: OpenAI.ChatCompletionChunk[] = [];
		for await (const chunk of stream) {
			seen.push(chunk);
			text += chunk.choices[0]?.delta.content ?? "";
		}
		expect(text).toBe(choice?.message.content);
		expect(seen.at(-2)?.choices[0]?.finish_reason).toBe("length");
		expect(seen.at(-1)).toMatchObject({
			choices: [],
			usage: {
				prompt_tokens: promptTokens("What is it?"),
				completion_tokens: 8,
				prompt_tokens_details: { cached_tokens: promptTokens("What is it?") - 1 },
			},
		});
	});

	test("goes on with a conversation, whose beginning is held already", async () => {
		const first = await client.chat.completions.create(request());
		const { messages } = request();
		const answered = first.choices[0]?.message;
		if (answered === undefined) throw new Error("no answer");
		const next = await client.chat.completions.create(
			request({ messages: [...messages, answered, { role: "user", content: "Why?" }] }),
		);
		const held = next.usage?.prompt_tokens_details?.cached_tokens ?? 0;
		expect(held).toBeGreaterThanOrEqual((first.usage?.prompt_tokens ?? 0) - 2);
	});

	test("draws by its seed, and ends before its stop string", async () => {
		const drawn = async (seed: number) => {
			const { choices } = await client.chat.completions.create(request({ seed, temperature: 1.5 }));
			return choices[0]?.message.content;
		};
		expect(await drawn(4)).toBe(await drawn(4));
		expect(await drawn(5)).not.toBe(await drawn(4));
		const { choices } = await client.chat.completions.create(request());
		const text = choices[0]?.message.content ?? "";
		const stop = text.slice(3, 5);
		const stopped = await client.chat.completions.create(request({ stop: [stop] }));
		expect(stopped.choices[0]).toMatchObject({
			finish_reason: "stop",
			message: { content: text.slice(0, text.indexOf(stop)) },
		});
	});

	test("lists the model", async () => {
		const { data } = await client.models.list();
		expect(data.map(({ id }) => id)).toEqual([NAME]);
		expect(await client.models.retrieve(NAME)).toMatchObject({ id: NAME, object: "model" });
		const { body } = await server.post("/v1/count", { model: NAME, media: ["90x60"] });
		expect(body.summary.visualTokens.total).toBeGreaterThan(0);
	});

	const clip = readFileSync(
		fileURLToPath(new URL("../../../../examples/media/delivery.mp4", import.meta.url)),
	).toString("base64");
	test("sends a video as vLLM takes it", async () => {
		const part = { type: "video_url", video_url: { url: `data:video/mp4;base64,${clip}` } };
		const content = [part, { type: "text", text: "What happens?" }];
		const messages = [{ role: "user", content }] as unknown as Request["messages"];
		const { usage } = await client.chat.completions.create(request({ messages, max_tokens: 1 }));
		expect(usage?.prompt_tokens).toBeGreaterThan(20);
	});
});

const text = (content: string): Request["messages"] => [{ role: "user", content }];

describe("refusals have OpenAI's form", () => {
	test.each<[string, object, number, string, string | null]>([
		["another model", { model: "gpt-4o" }, 404, "model_not_found", "model"],
		["more answers", { n: 2 }, 400, "unsupported_value", "n"],
		["tools", { tools: [{ type: "function" }] }, 400, "unsupported_value", "tools"],
		["JSON", { response_format: { type: "json_object" } }, 400, "unsupported_value", "response_format"],
		["penalties", { frequency_penalty: 0.5 }, 400, "unsupported_value", "frequency_penalty"],
		["a typo", { temprature: 1 }, 400, "unknown_parameter", "temprature"],
		["a range", { temperature: 3 }, 400, "invalid_value", "temperature"],
		["usage unstreamed", { stream_options: {} }, 400, "invalid_value", "stream_options"],
		["no messages", { messages: [] }, 400, "invalid_value", "messages"],
		["too much", { messages: text("a ".repeat(3000)) }, 400, "context_length_exceeded", "messages"],
		[
			"a part of another kind",
			{ messages: [{ role: "user", content: [{ type: "input_audio" }] }] },
			...([400, "invalid_value", "messages[0].content[0].type"] as const),
		],
		[
			"a URL",
			{
				messages: [
					{ role: "user", content: [{ type: "image_url", image_url: { url: "https://a.example/b" } }] },
				],
			},
			...([400, "unsupported_value", "messages[0].content[0].image_url.url"] as const),
		],
		[
			"bytes of nothing",
			{
				messages: [
					{ role: "user", content: [{ type: "image_url", image_url: "data:image/png;base64,AAAA" }] },
				],
			},
			...([400, "invalid_image", "messages[0].content[0].image_url"] as const),
		],
	])("%s", async (_, more, status, code, param) => {
		const { status: found, body } = await server.post("/v1/chat/completions", { ...request(), ...more });
		expect([found, body.error.code, body.error.param]).toEqual([status, code, param]);
		expect(body.error.message).not.toContain("\n");
		expect(body.error.type).toBe("invalid_request_error");
	});

	test("what says what happens anyway is taken, and labels, and null", async () => {
		const more = {
			n: 1,
			tools: [],
			logprobs: false,
			user: "me",
			metadata: { a: "b" },
			stop: null,
			seed: null,
		};
		const { status } = await server.post("/v1/chat/completions", { ...request({ max_tokens: 1 }), ...more });
		expect(status).toBe(200);
	});
});

test("a client that goes away gives its place to the next", async () => {
	const gone = new AbortController();
	const long = { ...request({ max_tokens: 1500 }), stream: true } as const;
	const first = await client.chat.completions.create(long, { signal: gone.signal });
	for await (const _ of first) break;
	gone.abort();
	await expect
		.poll(() => server.logged.filter(({ outcome }) => outcome === "cancelled").length, { timeout: 5000 })
		.toBe(1);
	expect((await client.chat.completions.create(request())).usage?.completion_tokens).toBe(8);
});

test("several at once are answered as one after the other", async () => {
	const questions = ["What?", "Where is it?", "Who was there?", "Why?", "How many?"];
	const ask = async (each: string) => {
		const { choices } = await client.chat.completions.create(request({ messages: text(each) }));
		return choices[0]?.message.content;
	};
	const together = await Promise.all(questions.map(ask));
	for (const [index, each] of questions.entries()) expect(together[index]).toBe(await ask(each));
});

test("the gateway before it counts the prompt that the model reads", async () => {
	const gateway = await testServer({
		models: { [NAME]: { snapshot, tokenizer: snapshot, upstream: server.url } },
	});
	try {
		for (const asked of [request(), request({ messages: text("And now?\nOnly text.") })]) {
			const { body, headers } = await gateway.post("/v1/chat/completions", asked);
			expect(headers.get("x-onevision-prompt-tokens")).toBe(String(body.usage.prompt_tokens));
			expect(headers.get("x-onevision-exactness")).toBe("exact");
		}
	} finally {
		await gateway.close(1);
	}
});

test("one server is not both a gateway and a model", async () => {
	const models = { other: { model: "qwen2.5-vl-7b", upstream: server.url } };
	await expect(testServer({ models }, { served: { name: NAME, model } })).rejects.toThrow(
		"start two servers",
	);
});
