/**
 * Allocation against brute force: every candidate is counted separately, and the choice is made by comparing every
 * pair.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkpointById } from "../checkpoints.ts";
import type { Settings } from "../families/family.ts";
import type { CheckpointId } from "../families/index.ts";
import { familyById } from "../families/index.ts";
import type { MediaItem, Scenario } from "../sample.ts";
import {
	type AllocationQuestion,
	type AllocationResult,
	evaluateAllocation,
	limitImages,
	prefer,
	preferredByTokens,
	searchAllocations,
} from "./allocate.ts";
import { fidelityGap, fidelityModel, isClearlyLess, isClearlyMore, type LogShares } from "./fidelity.ts";
import type { ScenarioMedia, WeightedSample } from "./media-profile.ts";
import { planScenario } from "./scenario.ts";

const ONEVISION: CheckpointId = "llava-onevision-qwen2-7b-ov";

const image = (width: number, height: number): MediaItem => ({ kind: "image", width, height });
const clip = (seconds: number): MediaItem => ({
	kind: "video",
	width: 1280,
	height: 720,
	frames: seconds * 30,
	fps: 30,
});
const weighted = (...media: MediaItem[][]): WeightedSample[] =>
	media.map((items, index) => ({ sample: { media: items }, weight: index + 1 }));

const MEDIA: Readonly<Record<Scenario, readonly WeightedSample[]>> = {
	"single-image": weighted([image(1600, 1200)], [image(1170, 2532)], [image(300, 200)]),
	"multi-image": weighted(
		[image(640, 480), image(900, 900)],
		[image(100, 100), image(5, 5), image(1920, 1080)],
	),
	video: weighted([clip(5)], [clip(30)]),
};

function question(scenario: Scenario, changes: Partial<AllocationQuestion> = {}): AllocationQuestion {
	return {
		checkpoint: checkpointById(ONEVISION),
		parity: undefined,
		scenario,
		samples: MEDIA[scenario],
		deployOnly: false,
		limits: {},
		fidelity: fidelityModel(),
		...changes,
	};
}

/** All combinations of all knob values, and of how many images are used. */
function everyCandidate(asked: AllocationQuestion): AllocationResult[] {
	const knobs = familyById(asked.checkpoint.family).knobs(asked.checkpoint.constants)[asked.scenario];
	const settings = knobs.reduce<Settings[]>(
		(all, { setting, values }) => all.flatMap((one) => values.map((value) => ({ ...one, [setting]: value }))),
		[{}],
	);
	const counts =
		asked.scenario === "multi-image"
			? [...new Set(asked.samples.map(({ sample }) => sample.media.length))]
			: [undefined];
	return settings.flatMap((one) =>
		counts.map((maxImages) => {
			const allocation = { settings: one, summary: "", ...(maxImages === undefined ? {} : { maxImages }) };
			return evaluateAllocation(asked, allocation, asked.samples);
		}),
	);
}

/** The documented preference without any shortcut: every pair is compared. */
function preferredPlainly(results: readonly AllocationResult[]): AllocationResult | undefined {
	const model = fidelityModel();
	const candidates = results.filter(
		(one) => !results.some((other) => isClearlyLess(fidelityGap(one.logShares, other.logShares, model))),
	);
	const value = (result: AllocationResult): number =>
		Math.log(result.fidelity) - 0.02 * Math.log(Math.max(1, result.towerTokens));
	const byRank = (a: AllocationResult, b: AllocationResult): number =>
		a.untrained.length - b.untrained.length || a.changed - b.changed;
	const rank = candidates.toSorted(byRank)[0];
	if (rank === undefined) return undefined;
	const level = candidates.filter((one) => byRank(one, rank) === 0);
	const best = Math.max(...level.map(value));
	return level
		.filter((one) => value(one) > best - 1e-9)
		.toSorted((a, b) => a.visualTokens.mean - b.visualTokens.mean)[0];
}

const pointOf = ({ visualTokens, fidelity }: AllocationResult): string =>
	`${visualTokens.mean.toFixed(6)} ${fidelity.toFixed(9)}`;

