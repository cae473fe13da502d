import { expect, test } from "vitest";
import type { SizedItem } from "../limits.ts";
import { assessRequest } from "./assess.ts";
import { readChatRequest } from "./read.ts";

const image = (width: number, height: number, bytes?: number): SizedItem => ({
	media: { kind: "image", width, height },
	...(bytes === undefined ? {} : { bytes }),
});
const chat = (model: string, images: readonly (string | { url: string; detail: string })[], text = "") =>
	readChatRequest({
		model,
		max_tokens: 1000,
		messages: [
			{
				role: "user",
				content: [
					{ type: "text", text },
					...images.map((image) => ({
						type: "image_url",
						image_url: typeof image === "string" ? { url: image } : image,
					})),
				],
			},
		],
	});

test("tokens per item, text as an estimate, cost at the provider's price", () => {
	const request = chat("gpt-5.5", [{ url: "a.png", detail: "high" }, "b.png"], "x".repeat(401));
	const answer = assessRequest(request, [image(3840, 2160), image(1024, 1024)]);
	expect(answer.items.map(({ count }) => count?.visualTokens)).toEqual([2765, 1229]);
	expect(answer).toMatchObject({
		model: "gpt-5.5",
		text: { estimatedTokens: 101, characters: 401, note: expect.stringMatching(/^estimate at 4 characters/) },
		outputTokens: 1000,
		contextTokens: 2765 + 1229 + 101 + 1000,
		contextWindow: { tokens: 1_050_000 },
		notCounted: 0,
		breaches: [],
		cost: { perMillion: { inputUsd: 5, outputUsd: 30 } },
	});
	expect(answer.cost?.totalUsd).toBeCloseTo((4095 * 5 + 1000 * 30) / 1e6, 12);
	const own = assessRequest(request, [image(3840, 2160), image(1024, 1024)], {
		prices: { "gpt-5.5": { inputUsd: 1, outputUsd: 1 } },
		outputTokens: 0,
	});
	expect(own.cost?.totalUsd).toBeCloseTo(4095 / 1e6, 12);
});

test("all broken limits, and every item that has no count with its reason", () => {
	const request = chat(
		"claude-opus-4-5",
		["a.png", "https://example.org/b.png", "c.png", "d.png"],
		"y".repeat(900_000),
	);
	const answer = assessRequest(request, [
		image(9000, 100),
		undefined,
		image(100, 100, 9 * 2 ** 20),
		{ media: { kind: "video", width: 9, height: 9, frames: 2, fps: 1 } },
	]);
	expect(answer.breaches.map(({ limit, item }) => [limit, item])).toEqual([
		["side-too-long", 0],
		["image-too-large", 2],
		["context-overflow", undefined],
	]);
	expect(answer.notCounted).toBe(2);
	expect(answer.items[1]?.error?.message).toBe(
		"messages[0].content[2]: the size of this image is not known: it is on the web, and nothing is fetched; give the file",
	);
	expect(answer.items[3]?.error?.message).toMatch(/its size is that of a video, the request has an image/);
});

test("what the counting rule refuses is a broken limit too", () => {
	const request = chat("gpt-6-astra", ["a.png", { url: "b.png", detail: "hgih" }]);
	const answer = assessRequest(request, [image(20_000, 20_000), image(10, 10)]);
	expect(answer.breaches).toMatchObject([
		{ limit: "refused", item: 0, message: expect.stringMatching(/390625 patches/) },
	]);
	expect(answer.items[1]?.error).toMatchObject({ code: "invalid-input" });
	expect(answer.items[1]?.error?.message).toMatch(
		/^messages\[0\]\.content\[2\]: detail: .*did you mean high\?/,
	);
});

test("the same request for another model: settings it does not have are named", () => {
	const request = chat("gpt-5.5", [{ url: "a.png", detail: "high" }]);
	const answer = assessRequest(request, [image(1000, 1000)], { model: "claude-opus-4-7" });
	expect(answer.items[0]).toMatchObject({ count: { visualTokens: 1296 }, ignored: ["detail"] });
	const gemini = assessRequest(request, [image(1000, 1000)], { model: "gemini-3-pro" });
	expect(gemini.items[0]?.count).toMatchObject({ visualTokens: 1089, documentedCeiling: 1120 });
});

