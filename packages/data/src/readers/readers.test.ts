/**
 * One small file per format: the format is detected from the content, and every row is a sample or skipped with its
 * reason.
 */

import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderOf, readAll, tell } from "../testing/files.ts";

const lines = (...rows: readonly unknown[]): string => rows.map((row) => JSON.stringify(row)).join("\n");
const chat = (ask: string, answer: string) => [
	{ from: "human", value: ask },
	{ from: "gpt", value: answer },
];

async function told(name: string, content: string, format?: string) {
	const read = await readAll(
		join(folderOf({ [name]: content }), name),
		format === undefined ? {} : { format },
	);
	return [read.format, ...read.found.map(tell)];
}

test("LLaVA JSON: one image, several, a video, text alone, and what is wrong", async () => {
	const rows = [
		{ id: "a", image: "a.jpg", conversations: chat("<image>\nWhat?", "A cat.") },
		{ id: 7, image: ["b.png", "c.png"], conversations: chat("<image> and <image>?", "Both.") },
		{ id: "v", video: "v.mp4", conversations: chat("<video>Tell.", "It rains.") },
		{ id: "t", conversations: chat("Hi", "Hello") },
		{ id: "u", image: "https://example.org/a.jpg", conversations: chat("<image>", "x") },
		{ id: "r", image: "a.jpg", conversations: [{ from: "narrator", value: "x" }] },
		{ id: "n", image: "a.jpg" },
		[1],
	];
	const expected = [
		"llava",
		"a: image a.jpg | user: [image]\nWhat? | assistant: A cat.",
		"7: image b.png image c.png | user: [image] and [image]? | assistant: Both.",
		"v: video v.mp4 | user: [video]Tell. | assistant: It rains.",
		"t: | user: Hi | assistant: Hello",
		"left out (remote-media): image: https://example.org/a.jpg: is a URL",
		expect.stringMatching(/^left out \(unknown-layout\): role "narrator": not one of/),
		"left out (unknown-layout): keys id, image: none of conversations",
		"left out (broken-row): a list where an object is expected",
	];
	expect(await told("a.json", JSON.stringify(rows, null, 2))).toEqual(expected);
	expect(await told("a.jsonl", lines(...rows))).toEqual(expected);
});

test("a broken line is left out with its place; the lines behind it are read", async () => {
	const good = JSON.stringify({ id: "a", conversations: chat("Hi", "Ho") });
	const content = `${good}\n{"id": NaN}\n{"id":\n${good}\n\xff`;
	const { found } = await readAll(join(folderOf({ "a.jsonl": Buffer.from(content, "latin1") }), "a.jsonl"));
	expect(
		found.map((each) => ("refusal" in each ? [each.refusal.reason, each.position.offset] : each.record.id)),
	).toEqual([
		"a",
		["broken-row", good.length + 1],
		["broken-row", good.length + 13],
		"a",
		["broken-row", 2 * good.length + 21],
	]);
});

test("OpenAI: parts with data URLs; a URL is left out", async () => {
	const url = `data:image/png;base64,${Buffer.from("12345").toString("base64")}`;
	const ask = (image: string) => ({
		messages: [
			{ role: "developer", content: "Be short." },
			{
				role: "user",
				content: [
					{ type: "image_url", image_url: { url: image } },
					{ type: "text", text: "What?" },
				],
			},
			{ role: "assistant", content: "A cat." },
		],
	});
	expect(await told("a.jsonl", lines(ask(url), ask("http://a/b.png"), ask("data:image/png,abc")))).toEqual([
		"openai",
		"-: image 5 bytes | system: Be short. | user: [image]What? | assistant: A cat.",
		"left out (remote-media): image_url: http://a/b.png: is a URL",
		"left out (unreadable-media): image_url: a data URL that is not base64",
	]);
});

