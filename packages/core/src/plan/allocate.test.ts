/** Allocation against brute force: every candidate counted apart, the frontier and the choice found the plain way. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CheckpointId, checkpointById } from "../checkpoints/index.ts";
import type { Settings } from "../families/family.ts";
import { familyById } from "../families/index.ts";
import type { MediaItem, Scenario } from "../sample.ts";
import {
	type AllocationQuestion,
	type AllocationResult,
	evaluateAllocation,
	findFrontier,
	limitImages,
	paretoFrontier,
} from "./allocate.ts";
import { DEFAULT_FIDELITY } from "./fidelity.ts";
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
		fidelity: DEFAULT_FIDELITY,
		mostFullFrames: 4,
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
	const sensible = settings.filter(
		({ video_pooling, num_frames }) => !(video_pooling === 1 && Number(num_frames) > asked.mostFullFrames),
	);
	const counts =
		asked.scenario === "multi-image"
			? [...new Set(asked.samples.map(({ sample }) => sample.media.length))]
			: [undefined];
	return sensible.flatMap((one) =>
		counts.map((maxImages) => {
			const allocation = { settings: one, summary: "", ...(maxImages === undefined ? {} : { maxImages }) };
			return evaluateAllocation(asked, allocation, asked.samples);
		}),
	);
}

/** Not beaten: nothing takes as few tokens and is better, nothing takes fewer and is as good. */
function notBeaten(all: readonly AllocationResult[]): AllocationResult[] {
	return all.filter(
		(one) =>
			!all.some(
				(other) =>
					(other.visualTokens.mean <= one.visualTokens.mean && other.fidelity > one.fidelity + 1e-12) ||
					(other.visualTokens.mean < one.visualTokens.mean && other.fidelity >= one.fidelity - 1e-12),
			),
	);
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
	const { points, evaluated, searched } = findFrontier(asked);

	test("no more candidates are counted than there are, each on every distinct sample", () => {
		expect(evaluated).toBeGreaterThan(0);
		expect(evaluated).toBeLessThanOrEqual(all.length);
		expect(searched).toEqual({ samples: asked.samples.length, of: asked.samples.length });
	});

	test("the frontier is what no candidate beats", () => {
		const expected = new Set(notBeaten(all).map(pointOf));
		expect(new Set(points.map(pointOf))).toEqual(expected);
	});

	test("the frontier rises in tokens and in fidelity", () => {
		for (const [index, point] of points.entries()) {
			const before = points[index - 1];
			if (before === undefined) continue;
			expect(point.visualTokens.mean).toBeGreaterThan(before.visualTokens.mean);
			expect(point.fidelity).toBeGreaterThan(before.fidelity);
		}
	});

	test.each([
		"mean",
		"max",
	] as const)("the choice is the best of the frontier whose %s fits the budget", (fit) => {
		const media: ScenarioMedia = { samples: asked.samples, origin: "described", note: "" };
		for (const budget of [300, 1000, 3500, 12_000]) {
			const { plan } = planScenario(asked, media, 1, budget, fit);
			const fitting = points.filter(({ visualTokens }) => visualTokens[fit] <= budget);
			const best = Math.max(...fitting.map(({ fidelity }) => fidelity));
			if (fitting.length > 0) expect(plan.chosen.fidelity).toBe(best);
			else
				expect(plan.chosen.visualTokens[fit]).toBe(
					Math.min(...points.map((point) => point.visualTokens[fit])),
				);
			expect(plan.budgetShare).toBe(plan.chosen.visualTokens[fit] / budget);
		}
	});

	test("by mean, nothing at all that fits is better than the choice", () => {
		const media: ScenarioMedia = { samples: asked.samples, origin: "described", note: "" };
		const { plan } = planScenario(asked, media, 1, 3500, "mean");
		const fitting = all.filter(({ visualTokens }) => visualTokens.mean <= 3500);
		expect(plan.chosen.fidelity).toBeCloseTo(Math.max(...fitting.map(({ fidelity }) => fidelity)), 9);
	});
});

