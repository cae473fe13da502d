/**
 * Whole plans: the same request gives the same plan, its numbers are consistent, and other families can be planned too.
 */

import { OnevisionError } from "@onevision/base";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createCounterFrom } from "../count.ts";
import { SCENARIOS, type Scenario } from "../sample.ts";
import { limitImages } from "./allocate.ts";
import { fidelityGap, isClearlyLess } from "./fidelity.ts";
import { profileMedia } from "./media-profile.ts";
import { type Plan, plan } from "./plan.ts";
import type { PlanRequest } from "./request.ts";

const SINGLE: PlanRequest["mix"] = { "single-image": 100 };
const settingsOf = (answer: Plan, scenario: Scenario): string[] =>
	Object.keys(answer.scenarios.find((one) => one.scenario === scenario)?.chosen.allocation.settings ?? {});

/** Every number in a value. */
function numbersIn(value: unknown): number[] {
	if (typeof value === "number") return [value];
	if (typeof value !== "object" || value === null) return [];
	return Object.values(value).flatMap(numbersIn);
}

/** Invariants of any plan. */
function checkPlan(answer: Plan): void {
	const { scenarios, request, joint, costs = [], skills } = answer;
	expect(numbersIn(answer).every(Number.isFinite)).toBe(true);
	const expected = scenarios.reduce((sum, { share, chosen }) => sum + share * chosen.visualTokens.mean, 0);
	expect(answer.expectedTokens).toBe(expected);
	const order = scenarios.map(({ scenario }) => scenario);
	expect(order).toEqual(SCENARIOS.filter((scenario) => order.includes(scenario)));
	expect([joint.choices.length, costs.length]).toEqual([order.length, order.length]);
	expect(skills.length).toBeGreaterThan(0);
	if (joint.fits) expect(joint.meanTokens).toBeLessThanOrEqual(request.meanTokens + 1e-6);
	for (const { chosen, budgetShare, status, runnersUp, nextUp } of scenarios) {
		expect(budgetShare).toBe(chosen.visualTokens[request.fit] / request.budget);
		expect(status).toBe(
			budgetShare > 1.3
				? "context-risk"
				: budgetShare > 1
					? "over-budget"
					: budgetShare < 0.7
						? "under-tokenized"
						: "fits",
		);
		for (const other of runnersUp) expect(other.fidelity).toBeLessThanOrEqual(chosen.fidelity);
		if (nextUp !== undefined) expect(nextUp.visualTokens[request.fit]).toBeGreaterThan(request.budget);
	}
	for (const { cost, scenario } of costs) {
		const chosen = scenarios.find((one) => one.scenario === scenario)?.chosen;
		expect(cost.promptTokens).toBeGreaterThanOrEqual(
			request.textTokens.prompt + (chosen?.visualTokens.p50 ?? 0),
		);
	}
}

describe("nothing asked", () => {
	const answer = plan({});

	test("every scenario fits the budget of 3,500 within 30 %", () => {
		expect(answer.scenarios.map(({ scenario, status }) => [scenario, status])).toEqual([
			["single-image", "fits"],
			["multi-image", "fits"],
			["video", "fits"],
		]);
		for (const { chosen } of answer.scenarios) expect(chosen.visualTokens.p95).toBeLessThanOrEqual(3500);
		expect(answer.refused).toBe(false);
	});
	test("the same request gives the same plan, to the letter", () => {
		expect(JSON.stringify(plan({}))).toBe(JSON.stringify(answer));
	});
	test("its numbers are consistent", () => checkPlan(answer));
	test("it is plain data: it survives JSON", () => {
		expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
	});
	test("recounting the chosen settings gives the promised tokens", () => {
		for (const { scenario, chosen } of answer.scenarios) {
			const counter = createCounterFrom("llava-onevision", chosen.allocation.settings);
			const tokens = profileMedia(undefined, [])[scenario].samples.map(({ sample }) => {
				return counter.count(limitImages(sample, chosen.allocation.maxImages)).visualTokens;
			});
			expect(chosen.visualTokens.max).toBe(Math.max(...tokens));
			expect(chosen.visualTokens.mean).toBeCloseTo(tokens.reduce((a, b) => a + b, 0) / tokens.length, 9);
		}
	});
	test("the joint answer is at least as good on the mix as planning each alone", () => {
		const alone = answer.scenarios.reduce((sum, { share, chosen }) => sum + share * chosen.fidelity, 0);
		expect(answer.joint.fidelity).toBeGreaterThanOrEqual(alone);
	});
});

test("files take precedence: the plan is counted on them and says so", () => {
	const answer = plan({ mix: SINGLE }, [{ media: [{ kind: "image", width: 384, height: 384 }] }]);
	expect(answer.scenarios[0]?.media).toEqual({ samples: 1, origin: "files", note: "1 image from files" });
	expect(answer.findings.map(({ rule }) => rule)).not.toContain("assumed-media");
});