test("ms-swift: columns, inline tags, loss, query and response", async () => {
	expect(
		await told(
			"a.jsonl",
			lines(
				{
					messages: [
						{ role: "user", content: "<image>x<video>" },
						{ role: "assistant", content: "y" },
					],
					images: ["a.png"],
					videos: ["v.mp4"],
				},
				{
					messages: [
						{ role: "user", content: "<img>in/a.png</img>x<video>b.mp4</video>" },
						{ role: "assistant", content: "y", loss: false },
					],
				},
				{ query: "<image>q", response: "r", history: [["q0", "r0"]], images: "a.png" },
				{ messages: [{ role: "user", content: "<image>a.png</image>" }], images: ["b.png"] },
			),
		),
	).toEqual([
		"ms-swift",
		"-: image a.png video v.mp4 | user: [image]x[video] | assistant: y",
		"-: image in/a.png video b.mp4 | user: [image]x[video] | assistant (untrained): y",
		"-: image a.png | user: q0 | assistant: r0 | user: [image]q | assistant: r",
		"left out (unknown-layout): media both in the messages and in a column of their own",
	]);
});

test("trl: prompt and completion as text or messages, images beside them", async () => {
	expect(
		await told(
			"a.jsonl",
			lines(
				{ prompt: "<image>What?", completion: "A cat.", images: ["a.png"] },
				{
					prompt: [
						{ role: "user", content: [{ type: "image" }, { type: "text", text: "What?" }] },
						{ role: "assistant", content: "Hm" },
					],
					completion: [{ role: "assistant", content: "A cat." }],
					images: ["a.png"],
				},
				{ prompt: 5, completion: "x" },
			),
		),
	).toEqual([
		"trl",
		"-: image a.png | user: [image]What? | assistant: A cat.",
		"-: image a.png | user: [image]What? | assistant (untrained): Hm | assistant: A cat.",
		"left out (unknown-layout): prompt: number where a list is expected",
	]);
});

test("LLaVA-OneVision-2: prompts and captions are turns", async () => {
	expect(
		await told(
			"a.jsonl",
			lines(
				{ id: "a", images: ["a.jpg"], prompts: ["<image>What?", "And?"], captions: ["A cat.", "No more."] },
				{ id: "b", images: [], prompts: ["x"], captions: ["y", "z"] },
			),
		),
	).toEqual([
		"onevision-2",
		"a: image a.jpg | user: [image]What? | assistant: A cat. | user: And? | assistant: No more.",
		"left out (unknown-layout): prompts: 1 beside 2 captions",
	]);
});

test("a format that is named takes its own layouts only, and a wrong name is refused", async () => {
	const row = lines({ messages: [{ role: "user", content: "Hi" }] });
	expect(await told("a.jsonl", row, "llava")).toEqual([
		"llava",
		"left out (unknown-layout): keys messages: none of conversations",
	]);
	await expect(told("a.jsonl", row, "lava")).rejects.toMatchObject({
		code: "unknown-name",
		message: expect.stringContaining("did you mean llava?"),
	});
	await expect(told("a.jsonl", "hello")).rejects.toMatchObject({
		code: "unreadable-file",
		message: expect.stringContaining("of no format"),
	});
	await expect(readAll(join(folderOf(), "none.json"))).rejects.toMatchObject({ code: "unreadable-file" });
});

test("a folder: every media file in order, hidden files and loops of links passed over", async () => {
	const root = folderOf({
		"b/2.png": "x",
		"b/1.JPG": "x",
		"a.mp4": "x",
		".hidden.png": "x",
		"notes.txt": "x",
	});
	mkdirSync(join(root, "c"));
	symlinkSync(root, join(root, "c/loop"));
	const { format, found } = await readAll(root);
	expect([format, ...found.map(tell)]).toEqual([
		"folder",
		"a.mp4: video a.mp4",
		"b/1.JPG: image b/1.JPG",
		"b/2.png: image b/2.png",
	]);
});

test("a row longer than the head of the file still tells its format", async () => {
	const rows = [{ id: "a", conversations: chat("x".repeat(100_000), "y") }];
	expect((await told("a.json", JSON.stringify(rows)))[0]).toBe("llava");
});
