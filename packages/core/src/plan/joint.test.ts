/** The joint answer equals the best of every combination, counted one by one. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SCENARIOS } from "../sample.ts";
import type { AllocationResult } from "./allocate.ts";
import { type JointScenario, planJoint, withinSample } from "./joint.ts";

/** A frontier point with these mean tokens and this fidelity. No other field is used. */
function point(tokens: number, fidelity: number): AllocationResult {
	return {
		allocation: { settings: { tokens }, summary: `${tokens}` },
		visualTokens: { mean: tokens, p50: tokens, p95: tokens, max: tokens },
		towerTokens: tokens,
		maxTowerTokens: tokens,
		logShares: { resolution: 0, density: 0, duration: 0, used: 0 },
		untrained: [],
		changed: 0,
		contextTokens: tokens,
		fidelity,
		kept: { resolution: 1, density: 1, duration: 1, images: 1 },
		leftOut: [],
	};
}

const frontier = fc
	.array(fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 1000 })), {
		minLength: 1,
		maxLength: 6,
	})
	.map((steps) => {
		let [tokens, fidelity] = [0, 0];
		return steps.map(([more, better]) => {
			tokens += more;
			fidelity += better;
			return point(tokens, fidelity / 6000);
		});
	});

const problem = fc
	.array(
		fc.record({
			share: fc.integer({ min: 1, max: 9 }),
			priority: fc.integer({ min: 0, max: 4 }),
			frontier,
			choosable: fc.uniqueArray(fc.nat(5), { minLength: 1, maxLength: 6 }),
		}),
		{ minLength: 1, maxLength: 3 },
	)
	.map((parts): JointScenario[] => {
		const total = parts.reduce((sum, { share }) => sum + share, 0);
		return parts.map((part, index) => ({
			scenario: SCENARIOS[index] ?? "video",
			share: part.share / total,
			priority: part.priority,
			frontier: part.frontier,
			choosable: within(part.choosable, part.frontier.length),
		}));
	});

/** The indices that exist in the frontier, ascending, or 0 if none does. */
function within(indices: readonly number[], length: number): number[] {
	const found = indices.filter((index) => index < length).sort((a, b) => a - b);
	return found.length > 0 ? found : [0];
}

/** Every combination of choosable points. */
function product(scenarios: readonly JointScenario[]): AllocationResult[][] {
	return scenarios.reduce<AllocationResult[][]>(
		(all, { frontier: points, choosable }) =>
			all.flatMap((picks) => choosable.map((index) => [...picks, points[index] as AllocationResult])),
		[[]],
	);
}

const tokensOf = (scenarios: readonly JointScenario[], picks: readonly AllocationResult[]): number =>
	picks.reduce((sum, pick, index) => sum + (scenarios[index]?.share ?? 0) * pick.visualTokens.mean, 0);

function worthOf(scenarios: readonly JointScenario[], picks: readonly AllocationResult[]): number {
	const weights = scenarios.map(({ share, priority }) => share * priority);
	const total = weights.reduce((sum, weight) => sum + weight, 0) || 1;
	return picks.reduce((sum, pick, index) => sum + ((weights[index] ?? 0) / total) * pick.fidelity, 0);
}

test("it is the best that fits of the full product; with nothing fitting, the smallest", () => {
	fc.assert(
		fc.property(problem, fc.integer({ min: 1, max: 2500 }), (scenarios, limit) => {
			const all = product(scenarios);
			const fitting = all.filter((picks) => tokensOf(scenarios, picks) <= limit + 1e-9);
			const joint = planJoint(scenarios, limit);
			expect(joint.fits).toBe(fitting.length > 0);
			expect(joint.combinations).toBe(all.length);
			const chosen = joint.choices.map(({ result }) => result);
			expect(joint.meanTokens).toBeCloseTo(tokensOf(scenarios, chosen), 8);
			expect(joint.fidelity).toBeCloseTo(worthOf(scenarios, chosen), 12);
			if (fitting.length > 0) {
				expect(joint.meanTokens).toBeLessThanOrEqual(limit + 1e-9);
				expect(joint.fidelity).toBeCloseTo(
					Math.max(...fitting.map((picks) => worthOf(scenarios, picks))),
					12,
				);
			} else {
				expect(joint.meanTokens).toBeCloseTo(Math.min(...all.map((picks) => tokensOf(scenarios, picks))), 8);
			}
		}),
		{ seed: 11, numRuns: 1000 },
	);
});

