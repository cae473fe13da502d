/** Each rule reports its message on a request made for it, and reports nothing on a sound one. */

import { describe, expect, test } from "vitest";
import type { Sample } from "../sample.ts";
import { type Plan, plan } from "./plan.ts";
import type { PlanRequest } from "./request.ts";
import type { RuleId } from "./rule-ids.ts";
import { type Finding, RULES } from "./rules.ts";

/** The user's own media and enough accelerators, so that no rule applies. */
const SOUND: PlanRequest = {
	media: {
		images: [{ width: 1600, height: 1200 }],
		imagesPerSample: { min: 4, max: 4 },
		videos: [{ width: 1280, height: 720, seconds: 15 }],
	},
	hardware: { count: 64 },
};

const single: PlanRequest["mix"] = { "single-image": 100 };
const images = (...sizes: [number, number][]): Sample[] =>
	sizes.map(([width, height]) => ({ media: [{ kind: "image", width, height }] }));

interface Trigger {
	readonly request: PlanRequest;
	readonly files?: readonly Sample[];
}

/** For every rule, the sound request with the one change that triggers it. */
const TRIGGERS: Readonly<Record<RuleId, Trigger>> = {
	"single-image-first": {
		request: { ...SOUND, curriculum: { order: ["alignment", "onevision", "single-image"] } },
	},
	"video-budget-single-image-product": {
		request: {
			...SOUND,
			mix: { "single-image": 80, "multi-image": 10, video: 10 },
			priorities: { "single-image": 0, "multi-image": 0, video: 1 },
		},
	},
	"anyres-16-in-4k": {
		request: {
			...SOUND,
			budget: 1024,
			mix: single,
			limits: { tiles: { min: 16, max: 36 }, pooling: { min: 1, max: 1 } },
		},
	},
	"budget-below-1024": { request: { ...SOUND, budget: 1000 } },
	"frames-at-full-density": {
		request: {
			...SOUND,
			limits: { frames: { min: 8, max: 8 }, pooling: { min: 1, max: 1 } },
			allow: ["frames-at-full-density"],
		},
	},
	"scenario-not-taken": { request: { ...SOUND, model: "llava-1.5-7b" } },
	"no-single-image": { request: { ...SOUND, mix: { "multi-image": 50, video: 50 } } },
	"context-overflow": {
		request: {
			...SOUND,
			model: { tower: "siglip-so400m-patch14-384", languageModel: "qwen2-7b", contextTokens: 2048 },
		},
	},
	"context-overflow-largest": {
		request: {
			...SOUND,
			mix: single,
			model: { tower: "siglip-so400m-patch14-384", languageModel: "qwen2-7b", contextTokens: 4096 },
			limits: { tiles: { min: 36, max: 36 }, pooling: { min: 1, max: 1 } },
			media: {
				images: [
					{ width: 384, height: 384, weight: 99 },
					{ width: 3000, height: 3000 },
				],
			},
		},
	},
	"under-tokenized": { request: { ...SOUND, limits: { frames: { min: 1, max: 2 } } } },
	"over-budget": {
		request: { ...SOUND, limits: { frames: { min: 20, max: 20 }, pooling: { min: 2, max: 2 } } },
	},
	"images-left-out": {
		request: {
			...SOUND,
			media: { ...SOUND.media, imagesPerSample: { min: 8, max: 8 } },
			limits: { pooling: { min: 1, max: 2 }, images: { min: 1, max: 4 } },
		},
	},
	"context-risk": {
		request: { ...SOUND, limits: { frames: { min: 64, max: 64 }, pooling: { min: 2, max: 2 } } },
	},
	"little-single-image": { request: { ...SOUND, mix: { "single-image": 5, "multi-image": 45, video: 50 } } },
	"assumed-media": { request: { hardware: { count: 64 }, mix: single } },
	"samples-left-out": {
		request: { ...SOUND, model: "qwen2.5-vl-7b", mix: single },
		files: images([4020, 20], [1600, 1200]),
	},
	"memory-per-accelerator": {
		request: { ...SOUND, hardware: { count: 1, zeroStage: 0 }, curriculum: { start: "scratch" } },
	},
	extrapolation: { request: { ...SOUND, inference: { trainedFrames: 8, frames: 8, seconds: 60 } } },
	"untrained-settings": {
		request: { ...SOUND, purpose: "deploy", limits: { frames: { min: 40, max: 40 } } },
	},
};