const CASES: readonly [string, AllocationQuestion][] = [
	["single images", question("single-image")],
	["several images", question("multi-image")],
	["video", question("video")],
	["video of Qwen2.5-VL", question("video", { checkpoint: checkpointById("qwen2.5-vl-7b") })],
	["images of LLaVA-1.6", question("single-image", { checkpoint: checkpointById("llava-v1.6-mistral-7b") })],
];

describe.each(CASES)("%s", (_name, asked) => {
	const all = everyCandidate(asked);
	const { results, frontier, searched } = searchAllocations(asked);
	const media: ScenarioMedia = { samples: asked.samples, origin: "described", note: "" };

	test("no more candidates are counted than there are, each on every distinct sample", () => {
		expect(results.length).toBeGreaterThan(0);
		expect(results.length).toBeLessThanOrEqual(all.length);
		expect(searched).toEqual({ samples: asked.samples.length, of: asked.samples.length });
	});

	test("the frontier rises in tokens and in fidelity, and each point is preferred at its level", () => {
		const levels = [...new Set(all.map(({ visualTokens }) => visualTokens.mean))].sort((x, y) => x - y);
		for (const [index, point] of frontier.entries()) {
			const next = frontier[index + 1]?.visualTokens.mean ?? Number.POSITIVE_INFINITY;
			const isPreferredAt = (level: number): boolean => {
				const within = all.filter(({ visualTokens }) => visualTokens.mean <= level);
				return pointOf(preferredPlainly(within) ?? point) === pointOf(point);
			};
			const between = levels.filter((level) => level >= point.visualTokens.mean && level < next);
			expect(between.some(isPreferredAt)).toBe(true);
			const before = frontier[index - 1];
			if (before === undefined) continue;
			expect(point.visualTokens.mean).toBeGreaterThan(before.visualTokens.mean);
			expect(point.fidelity).toBeGreaterThan(before.fidelity);
		}
	});

	test.each([
		"mean",
		"max",
	] as const)("the choice is what is preferred of all whose %s fits the budget", (fit) => {
		for (const budget of [300, 1000, 3500, 12_000]) {
			const { plan } = planScenario(asked, media, 1, budget, fit);
			const fitting = all.filter(({ visualTokens }) => visualTokens[fit] <= budget);
			const preferred = preferredPlainly(fitting);
			if (preferred === undefined) {
				const least = Math.min(...all.map(({ visualTokens }) => visualTokens[fit]));
				expect(plan.chosen.visualTokens[fit]).toBe(least);
			} else {
				expect(pointOf(plan.chosen)).toBe(pointOf(preferred));
			}
			expect(plan.budgetShare).toBe(plan.chosen.visualTokens[fit] / budget);
		}
	});

	test("nothing that fits clearly keeps more than the choice, and ties are ties", () => {
		const { plan } = planScenario(asked, media, 1, 3500, "max");
		const gapTo = (other: AllocationResult) =>
			fidelityGap(other.logShares, plan.chosen.logShares, asked.fidelity);
		for (const other of all.filter(({ visualTokens }) => visualTokens.max <= 3500)) {
			expect(isClearlyMore(gapTo(other))).toBe(false);
		}
		for (const tie of plan.ties) {
			expect(isClearlyMore(gapTo(tie)) || isClearlyLess(gapTo(tie))).toBe(false);
			expect(tie.visualTokens.max).toBeLessThanOrEqual(3500);
		}
		if (plan.nextUp !== undefined) {
			expect(isClearlyMore(gapTo(plan.nextUp))).toBe(true);
			expect(plan.nextUp.visualTokens.max).toBeGreaterThan(3500);
		}
	});

	test("every knob is explained, including its chosen value", () => {
		const { plan } = planScenario(asked, media, 1, 3500, "max");
		for (const { setting, values } of plan.alternatives) {
			const own = values.filter(({ verdict }) => verdict === "chosen");
			expect(own.map(({ value }) => value)).toEqual([plan.chosen.allocation.settings[setting]]);
			expect(values.length).toBeLessThanOrEqual(16);
			for (const { fits, visualTokens } of values) expect(fits).toBe(visualTokens.max <= 3500);
		}
	});
});

