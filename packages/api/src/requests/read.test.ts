import { OnevisionError } from "@onevision/base";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeBase64 } from "./media-reference.ts";
import { type ChatRequest, readChatRequest } from "./read.ts";

const PIXELS = "iVBORw0KGgo=";
const messagesOf = (...content: unknown[]) => ({ model: "gpt-5.5", messages: [{ role: "user", content }] });
const refused = ({ breaches }: ChatRequest): string[] =>
	breaches.map(({ path, message }) => `${path}: ${message}`);
const told = ({ problems }: ChatRequest): string[] => problems.map(({ error }) => error.message);

test("Chat Completions: texts, data URLs, files, web addresses, settings per item", () => {
	const request = readChatRequest({
		model: "gpt-5.5",
		max_completion_tokens: 500,
		messages: [
			{ role: "system", content: "Be brief." },
			{
				role: "user",
				content: [
					{ type: "text", text: "What is this?" },
					{ type: "image_url", image_url: { url: `data:image/png;base64,${PIXELS}`, detail: "low" } },
					{ type: "image_url", image_url: { url: "file:///tmp/a%20b.png" } },
					{ type: "image_url", image_url: "images/c.png" },
					{ type: "image_url", image_url: { url: "https://example.org/d.png" } },
					{ type: "video_url", video_url: { url: "C:\\clips\\e.mp4" }, fps: 1 },
				],
			},
			{ role: "assistant", content: null, tool_calls: [] },
		],
	});
	expect(request).toMatchObject({
		api: "openai-chat",
		model: "gpt-5.5",
		texts: ["Be brief.", "What is this?"],
		maxOutputTokens: 500,
		problems: [],
	});
	expect(request.media).toEqual([
		{
			kind: "image",
			path: "messages[1].content[1]",
			reference: {
				kind: "data",
				mimeType: "image/png",
				bytes: new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]),
			},
			declaredType: "image/png",
			settings: { detail: "low" },
		},
		{
			kind: "image",
			path: "messages[1].content[2]",
			reference: { kind: "file", path: "/tmp/a b.png" },
			settings: {},
		},
		{
			kind: "image",
			path: "messages[1].content[3]",
			reference: { kind: "file", path: "images/c.png" },
			settings: {},
		},
		{
			kind: "image",
			path: "messages[1].content[4]",
			reference: { kind: "url", url: "https://example.org/d.png" },
			settings: {},
		},
		{
			kind: "video",
			path: "messages[1].content[5]",
			reference: { kind: "file", path: "C:\\clips\\e.mp4" },
			settings: { fps: 1 },
		},
	]);
});

test("Responses: instructions, input as text or items, uploads, screenshots of tools", () => {
	const request = readChatRequest({
		model: "gpt-6-astra",
		instructions: "Be brief.",
		input: [
			{
				role: "user",
				content: [
					{ type: "input_text", text: "Look." },
					{ type: "input_image", image_url: "a.png", detail: "original" },
					{ type: "input_image", file_id: "file-1" },
				],
			},
			{ type: "function_call", arguments: "{}" },
			{ type: "computer_call_output", output: { type: "computer_screenshot", image_url: "b.png" } },
			{ type: "reasoning", summary: [] },
		],
	});
	expect(request).toMatchObject({ api: "openai-responses", texts: ["Be brief.", "Look.", "{}"] });
	expect(request.media.map(({ reference, settings }) => [reference, settings])).toEqual([
		[{ kind: "file", path: "a.png" }, { detail: "original" }],
		[{ kind: "upload", id: "file-1" }, {}],
		[{ kind: "file", path: "b.png" }, {}],
	]);
	expect(told(request)).toEqual(['input[3].type: an item of type "reasoning" is not counted']);
	expect(readChatRequest({ input: "Hello" })).toMatchObject({ texts: ["Hello"], media: [] });
});