const planOf = ({ request, files }: Trigger): Plan => plan(request, files);
const spoken = (answer: Plan, rule: RuleId): Finding[] =>
	answer.findings.filter((finding) => finding.rule === rule);

test("a sound request has no findings", () => {
	expect(planOf({ request: SOUND })).toMatchObject({ findings: [], refused: false });
});

test("a lesson-style request of 80 % single images is sound", () => {
	const mix = { "single-image": 80, "multi-image": 10, video: 10 };
	expect(planOf({ request: { ...SOUND, mix } })).toMatchObject({ findings: [], refused: false });
});

const ANSWERS = Object.entries(TRIGGERS).map(([rule, trigger]) => [rule as RuleId, planOf(trigger)] as const);

describe.each(ANSWERS)("%s", (rule, answer) => {
	test("reports a finding on a request made for it", () => {
		expect(spoken(answer, rule).length).toBeGreaterThan(0);
	});
	test("reports one line, with its reason and source", () => {
		for (const { message, reason, source, severity } of spoken(answer, rule)) {
			expect(message).not.toContain("\n");
			expect({ reason, source, severity }).toEqual({
				reason: RULES[rule].reason,
				source: RULES[rule].source,
				severity: RULES[rule].severity,
			});
		}
	});
	test("stops the plan unless it is a warning or allowed", () => {
		const stops = answer.findings.some(({ severity, overridden }) => severity !== "warn" && !overridden);
		expect(answer.refused).toBe(stops);
	});
});

test("what each rule says", () => {
	const words = ANSWERS.map(([rule, answer]) => [rule, spoken(answer, rule).map(({ message }) => message)]);
	expect(Object.fromEntries(words)).toMatchInlineSnapshot(`
		{
		  "anyres-16-in-4k": [
		    "grids of at least 16 tiles leave 1465 tokens for a limit of 1024; allow more pooling (limits.pooling) or fewer tiles (limits.tiles)",
		  ],
		  "assumed-media": [
		    "single-image: no images given: 5 common sizes assumed; give media to plan on your own",
		  ],
		  "budget-below-1024": [
		    "budget 1000 with 60 % multi-image or video; give at least 1024",
		  ],
		  "context-overflow": [
		    "single-image: 3,185 tokens (p95, with text) against a context of 2,048; lower the budget or choose a longer context",
		    "multi-image: 3,176 tokens (p95, with text) against a context of 2,048; lower the budget or choose a longer context",
		    "video: 3,589 tokens (p95, with text) against a context of 2,048; lower the budget or choose a longer context",
		  ],
		  "context-overflow-largest": [
		    "single-image: the largest sample needs 7,627 tokens of 4,096; leave it out or set limits",
		  ],
		  "context-risk": [
		    "video needs 358 % of the budget at its smallest setting; raise the budget or pool more",
		  ],
		  "extrapolation": [
		    "temporal reasoning breaks first, not the budget: one frame per 7.5 s against 1.88 s in training, at 6 % of the context; 32 frames would keep the trained stride and still fit",
		  ],
		  "frames-at-full-density": [
		    "at least 8 frames without pooling, 729 tokens each, in a budget of 3,500; allow limits.pooling.max 2 or at most 4 frames",
		  ],
		  "images-left-out": [
		    "multi-image: at most 4 images are used, 50 % of all are left out; raise the budget or pool them (limits.pooling.min 2) to keep them",
		  ],
		  "little-single-image": [
		    "only 5 % single images in task transfer; keep 10 % or watch image benchmarks",
		  ],
		  "memory-per-accelerator": [
		    "knowledge, single-image, onevision, task-transfer: at least 137 GB per accelerator on NVIDIA H100 SXM5 80 GB; raise hardware.zeroStage, or use training.method lora, or use hardware.offload optimizer, or raise hardware.count",
		  ],
		  "no-single-image": [
		    "no single-image share in the mix; use a dynamic budget instead, e.g. --model qwen2.5-vl-7b, or give single-image a share",
		  ],
		  "over-budget": [
		    "video needs 3,921 tokens, 112 % of the budget, at its smallest setting; raise the budget or allow more pooling",
		  ],
		  "samples-left-out": [
		    "single-image: 1 sample left out: aspect ratio 201 of 4020x20: this family takes at most 200; crop or pad the image first",
		  ],
		  "scenario-not-taken": [
		    "LLaVA-1.5 takes no video; leave it out of the mix or choose another model",
		  ],
		  "single-image-first": [
		    "onevision comes before single-image training; put single-image before it in curriculum.order",
		  ],
		  "under-tokenized": [
		    "video uses 42 % of the budget and no setting keeps clearly more on this media: the rest is free for other scenarios",
		  ],
		  "untrained-settings": [
		    "video: num_frames 40 (trained: 32); measure before you ship",
		  ],
		  "video-budget-single-image-product": [
		    "all priority is on video while 80 % of the mix is single images; raise priorities.single-image",
		  ],
		}
	`);
});