test.each([
	["video", "qwen2.5-vl-7b", "num_frames"],
	["single-image", ONEVISION, "anyres_max"],
] as const)("%s of %s: no %s, which vLLM does not read", (scenario, checkpoint, setting) => {
	const asked = (parity: "vllm" | "transformers") =>
		searchAllocations(question(scenario, { checkpoint: checkpointById(checkpoint), parity })).results.flatMap(
			({ allocation }) => Object.keys(allocation.settings),
		);
	expect(asked("vllm")).not.toContain(setting);
	expect(asked("vllm").length).toBeGreaterThan(0);
	expect(asked("transformers")).toContain(setting);
});

describe("evaluateAllocation", () => {
	const settings = { max_tiles: 36, anyres_max: 9, image_pooling: 1 };
	const asked = question("single-image");
	const result = evaluateAllocation(asked, { settings, summary: "" }, asked.samples);

	test("statistics are weighted over the samples", () => {
		const counted = asked.samples.map(
			(one) => evaluateAllocation(asked, { settings, summary: "" }, [one]).visualTokens.mean,
		);
		const mean = counted.reduce((sum, value, index) => sum + value * (index + 1), 0) / 6;
		expect(result.visualTokens.mean).toBeCloseTo(mean, 9);
		expect(result.visualTokens.max).toBe(Math.max(...counted));
	});
	test("weights matter by ratio only", () => {
		const tenfold = asked.samples.map(({ sample, weight }) => ({ sample, weight: weight * 10 }));
		const again = evaluateAllocation(asked, { settings, summary: "" }, tenfold);
		expect(again.visualTokens).toEqual(result.visualTokens);
		expect(again.fidelity).toBeCloseTo(result.fidelity, 12);
	});
	test("a refused sample is left out under its message, with its weight", () => {
		const qwen = question("single-image", {
			checkpoint: checkpointById("qwen2.5-vl-7b"),
			samples: weighted([image(640, 480)], [image(4020, 20)]),
		});
		const { leftOut, visualTokens } = evaluateAllocation(qwen, { settings: {}, summary: "" }, qwen.samples);
		expect(leftOut).toMatchInlineSnapshot(`
			[
			  {
			    "reason": "aspect ratio 201 of 4020x20: this family takes at most 200; crop or pad the image first",
			    "samples": 2,
			  },
			]
		`);
		expect(visualTokens.max).toBe(391);
	});
	test("if every sample is refused, the family's refusal is thrown", () => {
		const samples = weighted([image(4020, 20)]);
		const qwen = question("single-image", { checkpoint: checkpointById("qwen2.5-vl-7b"), samples });
		expect(() => searchAllocations(qwen)).toThrow("aspect ratio 201 of 4020x20");
	});
	test("no samples is an error, not NaN", () => {
		expect(() => evaluateAllocation(asked, { settings, summary: "" }, [])).toThrow("no samples to plan for");
	});
	test("dropped images lower fidelity by the share of pairs left", () => {
		const several = question("multi-image", { samples: weighted([image(384, 384), image(384, 384)]) });
		const of = (maxImages: number) =>
			evaluateAllocation(several, { settings: {}, summary: "", maxImages }, several.samples);
		expect(of(2)).toMatchObject({ fidelity: 1, kept: { images: 1 } });
		expect(of(1).fidelity).toBeCloseTo(0.25, 12);
		expect(of(1).kept.images).toBe(0.5);
	});
	test("context tokens leave out the sample's own text", () => {
		const sample = { media: [image(640, 480)], textTokens: 500 };
		const { contextTokens } = evaluateAllocation(asked, { settings, summary: "" }, [{ sample, weight: 1 }]);
		expect(contextTokens).toBe(2929);
	});
});