test("a larger limit never lowers fidelity", () => {
	fc.assert(
		fc.property(problem, fc.nat(2000), fc.nat(500), (scenarios, limit, more) => {
			const [low, high] = [planJoint(scenarios, limit), planJoint(scenarios, limit + more)];
			if (low.fits) expect(high.fidelity).toBeGreaterThanOrEqual(low.fidelity - 1e-12);
		}),
		{ seed: 12, numRuns: 300 },
	);
});

describe("where spare tokens help", () => {
	const two = (priority: number): JointScenario[] => [
		{
			scenario: "single-image",
			share: 0.5,
			priority: 1,
			frontier: [point(1000, 0.5), point(2000, 0.6)],
			choosable: [0, 1],
		},
		{
			scenario: "video",
			share: 0.5,
			priority,
			frontier: [point(1000, 0.2), point(1500, 0.4)],
			choosable: [0, 1],
		},
	];

	test("the scenario that gains most per token is named", () => {
		const joint = planJoint(two(1), 1000);
		expect(joint.spendNext).toBe("video");
		expect(joint.choices.map(({ gainPer1000Tokens }) => gainPer1000Tokens)).toEqual([
			expect.closeTo(0.1, 12),
			expect.closeTo(0.4, 12),
		]);
		expect(joint.choices[1]?.mixGainPer1000Tokens).toBeCloseTo(0.4, 12);
	});

	test("a scenario of priority 0 gains nothing and gets its smallest allocation", () => {
		const joint = planJoint(two(0), 10_000);
		expect(joint.choices.map(({ result }) => result.visualTokens.mean)).toEqual([2000, 1000]);
		expect(joint.spendNext).toBeUndefined();
	});

	test("at the top of every frontier nothing is named", () => {
		expect(planJoint(two(1), 10_000)).not.toHaveProperty("spendNext");
	});

	test("a flat next step does not hide a steep one after it", () => {
		const steep = [point(100, 0.1), point(200, 0.1001), point(300, 0.9)];
		const joint = planJoint(
			[{ scenario: "video", share: 1, priority: 1, frontier: steep, choosable: [0, 1, 2] }],
			100,
		);
		expect(joint.choices[0]?.gainPer1000Tokens).toBeCloseTo(4, 9);
	});
});

test("a point that lets one sample grow too long is passed over, not taken as the end", () => {
	const long = { ...point(200, 0.4), visualTokens: { mean: 200, p50: 200, p95: 900, max: 900 } };
	const points = [point(100, 0.2), long, point(300, 0.6)];
	const choosable = withinSample(points, "max", 500);
	expect(choosable).toEqual([0, 2]);
	const joint = planJoint(
		[{ scenario: "multi-image", share: 1, priority: 1, frontier: points, choosable }],
		300,
	);
	expect(joint.choices[0]?.result).toBe(points[2]);
	expect(withinSample([long], "max", 500)).toEqual([0]);
});

test("of two combinations of the same tokens the better one is taken", () => {
	// 100 + 300 and 200 + 200 tokens, at equal shares.
	const scenario = (name: JointScenario["scenario"], points: AllocationResult[]): JointScenario => ({
		scenario: name,
		share: 0.5,
		priority: 1,
		frontier: points,
		choosable: points.map((_, index) => index),
	});
	const steep = scenario("video", [point(100, 0.1), point(200, 0.8), point(300, 0.85)]);
	const flat = scenario("single-image", [point(100, 0.1), point(200, 0.2), point(300, 0.3)]);
	for (const scenarios of [
		[steep, flat],
		[flat, steep],
	]) {
		const { choices, meanTokens } = planJoint(scenarios, 200);
		expect(meanTokens).toBe(200);
		expect(choices.map(({ result }) => result.fidelity).toSorted()).toEqual([0.2, 0.8]);
	}
});

test("no scenarios: nothing chosen, nothing spent, and it fits", () => {
	expect(planJoint([], 100)).toEqual({
		meanTokensLimit: 100,
		meanTokens: 0,
		fidelity: 0,
		fits: true,
		choices: [],
		combinations: 1,
	});
});