test("Anthropic: system, the three sources, tool results, documents", () => {
	const request = readChatRequest({
		model: "claude-opus-4-7",
		max_tokens: 1024,
		system: [{ type: "text", text: "Be brief." }],
		messages: [
			{
				role: "user",
				content: [
					{ type: "image", source: { type: "base64", media_type: "image/png", data: PIXELS } },
					{ type: "image", source: { type: "url", url: "https://example.org/a.png" } },
					{ type: "image", source: { type: "file", file_id: "f1" } },
					{ type: "tool_result", content: [{ type: "image", source: { type: "base64", data: PIXELS } }] },
					{ type: "document", source: {} },
				],
			},
		],
	});
	expect(request).toMatchObject({ api: "anthropic-messages", texts: ["Be brief."], maxOutputTokens: 1024 });
	expect(request.media.map(({ path, reference }) => [path, reference.kind])).toEqual([
		["messages[0].content[0]", "data"],
		["messages[0].content[1]", "url"],
		["messages[0].content[2]", "upload"],
		["messages[0].content[3].content[0]", "data"],
	]);
	expect(told(request)).toEqual([
		expect.stringMatching(/^messages\[0\]\.content\[4\]: a document is not counted/),
	]);
});

test("Gemini: both spellings, media_resolution of the request and of the part, video metadata", () => {
	const request = readChatRequest({
		systemInstruction: { parts: [{ text: "Be brief." }] },
		generationConfig: { mediaResolution: "MEDIA_RESOLUTION_LOW", maxOutputTokens: 64 },
		contents: [
			{
				parts: [
					{ text: "Look." },
					{ inlineData: { mimeType: "image/png", data: PIXELS } },
					{
						inline_data: { mime_type: "image/png", data: PIXELS },
						mediaResolution: { level: "MEDIA_RESOLUTION_ULTRA_HIGH" },
					},
					{ fileData: { mimeType: "video/mp4", fileUri: "clip.mp4" }, videoMetadata: { fps: 5 } },
					{ inlineData: { mimeType: "audio/wav", data: PIXELS } },
				],
			},
		],
	});
	expect(request).toMatchObject({
		api: "gemini-generate-content",
		texts: ["Be brief.", "Look."],
		maxOutputTokens: 64,
	});
	expect(request.model).toBeUndefined();
	expect(request.media.map(({ kind, settings }) => [kind, settings])).toEqual([
		["image", { media_resolution: "low" }],
		["image", { media_resolution: "ultra_high" }],
		["video", { media_resolution: "low", fps: 5 }],
	]);
	expect(told(request)).toEqual([expect.stringMatching(/audio\/wav/)]);
});

test("which API a body is for", () => {
	const apiOf = (body: unknown) => readChatRequest(body).api;
	const hello = { messages: [{ role: "user", content: "Hello" }] };
	expect(apiOf({ ...hello, model: "gpt-4o" })).toBe("openai-chat");
	expect(apiOf({ ...hello, model: "claude-opus-5" })).toBe("anthropic-messages");
	expect(apiOf({ ...hello, system: "Be brief." })).toBe("anthropic-messages");
	// Keys of the body decide before its parts, which may be the other API's by mistake.
	expect(apiOf({ ...messagesOf({ type: "image_url", image_url: "a.png" }), system: "Be brief." })).toBe(
		"anthropic-messages",
	);
	expect(apiOf(messagesOf({ type: "image", source: {} }))).toBe("openai-chat");
	expect(apiOf({ messages: [{ content: [{ type: "image", source: {} }] }] })).toBe("anthropic-messages");
	// A Claude model behind a compatible server takes requests in OpenAI's form.
	expect(apiOf({ ...messagesOf({ type: "image_url", image_url: "a.png" }), model: "claude-opus-5" })).toBe(
		"openai-chat",
	);
	expect(readChatRequest({ ...hello, model: "claude-opus-5" }, { api: "openai-chat" }).api).toBe(
		"openai-chat",
	);
	for (const body of [null, [], "{}", 5, undefined, {}, { messages: {} }]) {
		expect(() => readChatRequest(body)).toThrow(OnevisionError);
	}
});

const ANTHROPIC_IMAGE = {
	type: "image",
	source: { type: "base64", media_type: "image/png", data: PIXELS },
} as const;
const CHAT_IMAGE = { type: "image_url", image_url: { url: "a.png", detail: "low" } } as const;
const RESPONSES_IMAGE = { type: "input_image", image_url: "a.png", detail: "low" } as const;
const GEMINI_IMAGE = { inlineData: { mimeType: "image/png", data: PIXELS } } as const;
const TAKEN = {
	chat: "text, refusal, image_url, video_url, video, input_audio or file",
	responses: "input_text, output_text, refusal, input_image, computer_screenshot, input_audio or input_file",
	messages: "text, thinking, image, tool_result, tool_use, redacted_thinking, server_tool_use or document",
	gemini: "text, inlineData or fileData",
} as const;