test.each([
	["video", "qwen2.5-vl-7b", "num_frames"],
	["single-image", ONEVISION, "anyres_max"],
] as const)("%s of %s: no %s, which vLLM does not read", (scenario, checkpoint, setting) => {
	const asked = (parity: "vllm" | "transformers") =>
		findFrontier(question(scenario, { checkpoint: checkpointById(checkpoint), parity })).points.flatMap(
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
	test("a sample the family refuses is left out by its message, with its weight", () => {
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
		expect(() => findFrontier(qwen)).toThrow("aspect ratio 201 of 4020x20");
	});
	test("no samples: an error, not a NaN", () => {
		expect(() => evaluateAllocation(asked, { settings, summary: "" }, [])).toThrow("no samples to plan for");
	});
	test("images dropped count against fidelity, in proportion", () => {
		const several = question("multi-image", { samples: weighted([image(384, 384), image(384, 384)]) });
		const of = (maxImages: number) =>
			evaluateAllocation(several, { settings: {}, summary: "", maxImages }, several.samples);
		expect(of(2)).toMatchObject({ fidelity: 1, kept: { images: 1 } });
		expect(of(1)).toMatchObject({ fidelity: 0.5, kept: { images: 0.5 } });
	});
	test("context tokens leave out the sample's own text", () => {
		const sample = { media: [image(640, 480)], textTokens: 500 };
		const { contextTokens } = evaluateAllocation(asked, { settings, summary: "" }, [{ sample, weight: 1 }]);
		expect(contextTokens).toBe(2929);
	});
});

describe("bounds", () => {
	const settingsOf = (asked: AllocationQuestion): Settings[] =>
		findFrontier(asked).points.map(({ allocation }) => allocation.settings);

	test("frames, tiles and pooling stay within what is asked", () => {
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
	test("images stay within what is asked", () => {
		const { points } = findFrontier(question("multi-image", { limits: { images: { min: 1, max: 2 } } }));
		for (const { allocation } of points) expect(allocation.maxImages).toBe(2);
	});
	test("bounds that leave nothing are refused with what there is", () => {
		const empty = question("video", { limits: { pooling: { min: 5, max: 8 } } });
		expect(() => findFrontier(empty)).toThrowErrorMatchingInlineSnapshot(
			`[OnevisionError: limits.pooling: nothing from 5 to 8; video_pooling can be 1, 2, 3]`,
		);
	});
	test("deploy turns only what a released checkpoint accepts: no pooling", () => {
		for (const scenario of ["single-image", "multi-image", "video"] as const) {
			for (const settings of settingsOf(question(scenario, { deployOnly: true }))) {
				expect(Object.keys(settings).filter((key) => key.endsWith("pooling"))).toEqual([]);
			}
		}
	});
	test("more than four frames are tried only pooled", () => {
		for (const { num_frames, video_pooling } of settingsOf(question("video"))) {
			if (Number(num_frames) > 4) expect(video_pooling).toBeGreaterThan(1);
		}
		const free = settingsOf(question("video", { mostFullFrames: Number.POSITIVE_INFINITY }));
		expect(free.some(({ num_frames, video_pooling }) => Number(num_frames) > 4 && video_pooling === 1)).toBe(
			true,
		);
	});
	test("a family with nothing to choose has one allocation, fixed by the model", () => {
		const { points } = findFrontier(question("single-image", { checkpoint: checkpointById("llava-1.5-7b") }));
		expect(points.map(({ allocation }) => allocation)).toEqual([
			{ settings: {}, summary: "fixed by the model" },
		]);
	});
});

test("the choice is described in words", () => {
	const summaries = (["single-image", "multi-image", "video"] as const).map(
		(scenario) => findFrontier(question(scenario)).points.at(-1)?.allocation.summary,
	);
	expect(summaries).toMatchInlineSnapshot(`
		[
		  "grids of up to 20 tiles, capped at 16 tiles of tokens, no pooling",
		  "up to 3 images, no pooling",
		  "30 frames, pooled 2×2",
		]
	`);
});

test("limitImages keeps the first ones and the rest of the sample", () => {
	const sample = { id: "a", media: [image(1, 1), image(2, 2), image(3, 3)], textTokens: 5 };
	expect(limitImages(sample, 2)).toEqual({ ...sample, media: sample.media.slice(0, 2) });
	expect(limitImages(sample, undefined)).toBe(sample);
	expect(limitImages(sample, 3)).toBe(sample);
});

test("paretoFrontier is what is not beaten, whatever the order", () => {
	const [template] = findFrontier(question("multi-image")).points;
	if (template === undefined) throw new Error("no frontier");
	const point = fc.record({
		tokens: fc.integer({ min: 1, max: 20 }),
		quality: fc.integer({ min: 1, max: 20 }),
	});
	fc.assert(
		fc.property(fc.array(point, { minLength: 1, maxLength: 40 }), (raw) => {
			const results = raw.map(
				({ tokens, quality }): AllocationResult => ({
					...template,
					visualTokens: { mean: tokens, p50: tokens, p95: tokens, max: tokens },
					fidelity: quality / 20,
				}),
			);
			const expected = new Set(notBeaten(results).map(pointOf));
			expect(new Set(paretoFrontier(results).map(pointOf))).toEqual(expected);
		}),
		{ seed: 6, numRuns: 500 },
	);
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
	const { points, searched } = findFrontier(asked);
	expect(searched).toEqual({ samples: 1000, of: 1500 });
	for (const point of points) {
		expect(point).toEqual(evaluateAllocation(asked, point.allocation, samples));
	}
});