describe("bounds", () => {
	const settingsOf = (asked: AllocationQuestion): Settings[] =>
		searchAllocations(asked).results.map(({ allocation }) => allocation.settings);

	test("frames, tiles and pooling stay within the requested bounds", () => {
		const limits = { frames: { min: 8, max: 16 }, pooling: { min: 2, max: 2 }, tiles: { min: 4, max: 9 } };
		for (const { num_frames, video_pooling } of settingsOf(question("video", { limits }))) {
			expect(Number(num_frames)).toBeGreaterThanOrEqual(8);
			expect(Number(num_frames)).toBeLessThanOrEqual(16);
			expect(video_pooling).toBe(2);
		}
		for (const { max_tiles, image_pooling } of settingsOf(question("single-image", { limits }))) {
			expect([4, 5, 6, 8, 9]).toContain(max_tiles);
			expect(image_pooling).toBe(2);
		}
	});
	test("images stay within the requested bounds", () => {
		const { results } = searchAllocations(
			question("multi-image", { limits: { images: { min: 1, max: 2 } } }),
		);
		for (const { allocation } of results) expect(allocation.maxImages).toBe(2);
	});
	test("bounds that leave no choice are refused, listing what is available", () => {
		const empty = question("video", { limits: { pooling: { min: 5, max: 8 } } });
		expect(() => searchAllocations(empty)).toThrowErrorMatchingInlineSnapshot(
			`[OnevisionError: limits.pooling: nothing from 5 to 8; video_pooling can be 1, 2, 3]`,
		);
	});
	test("deploy changes only settings a released checkpoint accepts: no pooling", () => {
		for (const scenario of ["single-image", "multi-image", "video"] as const) {
			for (const settings of settingsOf(question(scenario, { deployOnly: true }))) {
				expect(Object.keys(settings).filter((key) => key.endsWith("pooling"))).toEqual([]);
			}
		}
	});
});

test("the choice is described in words", () => {
	const summaries = (["single-image", "multi-image", "video"] as const).map(
		(scenario) => searchAllocations(question(scenario)).frontier.at(-1)?.allocation.summary,
	);
	expect(summaries).toMatchInlineSnapshot(`
		[
		  "grids of up to 36 tiles, no cap, no pooling",
		  "up to 3 images, no pooling",
		  "120 frames, no pooling",
		]
	`);
});

test("limitImages keeps the first images and the rest of the sample", () => {
	const sample = { id: "a", media: [image(1, 1), image(2, 2), image(3, 3)], textTokens: 5 };
	expect(limitImages(sample, 2)).toEqual({ ...sample, media: sample.media.slice(0, 2) });
	expect(limitImages(sample, undefined)).toBe(sample);
	expect(limitImages(sample, 3)).toBe(sample);
});

test("prefer and its frontier agree with brute force, whatever the shares", () => {
	const [template] = searchAllocations(question("multi-image")).results;
	if (template === undefined) throw new Error("nothing was counted");
	const share = fc.integer({ min: 1, max: 6 });
	const result = fc
		.record({
			tokens: fc.integer({ min: 1, max: 12 }),
			density: share,
			duration: share,
			untrained: fc.nat(2),
		})
		.map(({ tokens, density, duration, untrained }): AllocationResult => {
			const logShares: LogShares = {
				resolution: 0,
				density: Math.log(density / 6),
				duration: Math.log(duration / 6),
				used: 0,
			};
			const beyond = { setting: "num_frames", value: 64, trained: 32 };
			return {
				...template,
				visualTokens: { mean: tokens, p50: tokens, p95: tokens, max: tokens },
				logShares,
				fidelity: Math.exp(0.25 * logShares.density + 0.45 * logShares.duration),
				untrained: Array.from({ length: untrained }, () => beyond),
				changed: 0,
			};
		});
	fc.assert(
		fc.property(fc.array(result, { minLength: 1, maxLength: 30 }), (results) => {
			const chosen = prefer(results, fidelityModel());
			const plainly = preferredPlainly(results);
			expect(chosen && pointOf(chosen)).toBe(plainly && pointOf(plainly));
			const frontier = preferredByTokens(results, fidelityModel());
			const best = Math.max(...frontier.map(({ fidelity }) => fidelity));
			expect(frontier.at(-1)?.fidelity).toBe(best);
		}),
		{ seed: 6, numRuns: 500 },
	);
});

