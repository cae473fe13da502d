/** LLaVA-OneVision-2: the step at 30 s, counts that exceed the context, and the unreleased sizes. */

import { expect, test } from "vitest";
import { checkpointById } from "../../checkpoints.ts";
import { createCounter, createCounterFrom } from "../../count.ts";
import { tokenizeText } from "../../layout.ts";
import { checkpoints } from "./checkpoints.ts";

const clip = (frames: number) =>
	({ media: [{ kind: "video", width: 1280, height: 720, frames, fps: 30 }] }) as const;

test("16 frames just below 30 s, 384 from there on: told, and flagged as over the context", () => {
	const { count } = createCounter("llava-onevision-2-8b");
	const [below, at] = [count(clip(897)), count(clip(900))];
	expect([below.items[0]?.frames, at.items[0]?.frames]).toEqual([16, 384]);
	expect([below.visualTokens, at.visualTokens]).toEqual([16 * 1196, 459_264]);
	expect(below.items[0]?.notes).toBeUndefined();
	expect(at.items[0]?.notes?.[0]).toContain("take max_frames=384, just below that 16");
	expect(below).not.toHaveProperty("overContext");
	expect(at.overContext).toBe(at.contextTokens - 40_960);
	const bounded = createCounterFrom("llava-onevision-2-8b", { max_frames: 32 }).count(clip(900));
	expect(bounded.overContext).toBeUndefined();
	expect(bounded.items[0]?.notes?.[0]).toContain("max_frames=32");
});

test("a tokenizer's count is flagged like an estimated one", () => {
	const layout = createCounter("llava-onevision-2-8b").count(clip(900));
	const tokenized = tokenizeText(layout, () => 3, 40_960);
	expect(tokenized.contextTokens).toBe(459_264 + 2 * 384 + 3 * 384);
	expect(tokenized.overContext).toBe(tokenized.contextTokens - 40_960);
	expect(tokenizeText(layout, () => 3, 1e9)).not.toHaveProperty("overContext");
});

/** transformers 5.18 `smart_resize(height, width, patch · merge, 200704, 1605632)`, area over the factor's square. */
test.each([
	["llava-onevision-2-4b", 28, [391, 1980, 284, 256]],
	["llava-onevision-2-4b-p14m3", 42, [165, 880, 144, 121]],
	["llava-onevision-2-4b-p16m2", 32, [300, 1508, 252, 196]],
	["llava-onevision-2-4b-p16m3", 48, [130, 665, 126, 100]],
] as const)("%s: tokens of %i px", (id, factor, tokens) => {
	const counter = createCounterFrom(id);
	const sizes = [
		[640, 480],
		[1920, 1080],
		[100, 2000],
		[64, 64],
	] as const;
	const counted = sizes.map(([width, height]) => {
		const { items } = counter.count({ media: [{ kind: "image", width, height }] });
		expect((items[0]?.canvas.width ?? 0) % factor).toBe(0);
		return items[0]?.visualTokens;
	});
	expect(counted).toEqual(tokens);
});

test("every size but the 8B is marked as not released, with the file and commit it was read in", () => {
	for (const id of Object.keys(checkpoints) as (keyof typeof checkpoints)[]) {
		const { isReleased, source } = checkpointById(id);
		expect(isReleased, id).toBe(id === "llava-onevision-2-8b" ? undefined : false);
		expect(source, id).toContain("2c3c25e");
	}
});