test.each([
	["openai-chat", RESPONSES_IMAGE, `type "input_image": Chat Completions takes ${TAKEN.chat}`],
	["openai-chat", ANTHROPIC_IMAGE, `type "image": Chat Completions takes ${TAKEN.chat}`],
	["openai-chat", GEMINI_IMAGE, `a part without type: Chat Completions takes ${TAKEN.chat}`],
	["openai-responses", CHAT_IMAGE, `type "image_url": Responses takes ${TAKEN.responses}`],
	["openai-responses", ANTHROPIC_IMAGE, `type "image": Responses takes ${TAKEN.responses}`],
	["anthropic-messages", CHAT_IMAGE, `type "image_url": Messages takes ${TAKEN.messages}`],
	["anthropic-messages", RESPONSES_IMAGE, `type "input_image": Messages takes ${TAKEN.messages}`],
	[
		"anthropic-messages",
		{ type: "image", image: "a.png" },
		"an image without source; write source {type, media_type, data}",
	],
	["gemini-generate-content", CHAT_IMAGE, `type "image_url": generateContent takes ${TAKEN.gemini}`],
	["gemini-generate-content", ANTHROPIC_IMAGE, `type "image": generateContent takes ${TAKEN.gemini}`],
	[
		"openai-chat",
		{ type: "image_url", image_url: "a.png" },
		"image_url as text: Chat Completions takes an object; write image_url.url",
	],
	[
		"openai-responses",
		{ type: "input_image", image_url: { url: "a.png", detail: "low" } },
		"image_url as an object: Responses takes the address as text, and detail beside it",
	],
] as const)("a part %s refuses is counted and reported: %j", (api, part, message) => {
	const turn = { role: "user", content: [part], parts: [part] };
	const request = readChatRequest({ messages: [turn], input: [turn], contents: [turn] }, { api });
	expect(request.problems).toEqual([]);
	expect(request.media).toMatchObject([{ kind: "image" }]);
	const path = request.media[0]?.path ?? "";
	expect(refused(request)).toEqual([`${path}: ${message}`]);
	const detail = "detail" in part || (typeof part === "object" && JSON.stringify(part).includes("detail"));
	expect(request.media[0]?.settings).toEqual(detail ? { detail: "low" } : {});
});

test.each([
	["openai-chat", { type: "input_text", text: "Hello" }],
	["openai-responses", { type: "text", text: "Hello" }],
	["anthropic-messages", { type: "output_text", text: "Hello" }],
	["gemini-generate-content", { type: "text", text: "Hello" }],
	["openai-chat", { text: "Hello" }],
] as const)("text written for another API than %s is counted and reported: %j", (api, part) => {
	const turn = { role: "user", content: [part], parts: [part] };
	const request = readChatRequest({ messages: [turn], input: [turn], contents: [turn] }, { api });
	expect(request).toMatchObject({ texts: ["Hello"], problems: [] });
	expect(request.breaches).toHaveLength(1);
});

test.each([
	["openai-chat", CHAT_IMAGE],
	["openai-responses", RESPONSES_IMAGE],
	["anthropic-messages", ANTHROPIC_IMAGE],
	["gemini-generate-content", GEMINI_IMAGE],
] as const)("a part as %s takes it is no breach", (api, part) => {
	const turn = { role: "user", content: [part], parts: [part] };
	const request = readChatRequest({ messages: [turn], input: [turn], contents: [turn] }, { api });
	expect(request).toMatchObject({ media: [{ kind: "image" }], breaches: [], problems: [] });
});

const clip = (videoMetadata: unknown, mimeType = "video/mp4") =>
	readChatRequest({
		contents: [{ parts: [{ fileData: { mimeType, fileUri: "clip.mp4" }, videoMetadata }] }],
	});

