/** Clips too short for the requested sampling, by model and by rule. Counts are covered by the goldens. */

import { expect, test } from "vitest";
import { createCounterFrom } from "../../count.ts";
import type { ItemLayout } from "../../layout.ts";

const clip = (frames: number, checkpoint: string, settings: Record<string, unknown>): ItemLayout => {
	const media = [{ kind: "video", width: 224, height: 168, frames, fps: 5 }] as const;
	const [item] = createCounterFrom(checkpoint, settings).count({ media }).items;
	if (item === undefined) throw new Error("no item");
	return item;
};

test("Qwen2-VL asked for more frames than there are takes all, and says that transformers refuses", () => {
	const short = clip(5, "qwen2.5-vl-7b", { num_frames: 16 });
	expect([short.frames, short.frameIndices]).toEqual([4, [0, 1, 2, 3]]);
	expect(short.notes?.[0]).toBe(
		"the clip has 5 frames, fewer than num_frames=16; transformers refuses such a call",
	);
	expect(clip(16, "qwen2.5-vl-7b", { num_frames: 16 }).notes).toBeUndefined();
});

test("Qwen3-VL repeats frames when a number is asked for, and refuses a single one otherwise", () => {
	expect(clip(1, "qwen3-vl-8b", { num_frames: 4 }).frameIndices).toEqual([0, 0, 0, 0]);
	expect(() => clip(1, "qwen3-vl-8b", {})).toThrow("too short to sample pairs");
});

test("vLLM samples Qwen2.5-VL's clips by itself, where transformers takes every frame", () => {
	expect(clip(100, "qwen2.5-vl-7b", {}).frames).toBe(100);
	expect(clip(100, "qwen2.5-vl-7b", { parity: "vllm" }).frames).toBe(40);
});
