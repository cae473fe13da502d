/**
 * Exercise 4 of the lesson: trained on 8 frames, asked about 30 seconds. Which breaks first, the context or the stride?
 */

import { describe, expect, test } from "vitest";
import { type ExtrapolationQuestion, extrapolate } from "./extrapolate.ts";

/**
 * LLaVA-OneVision: 196 tokens per frame and one newline, with 256 of text, in a context that fits exactly 160 frames.
 */
const QUESTION: ExtrapolationQuestion = {
	trained: { frames: 8, seconds: 10 },
	asked: { frames: 8, seconds: 30 },
	contextTokens: 160 * 196 + 1 + 256,
	textTokens: 256,
	countFrames: (frames) => 196 * frames + 1,
};
const ask = (changes: Partial<ExtrapolationQuestion> = {}) => extrapolate({ ...QUESTION, ...changes });

describe("8 frames over 30 s, trained on 8 frames over 10 s", () => {
	const answer = ask();
	test("frames lie 3.75 s apart instead of 1.25 s: three times the trained stride", () => {
		expect([answer.trained.stride, answer.asked.stride, answer.strideRatio]).toEqual([1.25, 3.75, 3]);
	});
	test("the tokens are a twentieth of the context", () => {
		expect(answer.asked.contextTokens).toBe(8 * 196 + 1 + 256);
		expect(answer.contextShare).toBeCloseTo(1825 / 31_617, 12);
	});
	test("temporal reasoning breaks first, and the remedy fits", () => {
		expect(answer.breaksFirst).toBe("temporal-stride");
		expect(answer.framesForTrainedStride).toBe(24);
		expect(answer.summary).toMatchInlineSnapshot(
			`"temporal reasoning breaks first, not the budget: one frame per 3.75 s against 1.25 s in training, at 6 % of the context; 24 frames would keep the trained stride and still fit"`,
		);
	});
	test("reports how many frames fit in the context, and how long they last at the trained stride", () => {
		expect(answer.framesThatFit).toBe(160);
		expect(answer.secondsAtTrainedStride).toBe(200);
	});
});

test("nothing breaks when frames keep the stride and are at most twice those of training", () => {
	const answer = ask({ trained: { frames: 12, seconds: 15 }, asked: { frames: 24, seconds: 30 } });
	expect(answer).toMatchObject({ strideRatio: 1, breaksFirst: "nothing" });
	expect(answer.summary).toMatchInlineSnapshot(
		`"nothing breaks: one frame per 1.25 s against 1.25 s in training, at 16 % of the context"`,
	);
});

test("more than twice the trained frames break, even at the trained stride", () => {
	const answer = ask({ asked: { frames: 24, seconds: 30 } });
	expect(answer.breaksFirst).toBe("frame-count");
	expect(answer.summary).toMatchInlineSnapshot(
		`"24 frames are more than twice the 8 of training: accuracy fell there when it was measured (LLaVA-Video, table 8)"`,
	);
});

describe("judged absolutely, whatever the training was", () => {
	test.each([
		[1, 150, "blind"],
		[1, 1.5, "dense"],
		[8, 30, "sparse"],
		[10, 30, "dense"],
		[4, 600, "blind"],
		[17, 600, "sparse"],
	] as const)("%d frames over %d s: %s", (frames, seconds, coverage) => {
		expect(ask({ trained: {}, asked: { frames, seconds } }).coverage).toBe(coverage);
	});
	test("one frame in 150 s is blind though it was trained so", () => {
		const one = { frames: 1, seconds: 150 };
		const answer = ask({ trained: one, asked: one });
		expect(answer).toMatchObject({ differs: false, breaksFirst: "blind-sampling" });
		expect(answer.summary).toMatchInlineSnapshot(
			`"sampling is blind: one frame per 150 s; what happens between is never seen; 50 frames would make it dense, 160 fit the context"`,
		);
	});
	test("unpublished values are not compared", () => {
		const answer = ask({ trained: { frames: 32 }, asked: { frames: 17, seconds: 60 } });
		expect(answer).not.toHaveProperty("strideRatio");
		expect(answer).toMatchObject({ differs: true, breaksFirst: "nothing" });
	});
});

test("one and a half times the trained stride is tolerated, more is reported", () => {
	expect(ask({ asked: { frames: 16, seconds: 30 } }).breaksFirst).toBe("nothing");
	expect(ask({ asked: { frames: 15, seconds: 30 } }).breaksFirst).toBe("temporal-stride");
});

test("frames over the context: the context breaks first, even at a finer stride", () => {
	const answer = ask({ asked: { frames: 256, seconds: 30 } });
	expect(answer.breaksFirst).toBe("context");
	expect(answer.contextShare).toBeGreaterThan(1);
	expect(answer.summary).toMatchInlineSnapshot(
		`"the context breaks first: 160 % of the context; at most 160 frames fit"`,
	);
});

test("a clip too long for the trained stride in any number of frames that fit says so", () => {
	expect(ask({ asked: { frames: 64, seconds: 600 } }).summary).toMatchInlineSnapshot(
		`"temporal reasoning breaks first, not the budget: one frame per 9.38 s against 1.25 s in training, at 40 % of the context; keeping the trained stride takes 480 frames, only 160 fit"`,
	);
});

test("framesThatFit never overstates, and is at most seven short", () => {
	for (const contextTokens of [257 + 196 * 3, 10_000, 32_768, 131_072]) {
		const { framesThatFit } = ask({ contextTokens });
		const most = Math.floor((contextTokens - 257) / 196);
		expect(framesThatFit).toBeLessThanOrEqual(most);
		expect(framesThatFit).toBeGreaterThan(most - 8);
	}
});

test("not even one frame fits", () => {
	expect(ask({ contextTokens: 100 })).toMatchObject({ framesThatFit: 0, breaksFirst: "context" });
});

test("frame counts that a family refuses are skipped", () => {
	const even = (frames: number) => (frames % 2 === 0 ? 100 * frames : undefined);
	expect(ask({ countFrames: even, contextTokens: 2400, textTokens: 0 }).framesThatFit).toBe(24);
});