describe("a scenario that is not in the mix", () => {
	const answer = plan({
		mix: { "single-image": 70, "multi-image": 30 },
		curriculum: { start: "scratch" },
	});
	test("is not planned, joined or costed", () => {
		expect(answer.scenarios.map(({ scenario }) => scenario)).toEqual(["single-image", "multi-image"]);
		checkPlan(answer);
	});
	test("has no extrapolation when it is video", () => expect(answer).not.toHaveProperty("extrapolation"));
	test("still has its part in the OneVision stage, which keeps the paper's mixture", () => {
		const [onevision, transfer] = ["onevision", "task-transfer"].map((id) =>
			answer.curriculum.stages.find(({ stage }) => stage === id),
		);
		expect(onevision?.mixture.video).toBeGreaterThan(0.2);
		expect(transfer?.mixture.video).toBe(0);
		expect(onevision?.visualTokens).toBeGreaterThan(1000);
	});
});

describe("deploy", () => {
	const answer = plan({ purpose: "deploy" });
	test("changes only settings the released checkpoint accepts", () => {
		expect(SCENARIOS.map((scenario) => settingsOf(answer, scenario))).toEqual([
			["max_tiles", "anyres_max"],
			[],
			["num_frames"],
		]);
		checkPlan(answer);
	});
	test("training may pool as well", () => {
		expect(settingsOf(plan({}), "video")).toContain("video_pooling");
	});
	test("does not warn of training memory", () => {
		const small = plan({ purpose: "deploy", hardware: { count: 1, zeroStage: 0 } });
		expect(small.findings.map(({ rule }) => rule)).not.toContain("memory-per-accelerator");
	});
});

describe("other models", () => {
	test("Qwen2.5-VL: pixel limits and frames, pairs of frames", () => {
		const answer = plan({ model: "qwen2.5-vl-7b" });
		checkPlan(answer);
		expect(SCENARIOS.map((scenario) => settingsOf(answer, scenario))).toEqual([
			["max_pixels"],
			["max_pixels"],
			["num_frames", "video_max_pixels"],
		]);
		expect(answer.refused).toBe(false);
	});
	test("LLaVA-1.5, single images only: 576 tokens, nothing to choose", () => {
		const answer = plan({ model: "llava-1.5-7b", mix: SINGLE });
		checkPlan(answer);
		const [only] = answer.scenarios;
		expect(only?.chosen.visualTokens).toEqual({ mean: 576, p50: 576, p95: 576, max: 576 });
		expect(only?.chosen.allocation.summary).toBe("fixed by the model");
		expect(only?.runnersUp).toEqual([]);
	});
	test("a custom tower and language model: 24×24 patches, 144 tokens pooled by two", () => {
		const answer = plan({
			model: { tower: "clip-vit-l14-336", languageModel: "vicuna-7b", contextTokens: 8192 },
			media: { imagesPerSample: { min: 4, max: 4 } },
		});
		checkPlan(answer);
		const [, several] = answer.scenarios;
		expect(several?.chosen.visualTokens.max).toBe(4 * (576 + 1));
	});
	test("follows the requested arithmetic", () => {
		const media: PlanRequest["media"] = { images: [{ width: 1107, height: 820 }] };
		const limits: PlanRequest["limits"] = { tiles: { min: 36, max: 36 }, pooling: { min: 1, max: 1 } };
		const most = (parity: string): number | undefined =>
			plan({ parity, media, limits, mix: SINGLE, budget: 100_000 }).scenarios[0]?.chosen.visualTokens.max;
		expect([most("transformers"), most("original")]).toEqual([5731, 5567]);
	});
});

describe("clips of 4 s to 10 min", () => {
	const seconds = [4, 8, 15, 30, 60, 120, 300, 600];
	const framesOf = (request: PlanRequest): number => {
		const video = plan(request).scenarios.find(({ scenario }) => scenario === "video");
		return video?.chosen.frames?.p50 ?? 0;
	};
	const clips = (...durations: number[]): NonNullable<PlanRequest["media"]> => ({
		videos: durations.map((each) => ({ width: 640, height: 360, seconds: each })),
	});
	test.each([
		"train",
		"deploy",
	] as const)("to %s: at least 8 frames at 3,500 tokens, 16 at 6,000", (purpose) => {
		for (const media of [clips(...seconds), ...seconds.map((each) => clips(each))]) {
			expect(framesOf({ purpose, media, budget: 3500 })).toBeGreaterThanOrEqual(8);
			expect(framesOf({ purpose, media, budget: 6000 })).toBeGreaterThanOrEqual(16);
		}
	});
	test("at 10,000 tokens more frames than at 6,000: no rule stands in the way", () => {
		expect(framesOf({ media: clips(...seconds), budget: 10_000 })).toBeGreaterThan(
			framesOf({ media: clips(...seconds), budget: 6000 }),
		);
	});
});