describe("allow", () => {
	const stopping = (Object.keys(RULES) as RuleId[]).filter((rule) => RULES[rule].severity !== "warn");

	test.each(stopping)("%s can be overridden: still reported, recorded, no longer stopping", (rule) => {
		const { request, files } = TRIGGERS[rule];
		const allowed = plan({ ...request, allow: [rule] }, files);
		expect(spoken(allowed, rule).every(({ overridden }) => overridden)).toBe(true);
		expect(spoken(allowed, rule).length).toBeGreaterThan(0);
		expect(allowed.request.allow).toEqual([rule]);
		const others = allowed.findings.filter((one) => one.severity !== "warn" && one.rule !== rule);
		expect(allowed.refused).toBe(others.length > 0);
	});

	test("allowing one rule does not allow another", () => {
		const answer = plan({ ...TRIGGERS["no-single-image"].request, allow: ["budget-below-1024"] });
		expect(answer.refused).toBe(true);
	});

	test("a warning is never refused, so allowing it changes nothing", () => {
		const { request } = TRIGGERS["assumed-media"];
		const answer = plan({ ...request, allow: ["assumed-media"] });
		expect(spoken(answer, "assumed-media").map(({ overridden }) => overridden)).toEqual([false]);
		expect(answer.refused).toBe(false);
	});

	test("findings are in table order", () => {
		const { findings } = plan({ budget: 800, mix: { video: 100 } });
		const places = findings.map(({ rule }) => Object.keys(RULES).indexOf(rule));
		expect(places).toEqual([...places].sort((a, b) => a - b));
		expect(places.length).toBeGreaterThan(2);
	});
});

describe("thresholds", () => {
	const rulesOf = (request: PlanRequest): RuleId[] =>
		plan({ ...SOUND, ...request }).findings.map(({ rule }) => rule);

	test("a budget of 1,024 is enough, 1,023 is not, and single images alone may have less", () => {
		expect(rulesOf({ budget: 1024 })).not.toContain("budget-below-1024");
		expect(rulesOf({ budget: 1023 })).toContain("budget-below-1024");
		expect(rulesOf({ budget: 800, mix: single })).not.toContain("budget-below-1024");
	});
	test("a tenth of single images is enough", () => {
		const mix = (share: number) => ({ "single-image": share, "multi-image": 50, video: 50 - share });
		expect(rulesOf({ mix: mix(10) })).not.toContain("little-single-image");
		expect(rulesOf({ mix: mix(9) })).toContain("little-single-image");
		expect(rulesOf({ mix: mix(0) })).toContain("no-single-image");
	});
	test("four full frames are enough, five are too many", () => {
		const frames = (min: number): PlanRequest => ({
			limits: { frames: { min, max: min }, pooling: { min: 1, max: 1 } },
			allow: ["frames-at-full-density"],
		});
		expect(rulesOf(frames(4))).not.toContain("frames-at-full-density");
		expect(rulesOf(frames(5))).toContain("frames-at-full-density");
	});
	test("task transfer on single images alone may come first of the later stages", () => {
		const curriculum: PlanRequest["curriculum"] = { order: ["task-transfer", "single-image"] };
		expect(rulesOf({ curriculum, mix: single })).not.toContain("single-image-first");
		expect(rulesOf({ curriculum })).toContain("single-image-first");
	});
});
