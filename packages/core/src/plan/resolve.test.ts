/**
 * From request to resolved request: defaults, suggestions for misspelled names, and readable errors for contradictions.
 */

import { OnevisionError } from "@onevision/base";
import { describe, expect, test } from "vitest";
import type { PlanRequest } from "./request.ts";
import { resolveMix, resolvePlanRequest } from "./resolve.ts";

function refusal(asked: PlanRequest): string {
	try {
		resolvePlanRequest(asked);
	} catch (error) {
		if (error instanceof OnevisionError) return `${error.code}: ${error.message}`;
		throw error;
	}
	return "accepted";
}

test("nothing asked: the lesson's budget and mix, the paper's model and curriculum, one machine", () => {
	const { checkpoint, curriculum, hardware, ...rest } = resolvePlanRequest({});
	expect(checkpoint.title).toBe("LLaVA-OneVision 7B ov");
	expect([hardware.id, hardware.count, hardware.zeroStage]).toEqual(["h100-sxm", 8, 3]);
	expect(curriculum.order).toEqual(["task-transfer"]);
	expect(curriculum.done).toEqual(["alignment", "knowledge", "single-image", "onevision"]);
	expect(curriculum.samples).toEqual({
		alignment: 558_000,
		knowledge: 4_000_000,
		"single-image": 3_200_000,
		onevision: 1_600_000,
		"task-transfer": 160_000,
	});
	expect(rest).toMatchInlineSnapshot(`
		{
		  "allow": [],
		  "budget": 3500,
		  "fidelity": {
		    "exponents": {
		      "density": 0.25,
		      "duration": 0.45,
		      "resolution": 0.3,
		      "secondsPerFrame": 0.25,
		    },
		    "ranges": {
		      "density": {
		        "max": 0.4,
		        "min": 0.1,
		      },
		      "duration": {
		        "max": 0.6,
		        "min": 0.3,
		      },
		      "resolutionBeyondDensity": {
		        "max": 0.1,
		        "min": 0.02,
		      },
		    },
		  },
		  "fit": "p95",
		  "inference": {},
		  "limits": {},
		  "meanTokens": 3500,
		  "mix": {
		    "multi-image": 0.3,
		    "single-image": 0.4,
		    "video": 0.3,
		  },
		  "model": "llava-onevision-qwen2-7b-ov",
		  "priorities": {
		    "multi-image": 1,
		    "single-image": 1,
		    "video": 1,
		  },
		  "purpose": "train",
		  "textTokens": {
		    "answer": 128,
		    "prompt": 128,
		  },
		  "training": {
		    "freeze": [],
		    "loraRank": 128,
		    "method": "full",
		  },
		}
	`);
});

describe("remaining stages", () => {
	const orderOf = (asked: PlanRequest): readonly string[] => resolvePlanRequest(asked).curriculum.order;
	test("a released checkpoint has completed its stages", () => {
		expect(orderOf({ model: "llava-onevision-qwen2-7b-si" })).toEqual(["onevision", "task-transfer"]);
		expect(orderOf({ model: "qwen2.5-vl-7b" })).toEqual(["task-transfer"]);
	});
	test("from scratch on request, and for a model that is not released", () => {
		const all = ["alignment", "knowledge", "single-image", "onevision", "task-transfer"];
		expect(orderOf({ curriculum: { start: "scratch" } })).toEqual(all);
		expect(orderOf({ model: { tower: "siglip-so400m-patch14-384", languageModel: "qwen2-7b" } })).toEqual(
			all,
		);
	});
	test("a requested order is kept; one that starts with alignment has no completed stages", () => {
		const { order, done } = resolvePlanRequest({ curriculum: { order: ["onevision"] } }).curriculum;
		expect([order, done]).toEqual([["onevision"], ["alignment", "knowledge", "single-image"]]);
		expect(resolvePlanRequest({ curriculum: { order: ["alignment", "onevision"] } }).curriculum.done).toEqual(
			[],
		);
	});
});

describe("mix", () => {
	test("percentages and fractions give the same shares, and omitted ones are 0", () => {
		expect(resolveMix({ "single-image": 80, video: 20 })).toEqual(
			resolveMix({ "single-image": 0.8, video: 0.2 }),
		);
		expect(resolveMix({ "single-image": 1 })).toEqual({ "single-image": 1, "multi-image": 0, video: 0 });
	});
	test("thirds that sum to almost 1 are normalized to 1", () => {
		const third = 33.33333333;
		const { video } = resolveMix({ "single-image": third, "multi-image": third, video: third });
		expect(video).toBeCloseTo(1 / 3, 15);
	});
	test.each<[string, NonNullable<PlanRequest["mix"]>]>([
		["too little", { "single-image": 40, "multi-image": 30 }],
		["too much", { "single-image": 60, "multi-image": 30, video: 30 }],
		["nothing", {}],
		["all zero", { "single-image": 0, video: 0 }],
		["percent and fractions mixed", { "single-image": 40, "multi-image": 0.5, video: 0.5 }],
	])("%s is refused with the sum", (_name, mix) => {
		const total = Object.values(mix).reduce((sum, share) => sum + share, 0);
		expect(refusal({ mix })).toBe(
			`invalid-input: mix sums to ${total}: give percent that sum to 100, or fractions that sum to 1 (single-image, multi-image, video)`,
		);
	});
});