test.each([
	[
		{ startOffset: "40s", endOffset: "80.5s" },
		{ start_offset: 40, end_offset: 80.5 },
	],
	[
		{ start_offset: "0s", fps: 2 },
		{ start_offset: 0, fps: 2 },
	],
	[{ endOffset: { seconds: 70 } }, { end_offset: 70 }],
	[{ end_offset: { seconds: "70", nanos: 500_000_000 } }, { end_offset: 70.5 }],
	[{}, {}],
])("Gemini: videoMetadata %j is %j", (metadata, settings) => {
	const request = clip(metadata);
	expect(request.media).toEqual([
		{
			kind: "video",
			path: "contents[0].parts[0]",
			reference: { kind: "file", path: "clip.mp4" },
			declaredType: "video/mp4",
			settings,
		},
	]);
	expect([...request.problems, ...request.breaches]).toEqual([]);
});

test.each([
	[{ startOffset: "40" }, 'startOffset: expected seconds as text, "40s", got "40"; counted without it'],
	[{ endOffset: 40 }, 'endOffset: expected seconds as text, "40s", got a number; counted without it'],
	[{ endOffset: "-4s" }, 'endOffset: expected seconds as text, "40s", got "-4s"; counted without it'],
	[{ endOffset: { seconds: -1 } }, "endOffset: expected seconds as text"],
	[{ endOffset: { nanos: 1e9 } }, "endOffset: expected seconds as text"],
	[{ fps: "2" }, "fps: expected a number, got text; counted at 1"],
])("Gemini: videoMetadata %j is refused, the clip still counted", (metadata, message) => {
	const request = clip(metadata);
	expect(request.media).toMatchObject([{ kind: "video", settings: {} }]);
	expect(told(request)).toEqual([expect.stringContaining(`contents[0].parts[0].videoMetadata.${message}`)]);
});

test("Gemini: videoMetadata of an image is refused, the image counted without it", () => {
	const request = clip({ fps: 2 }, "image/png");
	expect(request.media).toMatchObject([{ kind: "image", settings: {} }]);
	expect(refused(request)).toEqual([
		"contents[0].parts[0].videoMetadata: videoMetadata of an image; leave it out",
	]);
});

test("each mistake is one problem with its place, and the rest is read", () => {
	const request = readChatRequest({
		model: 5,
		messages: [
			"Hello",
			{ content: 7 },
			{
				content: [
					null,
					{ type: "text", text: 5 },
					{ type: "image_url", image_url: { url: "data:image/png,raw" } },
					{ type: "image_url", image_url: { url: "data:image/png;base64,!!!" } },
					{ type: "image_url", image_url: {} },
					{ type: "image_url", image_url: "x".repeat(10_000) },
					{ type: "txt", text: "?" },
					{ type: "text", text: "still here" },
					{ type: "image_url", image_url: "last.png" },
				],
			},
		],
	});
	expect(told(request)).toEqual([
		"model: expected a name as text",
		"messages[0]: expected an object, got text",
		"messages[1].content: expected a list, got a number",
		"messages[2].content[0]: expected an object, got null",
		"messages[2].content[1].text: expected text, got a number",
		"messages[2].content[2]: a data URL without base64; write data:<type>;base64,<bytes>",
		"messages[2].content[3]: the data is no base64, or empty; encode the file's bytes",
		"messages[2].content[4]: expected a data URL, a path or a web address, got nothing",
		"messages[2].content[5]: an address of 10000 characters: at most 8192; base64 needs data:<type>;base64, before it",
		'messages[2].content[6].type: expected text, refusal, image_url, video_url, video, input_audio or file, got "txt"; the part is not counted',
	]);
	expect(request).toMatchObject({ texts: ["still here"], media: [{ reference: { path: "last.png" } }] });
});

test("embedded items over a limit are refused without being decoded, exactly at it they are read", () => {
	const url = (bytes: number) => `data:image/png;base64,${Buffer.alloc(bytes, 7).toString("base64")}`;
	const body = (...sizes: number[]) =>
		messagesOf(...sizes.map((bytes) => ({ type: "image_url", image_url: url(bytes) })));
	const limits = { maxItemBytes: 100, maxTotalBytes: 250 };
	for (const bytes of [98, 99, 100]) {
		expect(readChatRequest(body(bytes), limits).media[0]?.reference).toMatchObject({ kind: "data" });
	}
	for (const bytes of [101, 102, 103, 5000]) {
		const request = readChatRequest(body(bytes, 10), limits);
		expect(request.problems[0]?.error).toMatchObject({ code: "over-limit" });
		expect(request.media).toHaveLength(1);
	}
	const request = readChatRequest(body(100, 100, 100, 50), limits);
	expect(request.media).toHaveLength(3);
	expect(told(request)).toEqual([expect.stringMatching(/at most 250 bytes for all embedded items/)]);
});