test("a page to deploy has settings to paste, a plan to train has none", () => {
	const [transformers, vllm] = plan({ purpose: "deploy" }).paste;
	expect([transformers?.tool, vllm?.tool]).toEqual(["transformers", "vllm"]);
	expect(transformers?.lines.join("\n")).toContain('"num_frames": 17');
	expect(vllm?.lines.join("\n")).toContain('--media-io-kwargs \'{"video":{"num_frames":17}}\'');
	expect(plan({}).paste).toEqual([]);
});

test("a scenario over budget is never reported as fitting: 113 % of 1,290", () => {
	const media: PlanRequest["media"] = {
		images: [{ width: 384, height: 384 }],
		imagesPerSample: { min: 2, max: 2 },
	};
	const [several] = plan({
		purpose: "deploy",
		budget: 1290,
		media,
		mix: { "multi-image": 100 },
		limits: { images: { min: 2, max: 2 } },
		allow: ["no-single-image"],
	}).scenarios;
	expect(several?.chosen.visualTokens.p95).toBe(2 * 730);
	expect(several?.status).toBe("over-budget");
});

describe("budgets", () => {
	test("a larger budget never keeps clearly less, and fitting allocations stay within it", () => {
		const answers = [1024, 2000, 3500, 8000, 20_000].map((budget) => plan({ budget }));
		for (const [index, { scenarios, request }] of answers.entries()) {
			for (const [place, { chosen }] of scenarios.entries()) {
				expect(chosen.visualTokens.p95).toBeLessThanOrEqual(request.budget);
				const before = answers[index - 1]?.scenarios[place]?.chosen;
				if (before === undefined) continue;
				const gap = fidelityGap(chosen.logShares, before.logShares, request.fidelity);
				expect(isClearlyLess(gap)).toBe(false);
			}
		}
	});
	test("when nothing fits, the smallest is planned and called a context risk", () => {
		const [only] = plan({ budget: 50, mix: SINGLE }).scenarios;
		expect(only?.status).toBe("context-risk");
		expect(only?.why).toMatch(/nothing fits 50 tokens \(p95\), this is the smallest there is$/);
	});
});

test("exercise 4: eight trained frames over 30-second clips break the temporal stride, not the budget", () => {
	const { extrapolation } = plan({
		inference: { frames: 8, seconds: 30, trainedFrames: 8, trainedSeconds: 10 },
	});
	expect(extrapolation).toMatchObject({ breaksFirst: "temporal-stride", strideRatio: 3 });
	expect(extrapolation?.contextShare).toBeLessThan(0.1);
});

test("any small request is planned with finite numbers or refused with a message", () => {
	const range = (max: number) =>
		fc.tuple(fc.integer({ min: 1, max }), fc.nat(max)).map(([min, more]) => ({ min, max: min + more }));
	const anyRequest = fc.record(
		{
			budget: fc.integer({ min: 1, max: 50_000 }),
			model: fc.constantFrom(
				"llava-onevision",
				"llava-1.5-7b",
				"llava-v1.6-mistral-7b",
				"llava-next-video-7b",
			),
			mix: fc.tuple(fc.nat(100), fc.nat(100)).map(([a, b]): PlanRequest["mix"] => ({
				"single-image": Math.min(a, b),
				"multi-image": Math.abs(a - b),
				video: 100 - Math.max(a, b),
			})),
			purpose: fc.constantFrom("train", "deploy"),
			fit: fc.constantFrom("p95", "max", "mean"),
			limits: fc.record({ frames: range(20), images: range(4), tiles: range(9) }, { requiredKeys: [] }),
			media: fc.record({
				images: fc.array(
					fc.record({ width: fc.integer({ min: 1, max: 5000 }), height: fc.integer({ min: 1, max: 5000 }) }),
					{ minLength: 1, maxLength: 3 },
				),
				videos: fc.array(
					fc.record({
						width: fc.constant(640),
						height: fc.constant(360),
						seconds: fc.double({ min: 0.001, max: 3600, noNaN: true }),
					}),
					{ minLength: 1, maxLength: 2 },
				),
			}),
		},
		{ requiredKeys: [] },
	);
	fc.assert(
		fc.property(anyRequest, (request) => {
			try {
				// fast-check types an absent key as possibly undefined, but omits it.
				checkPlan(plan(request as PlanRequest));
			} catch (error) {
				if (!(error instanceof OnevisionError)) throw error;
				expect(error.message).not.toContain("\n");
			}
		}),
		{ seed: 30, numRuns: 60 },
	);
});
