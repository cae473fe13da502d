/** `onevision fit` from the user's side: each question, its notes, and what is rejected. */

import { expect, test } from "vitest";
import { runInMemory } from "../testing/terminal.ts";

const fit = (args: string, input = "") =>
	runInMemory(["fit", ...args.split(" ").filter((word) => word !== "")], { cwd: "/", input });

test("an aspect ratio: the largest image and the first that does not fit", async () => {
	const { out, err, status } = await fit("--aspect 16:9 --tokens 1280 -m qwen2.5-vl-7b");
	expect([status, err]).toEqual([0, ""]);
	expect(out).toMatchInlineSnapshot(`
		"Qwen2.5-VL 7B as transformers counts it, at most 1,280 visual tokens

		                size  visual tokens
		largest     1329x748          1,269
		first over  1330x748          1,296
		"
	`);
});

test("one image is shrunk; JSON holds the same answer", async () => {
	const { out } = await fit("--image 1920x1080 -t 1280 -m qwen2.5-vl-7b --json");
	expect(JSON.parse(out)).toMatchObject({
		question: "size",
		maxTokens: 1280,
		largest: { value: { width: 1329, height: 748 }, visualTokens: 1269 },
		searched: "every",
	});
});

test("a video: how much of it fits, and a note where a search in steps could miss a dip", async () => {
	const { out } = await fit("--video 1280x720@30:600 -t 8000 -m qwen3-vl");
	expect(out).toMatchInlineSnapshot(`
		"Qwen3-VL 8B as transformers counts it, at most 8,000 visual tokens

		            frames  seconds  visual tokens
		largest        284     9.47          7,920
		first over     285     9.50          8,800
		note: videos are sampled as transformers does by itself; --set num_frames=N
		takes N frames
		note: searched in steps of 2 %: it fits and the next does not, but a narrow dip
		further up could be missed
		note: the whole clip fits with --set num_frames=16000: 8,000 tokens
		"
	`);
});

test("a setting for several media as one sample", async () => {
	const { out } = await fit("--video 1280x720@10:60 -t 8000 --setting num_frames -m qwen3-vl");
	expect(out).toMatchInlineSnapshot(`
		"Qwen3-VL 8B as transformers counts it, at most 8,000 visual tokens

		            num_frames  visual tokens
		largest             18          7,920
		first over          19          8,800
		"
	`);
});

const LINES = [
	{ media: [{ kind: "image", width: 1920, height: 1080 }], textTokens: 100 },
	{ media: [{ kind: "video", width: 640, height: 360, frames: 240, fps: 24 }] },
	{ media: [{ kind: "video", width: 640, height: 360 }] },
	{ media: [] },
]
	.map((line) => JSON.stringify(line))
	.join("\n");

test("JSON Lines: the max_length they need, its estimated part, and the line of the longest", async () => {
	const { out, err, status } = await fit("--jsonl - -m qwen3-vl -t 1000", LINES);
	expect(status).toBe(1);
	expect(err).toMatchInlineSnapshot(`
		"onevision: 1 left out, e.g. line 3: video without frames: give how many frames the file holds
		"
	`);
	expect(out).toMatchInlineSnapshot(`
		"Qwen3-VL 8B as transformers counts it

		     tokens  estimated  line
		p95   2,282         60     2
		p99   2,282         60     2
		max   2,282         60     2

		max_length 2,282 takes 100 % of 3 samples whole, 0.9 % of a context of 262,144
		2 samples are longer than 1,000 tokens
		note: videos are sampled as transformers does by itself; --set num_frames=N
		takes N frames
		note: text between frames (timestamps) is estimated without a tokenizer
		(--tokenizer counts it)
		"
	`);
	const half = JSON.parse((await fit("--jsonl - -m qwen3-vl --quantile 0.5 --json", LINES)).out);
	expect(half).toMatchObject({ question: "length", samples: 3, over: 1, max: { line: 2, exact: false } });
});

test("a question that is no question is refused with one line", async () => {
	const refuse = async (args: string) => {
		const { err, status } = await fit(args);
		expect(status).toBe(1);
		return err;
	};
	expect(await refuse("-t 100")).toMatchInlineSnapshot(`
		"onevision: give one of --image WxH, --aspect W:H, --video WxH@FPS:SECONDS or --jsonl FILE; --setting KEY takes any number of images and videos, no --aspect
		"
	`);
	expect(await refuse("--aspect 16:9")).toMatchInlineSnapshot(`
		"onevision: --tokens: give the most visual tokens, e.g. --tokens 3500
		"
	`);
	expect(await refuse("--aspect 16x9 -t 100")).toMatchInlineSnapshot(`
		"onevision: --aspect 16x9: expected W:H in whole numbers, e.g. 16:9
		"
	`);
	expect(await refuse("--aspect 1:1 -t 10")).toMatchInlineSnapshot(`
		"onevision: nothing fits 10 visual tokens: the fewest are 1485, of 1x1; allow more, or change a setting
		"
	`);
	expect(await refuse("--jsonl - --aspect 1:1")).toMatchInlineSnapshot(`
		"onevision: --jsonl stands alone: leave out --image, --video, --aspect and --setting
		"
	`);
	expect(await refuse("--jsonl - --quantile 2")).toMatchInlineSnapshot(`
		"onevision: quantile 2: give the share of samples that must fit, above 0 to 1
		"
	`);
	expect(await refuse("--aspect 1:1 -t 10 -m gpt-4o")).toMatchInlineSnapshot(`
		"onevision: gpt-4o is a closed model; fit searches open ones (onevision models), count takes both
		"
	`);
});