test("Nova 2 Lite is billed apart from what is counted against its context", () => {
	const answer = assessRequest(chat("nova-2-lite", ["a.png"]), [image(4000, 4000)], { outputTokens: 0 });
	expect(answer.media.billedTokens).toBe(230);
	expect(answer.cost?.inputUsd).toBeCloseTo((230 * 0.33) / 1e6, 12);
});

test("the day decides rule and price", () => {
	const at = (date: string) => assessRequest(chat("gpt-5.6-luna", ["a.png"]), [image(512, 512)], { date });
	expect(at("2026-07-15").cost?.perMillion.inputUsd).toBe(1);
	expect(at("2026-10-01").cost?.perMillion.inputUsd).toBe(0.2);
});

test("a part of another API: refused by whom it is known of, a note for whom it is not", () => {
	const body = (model: string) =>
		readChatRequest({
			model,
			messages: [
				{
					content: [
						{ type: "input_image", image_url: "a.png" },
						{ type: "image_url", image_url: "b.png" },
					],
				},
			],
		});
	const assess = (model: string) => {
		const { breaches, notes, items } = assessRequest(body(model), [image(64, 64), image(64, 64)]);
		expect(items.every(({ count }) => count !== undefined)).toBe(true);
		return [breaches.map(({ limit, item }) => [limit, item]), notes.length];
	};
	expect(assess("gpt-5.5")).toEqual([
		[
			["other-api", 0],
			["other-api", 1],
		],
		0,
	]);
	expect(assess("grok-4")).toEqual([[], 2]);
	// Mistral's own examples give image_url as a string.
	expect(assess("pixtral-12b")).toEqual([[], 1]);
});

test("declared types are held against the bytes", () => {
	const request = readChatRequest(
		{
			model: "claude-opus-4-7",
			messages: [
				{
					content: [
						{ type: "image", source: { type: "base64", media_type: "image/png", data: "iVBORw0KGgo=" } },
					],
				},
			],
		},
		{ api: "anthropic-messages" },
	);
	const assess = (format: string) =>
		assessRequest(request, [{ ...image(10, 10), format }]).breaches.map(({ limit, item }) => [limit, item]);
	expect(assess("png")).toEqual([]);
	expect(assess("jpeg")).toEqual([["declared-type", 0]]);
	expect(assess("bmp")).toEqual([
		["format", 0],
		["declared-type", 0],
	]);
});

test("Gemini: only what lies between the offsets is counted, sound included", () => {
	const request = readChatRequest({
		contents: [
			{
				parts: [
					{
						fileData: { mimeType: "video/mp4", fileUri: "a.mp4" },
						videoMetadata: { startOffset: "2s", endOffset: "5s", fps: 2 },
					},
				],
			},
		],
	});
	const assess = (hasAudio?: boolean) =>
		assessRequest(
			request,
			[
				{
					media: {
						kind: "video",
						width: 1280,
						height: 720,
						frames: 240,
						fps: 24,
						...(hasAudio === undefined ? {} : { hasAudio }),
					},
				},
			],
			{ model: "gemini-3-pro" },
		).media;
	expect(assess(true)).toMatchObject({ visualTokens: 6 * 66, audioTokens: 75, contextTokens: 471 });
	expect(assess(true).audioBounds).toEqual({ min: 75, max: 75 });
	expect(assess(false)).toMatchObject({ contextTokens: 396, audioBounds: { min: 0, max: 0 } });
	expect(assess()).toMatchObject({ contextTokens: 471, audioBounds: { min: 0, max: 75 } });
});

test("exactly at the context window it fits, one token over it does not", () => {
	const request = chat("gpt-4o", [], "");
	expect(assessRequest(request, [], { outputTokens: 128_000 }).breaches).toEqual([]);
	expect(assessRequest(request, [], { outputTokens: 128_001 }).breaches).toMatchObject([
		{ limit: "context-overflow" },
	]);
});

test("wrong calls are refused", () => {
	const request = chat("gpt-4o", ["a.png"]);
	expect(() => assessRequest(request, [])).toThrow("sizes: expected one per media item (1), got 0");
	expect(() => assessRequest({ ...request, model: "gpt-99" }, [undefined])).toThrow(/no counting rule/);
	expect(() => assessRequest(readChatRequest({ contents: [] }), [])).toThrow(/the request names none/);
	expect(() => assessRequest(request, [undefined], { outputTokens: -1 })).toThrow(/outputTokens/);
	expect(
		assessRequest(request, [{ media: { kind: "image", width: 0, height: 1 } }]).items[0]?.error?.code,
	).toBe("invalid-media");
});