describe("ties, in the order in which they are broken", () => {
	const [template] = searchAllocations(question("multi-image")).results;
	if (template === undefined) throw new Error("nothing was counted");
	interface Point {
		readonly tokens: number;
		readonly fidelity: number;
		readonly towerTokens?: number;
		readonly untrained?: number;
		readonly changed?: number;
		readonly settings?: Settings;
	}
	const point = ({
		tokens,
		fidelity,
		towerTokens = 1000,
		untrained = 0,
		changed = 0,
		settings = {},
	}: Point) => ({
		...template,
		allocation: { settings, summary: "" },
		visualTokens: { mean: tokens, p50: tokens, p95: tokens, max: tokens },
		towerTokens,
		fidelity,
		logShares: { resolution: Math.log(fidelity), density: 0, duration: 0, used: 0 },
		untrained: Array.from({ length: untrained }, () => ({ setting: "num_frames", value: 64, trained: 32 })),
		changed,
	});
	const model = fidelityModel();

	test.each<readonly [string, Point, Point]>([
		[
			"fewer untrained settings, at less fidelity",
			{ tokens: 900, fidelity: 0.49, changed: 2 },
			{ tokens: 800, fidelity: 0.5, untrained: 1 },
		],
		[
			"fewer changed settings, at less fidelity",
			{ tokens: 900, fidelity: 0.49 },
			{ tokens: 800, fidelity: 0.5, changed: 1 },
		],
		["more fidelity, at more tokens", { tokens: 900, fidelity: 0.5 }, { tokens: 800, fidelity: 0.49 }],
		[
			"more fidelity for the tower's work: a factor of 2 weighs 1.4 %",
			{ tokens: 900, fidelity: 0.495, towerTokens: 500 },
			{ tokens: 800, fidelity: 0.5 },
		],
		[
			"more fidelity for the tower's work: a factor of 2 weighs no more than 1.4 %",
			{ tokens: 900, fidelity: 0.5 },
			{ tokens: 800, fidelity: 0.492, towerTokens: 500 },
		],
		["fewer tokens for the same", { tokens: 800, fidelity: 0.5 }, { tokens: 900, fidelity: 0.5 }],
		[
			"the wider limit where this media does not tell them apart",
			{ tokens: 800, fidelity: 0.5, settings: { max_tiles: 9 } },
			{ tokens: 800, fidelity: 0.5, settings: { max_tiles: 4 } },
		],
	])("%s", (_, first, second) => {
		const [better, worse] = [point(first), point(second)];
		expect(prefer([better, worse], model)).toBe(better);
		expect(prefer([worse, better], model)).toBe(better);
	});

	test("frontier points rise in fidelity, with each token level at most once", () => {
		const [small, equal, flat, large] = [
			point({ tokens: 100, fidelity: 0.3 }),
			point({ tokens: 100, fidelity: 0.3, changed: 1 }),
			// Preferred for its tower work. Summing the same shares in another order differs in the last digit, which is no
			// gain.
			point({ tokens: 200, fidelity: 0.3 + 5e-13, towerTokens: 500 }),
			point({ tokens: 300, fidelity: 0.6 }),
		];
		expect(preferredByTokens([large, flat, equal, small], model)).toEqual([small, large]);
	});
});

test("beyond 1,000 distinct samples an even selection is searched, and the answer is counted on all", () => {
	const samples = Array.from(
		{ length: 1500 },
		(_, index): WeightedSample => ({
			sample: { media: [image(400 + index, 500)] },
			weight: 1,
		}),
	);
	const asked = question("single-image", {
		samples,
		limits: { tiles: { min: 1, max: 4 }, pooling: { min: 1, max: 1 } },
	});
	const { frontier, searched } = searchAllocations(asked);
	expect(searched).toEqual({ samples: 1000, of: 1500 });
	for (const point of frontier) {
		expect(point).toEqual(evaluateAllocation(asked, point.allocation, samples));
	}
});
