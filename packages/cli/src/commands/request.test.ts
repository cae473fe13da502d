/** `onevision count --request` from the user's side: what is counted, what is rejected, and the exit status. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runInMemory } from "../testing/terminal.ts";

const FIXTURES = fileURLToPath(new URL("../../../media/src/fixtures/", import.meta.url));
const base64 = (name: string): string => readFileSync(FIXTURES + name).toString("base64");
const count = (body: unknown, ...more: string[]) =>
	runInMemory(["count", "--request", "-", ...more], { cwd: "/", input: JSON.stringify(body) });
const clip = (name: string, mimeType: string, videoMetadata?: object) => ({
	contents: [{ parts: [{ inlineData: { mimeType, data: base64(name) }, videoMetadata }] }],
});

test.each([
	["mp4-h264-b-frames.mp4", "video/mp4", 0],
	["mp4-moov-first-audio.mp4", "video/mp4", 32],
	["webm-vp9.webm", "video/webm", 0],
	["webm-audio-first.webm", "video/webm", 32],
] as const)("%s: sound is billed where the file has a sound track", async (name, type, audioTokens) => {
	const { out, status } = await count(clip(name, type), "-m", "gemini-3-pro", "--json");
	expect(status).toBe(0);
	const { media } = JSON.parse(out);
	expect(media.audioTokens).toBe(audioTokens);
	expect(media.audioBounds).toEqual({ min: audioTokens, max: audioTokens });
});

test("offsets bound what is counted", async () => {
	const metadata = { startOffset: "0.25s", endOffset: "0.75s", fps: 4 };
	const { out } = await count(
		clip("mp4-moov-first-audio.mp4", "video/mp4", metadata),
		"-m",
		"gemini-3-pro",
		"--json",
	);
	expect(JSON.parse(out).items[0].count).toMatchObject({ frames: 2, audioTokens: 13 });
});

const claude = (type: string, name: string) => ({
	model: "claude-opus-4-7",
	max_tokens: 1,
	system: "Be brief.",
	messages: [
		{
			content: [
				{ type: "image", source: { type: "base64", media_type: type, data: base64(name) } },
				{
					type: "image_url",
					image_url: { url: `data:image/png;base64,${base64("png-rgb.png")}` },
				},
			],
		},
	],
});

test("a wrong type and a part of another API are counted and rejected", async () => {
	const { out, status } = await count(claude("image/png", "jpeg-baseline.jpg"));
	expect(status).toBe(1);
	expect(out.match(/messages\[0\]\.content\[\d\] +\d+x\d+ +documented/g)).toHaveLength(2);
	expect(out).toContain('declared as "image/png", its bytes are jpeg; declare image/jpeg');
	expect(out).toContain('messages[0].content[1]: type "image_url": Messages takes text');
	const elsewhere = await count(claude("image/jpeg", "jpeg-baseline.jpg"), "--api", "openai-chat");
	// It is not published whether this provider's version of Chat Completions rejects it: a note, not a rejection.
	expect(elsewhere).toMatchObject({ status: 0 });
	expect(elsewhere.out).toMatch(/note: messages\[0\]\.content\[0\]: type "image".*is not published/);
});

test("an API that does not exist, and --api without a request, are refused", async () => {
	const wrong = await count({ messages: [] }, "--api", "openai");
	expect(wrong).toMatchObject({
		status: 1,
		err: expect.stringMatching(/--api: expected one of openai-chat/),
	});
	const idle = await runInMemory(["count", "--image", "9x9", "--api", "openai-chat"], { cwd: "/" });
	expect(idle.err).toContain("--api: goes with --request");
});
