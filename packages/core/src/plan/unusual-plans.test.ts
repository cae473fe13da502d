/**
 * Requests that are unusual but valid, or wrong in ways that must be reported. None hangs, and none passes silently.
 */

import { OnevisionError } from "@onevision/base";
import { describe, expect, test } from "vitest";
import { plan } from "./plan.ts";
import type { PlanRequest } from "./request.ts";

const rulesOf = (request: PlanRequest): string[] => plan(request).findings.map(({ rule }) => rule);

describe("extrapolation", () => {
	test("a model that shrinks frames to fit its clip limit plans at once, and says how many fit at least", () => {
		const { extrapolation } = plan({ model: "qwen3-vl-8b" });
		expect(extrapolation?.framesThatFit).toBe(4096);
	});

	test("the number of frames that fit is exact for LLaVA-OneVision", () => {
		// (32,768 − 256 text − 1 newline) / 196 = 165.8
		expect(plan({}).extrapolation?.framesThatFit).toBe(165);
	});

	test("more frames than the context holds break the context", () => {
		const { extrapolation } = plan({ inference: { frames: 5000, seconds: 3000 } });
		expect(extrapolation).toMatchObject({ breaksFirst: "context", asked: { frames: 5000 } });
	});

	test("trained and requested clips are compared the same way when inference is not specified", () => {
		expect(plan({}).extrapolation?.breaksFirst).toBe("nothing");
	});
});

test("frames at full density are refused by their rule when the request leaves nothing else", () => {
	const limits = { frames: { min: 8, max: 8 }, pooling: { min: 1, max: 1 } };
	expect(plan({ limits })).toMatchObject({ refused: true });
	expect(rulesOf({ limits })).toContain("frames-at-full-density");
});

describe("a model that does not support a scenario of the mix", () => {
	test("is refused, with a hint about what to leave out", () => {
		const { findings, refused } = plan({ model: "llava-1.5-7b" });
		expect(refused).toBe(true);
		expect(findings.map(({ message }) => message)).toContain(
			"LLaVA-1.5 takes no video; leave it out of the mix or choose another model",
		);
	});

	test("plans the others, and no stage counts what it cannot take", () => {
		const { refused, curriculum } = plan({
			model: "llava-1.5-7b",
			mix: { "single-image": 70, "multi-image": 30 },
		});
		expect(refused).toBe(false);
		for (const { mixture } of curriculum.stages) {
			expect(mixture.video).toBe(0);
			expect(mixture["single-image"] + mixture["multi-image"]).toBeCloseTo(1, 12);
		}
	});

	test("may apply to only some checkpoints: images are still planned", () => {
		expect(plan({ model: "minicpm-v-2.5", mix: { "single-image": 100 } }).scenarios).toHaveLength(1);
	});
});

test("the fixed side of the contrast is left out where the plan has no such scenario", () => {
	const { byDuration, byResolution } = plan({ mix: { "single-image": 100 } }).fixedAgainstDynamic;
	expect(byDuration.every(({ fixed }) => fixed === undefined)).toBe(true);
	expect(byResolution.every(({ fixed }) => fixed !== undefined)).toBe(true);
});

test("no single images is fine for a model whose budget is dynamic already", () => {
	expect(rulesOf({ model: "qwen2.5-vl-7b", mix: { video: 100 } })).not.toContain("no-single-image");
	expect(rulesOf({ mix: { video: 100 } })).toContain("no-single-image");
});

test("many images per sample and many sizes are planned from an even selection", () => {
	const images = Array.from({ length: 1000 }, (_, index) => ({
		width: 100 + index,
		height: 100 + ((index * 7) % 900),
	}));
	const { scenarios } = plan({ media: { images, imagesPerSample: { min: 1, max: 60 } } });
	const several = scenarios.find(({ scenario }) => scenario === "multi-image");
	expect(several?.media.samples).toBe(16 * 200);
	expect(several?.search.evaluated).toBeLessThanOrEqual(3 * 16);
});

test.each<[string, unknown]>([
	["an unknown key", { budgets: 3 }],
	["a budget that is no number", { budget: Number.NaN }],
	[
		"a custom tile smaller than two patches",
		{ model: { tower: "siglip2-so400m-patch16-512", languageModel: "qwen2-7b", tile: 14 } },
	],
	[
		"a projector that would merge what the recipe does not",
		{ model: { tower: "siglip-so400m-patch14-384", languageModel: "qwen2-7b", projector: "patch-merger" } },
	],
])("%s is refused in code as on the command line", (_what, request) => {
	expect(() => plan(request as PlanRequest)).toThrow(OnevisionError);
});

test("alignment counts merged tokens for a projector that merges", () => {
	const alignment = plan({ model: "qwen2.5-vl-7b", curriculum: { start: "scratch" } }).curriculum.stages[0];
	expect(alignment?.visualTokens).toBe(Math.ceil(729 / 4));
});