test("hostile shapes: prototype keys, deep nesting, many parts", () => {
	const body: unknown = JSON.parse(
		'{"__proto__":{"model":"gpt-4o"},"constructor":{"x":1},"messages":[{"content":[{"__proto__":{"type":"text","text":"no"}}]}]}',
	);
	const request = readChatRequest(body);
	expect(request.model).toBeUndefined();
	expect(request.texts).toEqual([]);
	expect(({} as Record<string, unknown>).model).toBeUndefined();

	let nested: unknown = [{ type: "text", text: "deep" }];
	for (let depth = 0; depth < 5000; depth++) nested = [{ type: "tool_result", content: nested }];
	const deep = readChatRequest({ model: "claude-opus-5", messages: [{ content: nested }] });
	expect(told(deep)).toEqual([expect.stringMatching(/nested more than 3 deep/)]);

	const many = readChatRequest({ input: Array.from({ length: 100_001 }, () => ({ content: "a" })) });
	expect(many.texts).toHaveLength(100_000);
	expect(many.problems[0]?.error.code).toBe("over-limit");
});

test("base64 is decoded as Node does, and what is none is refused", () => {
	const property = fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, url) => {
		const text = Buffer.from(bytes).toString(url ? "base64url" : "base64");
		expect(decodeBase64(text)).toEqual(new Uint8Array(bytes));
		expect(decodeBase64(`${text.slice(0, 8)}\r\n ${text.slice(8)}\n`)).toEqual(new Uint8Array(bytes));
	});
	fc.assert(property, { seed: 20_261_122, numRuns: 500 });
	for (const text of ["A", "AAAAA", "a=b=", "é", "AA*A", "\u{1f600}"])
		expect(decodeBase64(text)).toBeUndefined();
});

test("any body: a request or an OnevisionError, never anything else", () => {
	const word = fc.constantFrom(
		...[
			"model",
			"messages",
			"content",
			"type",
			"text",
			"image_url",
			"url",
			"image",
			"source",
			"base64",
			"data",
		],
		...[
			"contents",
			"parts",
			"inlineData",
			"mimeType",
			"fileData",
			"input",
			"input_image",
			"detail",
			"system",
		],
		...["tool_result", "video_url", "__proto__", "constructor", "toString", "data:image/png;base64,AAAA"],
		...["image/png", "video/mp4", "generationConfig", "mediaResolution", "output", "computer_call_output"],
	);
	const { value } = fc.letrec<{ value: unknown }>((tie) => ({
		value: fc.oneof(
			{ maxDepth: 8, depthSize: "medium" },
			word,
			fc.constantFrom(null, undefined, 0, -1, 1.5, Number.NaN, true, "", "\u0000"),
			fc.array(tie("value"), { maxLength: 4 }),
			fc.dictionary(word, tie("value"), { maxKeys: 5 }),
		),
	}));
	const anything = fc.oneof(
		value,
		fc.anything({ withNullPrototype: true, withBigInt: true, withTypedArray: true }),
	);
	const check = (body: unknown): void => {
		try {
			const { media, problems, breaches } = readChatRequest(body);
			for (const { message } of breaches) expect(message).not.toMatch(/[\r\n]/);
			for (const { error } of problems) expect(error).toBeInstanceOf(OnevisionError);
			for (const { error } of problems) expect(error.message).not.toMatch(/[\r\n]/);
			for (const { path } of media) expect(path.length).toBeGreaterThan(0);
		} catch (error) {
			expect(error).toBeInstanceOf(OnevisionError);
		}
	};
	fc.assert(fc.property(anything, check), { seed: 20_261_122, numRuns: 2000 });
	const framed = fc.record({ key: fc.constantFrom("messages", "input", "contents"), inner: fc.array(value) });
	fc.assert(
		fc.property(framed, ({ key, inner }) => check({ [key]: inner })),
		{ seed: 20_261_122, numRuns: 2000 },
	);
});