test("either end of a limit may be left out", () => {
	const { limits } = resolvePlanRequest({ limits: { frames: { max: 16 }, pooling: { min: 2 }, tiles: {} } });
	expect(limits).toEqual({
		frames: { min: 1, max: 16 },
		pooling: { min: 2, max: 8 },
		tiles: { min: 1, max: 36 },
	});
});

describe("unknown names", () => {
	test("a model", () =>
		expect(refusal({ model: "llava-onevision-7" })).toMatchInlineSnapshot(
			`"unknown-name: model "llava-onevision-7": not known; did you mean llava-onevision-7b? Run "onevision models" for the list"`,
		));
	test("an accelerator", () =>
		expect(refusal({ hardware: { accelerator: "h100" } })).toMatch(
			/^unknown-name: hardware\.accelerator: "h100" is not known; did you mean h100-/,
		));
	test("a rule", () =>
		expect(refusal({ allow: ["no-single-images"] })).toMatch(
			/^unknown-name: allow: "no-single-images" is not known; did you mean no-single-image\? Known: /,
		));
	test("a tower and a language model of a recipe", () => {
		expect(refusal({ model: { tower: "siglip-so400m-patch14-38", languageModel: "qwen2-7b" } })).toMatch(
			/^unknown-name: model\.tower: "siglip-so400m-patch14-38" is not known; did you mean siglip-/,
		);
		expect(refusal({ model: { tower: "siglip-so400m-patch14-384", languageModel: "quen2-7b" } })).toMatch(
			/^unknown-name: model\.languageModel: "quen2-7b" is not known; did you mean qwen2-7b\?/,
		);
	});
	test.each(["__proto__", "constructor", "toString"])("%s is not a name", (name) => {
		expect(refusal({ model: name })).toMatch(/^unknown-name: /);
		expect(refusal({ hardware: { accelerator: name } })).toMatch(/^unknown-name: /);
		expect(refusal({ allow: [name] })).toMatch(/^unknown-name: /);
	});
	test("a parity the family does not have", () => {
		expect(refusal({ parity: "orignal" })).toMatchInlineSnapshot(
			`"invalid-input: parity "orignal": LLaVA-OneVision has transformers, original, vllm; did you mean original?"`,
		);
	});
});

test("names are matched case-insensitively", () => {
	expect(resolvePlanRequest({ hardware: { accelerator: "H100-SXM" } }).hardware.id).toBe("h100-sxm");
	expect(resolvePlanRequest({ model: "LLaVA-OneVision" }).model).toBe("llava-onevision-qwen2-7b-ov");
});

describe("contradictions", () => {
	test("reversed limits", () => {
		expect(refusal({ limits: { frames: { min: 32, max: 8 } } })).toMatchInlineSnapshot(
			`"invalid-input: limits.frames: min 32 is above max 8; swap them"`,
		);
	});
	test("a stage named twice", () => {
		expect(
			refusal({ curriculum: { order: ["alignment", "single-image", "alignment"] } }),
		).toMatchInlineSnapshot(
			`"invalid-input: curriculum.order: alignment is there twice; name each stage once"`,
		);
	});
	test("a tower of native resolution without a tile", () => {
		expect(refusal({ model: { tower: "qwen2-vl-vit", languageModel: "qwen2-7b" } })).toMatchInlineSnapshot(
			`"invalid-input: model.tile: missing; Qwen2-VL ViT has no fixed input size, so say the side of a tile in px"`,
		);
	});
});

describe("a custom recipe", () => {
	const { model, checkpoint } = resolvePlanRequest({
		model: { tower: "clip-vit-l14-336", languageModel: "vicuna-7b", maxGridSide: 3, projector: "linear" },
	});
	test("is LLaVA-OneVision over the tower's own tile and the language model's context", () => {
		expect(model).toBe("custom");
		expect(checkpoint).toMatchObject({
			family: "llava-onevision",
			constants: { tile: 336, patch: 14, maxGridSide: 3 },
			parts: { projector: { kind: "linear" } },
			contextTokens: 4096,
		});
	});
	test("says that it is as requested", () => expect(checkpoint.source).toMatch(/^as asked/));
});

describe("prices and sources", () => {
	test("a requested price is used, and its source says so", () => {
		expect(resolvePlanRequest({ hardware: { pricePerHour: 1.5 } }).hardware).toMatchObject({
			pricePerHour: 1.5,
			priceSource: "as asked",
		});
	});
	test("requested sample counts are used; the others stay the paper's", () => {
		const { samples, samplesSource } = resolvePlanRequest({
			curriculum: { samples: { onevision: 0 } },
		}).curriculum;
		expect([samples.onevision, samplesSource.onevision]).toEqual([0, "as asked"]);
		expect(samplesSource["single-image"]).toContain("arXiv 2408.03326");
	});
});
