/** Emergent skills: each is expected when everything it builds on is present, and otherwise says what is missing. */

import { describe, expect, test } from "vitest";
import { plan } from "./plan.ts";
import type { PlanRequest } from "./request.ts";
import { SKILLS, type SkillId } from "./skills.ts";

const outlooks = (request: PlanRequest): Record<string, string> =>
	Object.fromEntries(plan(request).skills.map(({ skill, outlook }) => [skill, outlook]));

/** Unmet requirements, as "need: found". */
function missing(request: PlanRequest, skill: SkillId): string[] {
	const found = plan(request).skills.find((one) => one.skill === skill);
	return (found?.evidence ?? [])
		.filter(({ met }) => met === "no")
		.map(({ need, found: seen }) => `${need}: ${seen}`);
}

const SINGLE_ONLY: PlanRequest = {
	mix: { "single-image": 100 },
	curriculum: { order: ["alignment", "knowledge", "single-image"], start: "scratch" },
};

test("the lesson's three are among them, each with data, a probe and a source", () => {
	expect(Object.keys(SKILLS)).toEqual(
		expect.arrayContaining(["multi-camera", "set-of-mark", "screenshot-agent"]),
	);
	for (const { data, probe, source } of Object.values(SKILLS)) {
		expect([data, probe, source].every((words) => words.length > 10)).toBe(true);
		expect(source).toContain("arXiv 2408.03326");
	}
});

test("nothing countable rules out any skill in the default plan: possible, never expected", () => {
	expect(new Set(Object.values(outlooks({})))).toEqual(new Set(["possible"]));
});

test("unpublished training data counts as unknown, not as met", () => {
	const [skill] = plan({ model: "qwen2.5-vl-7b", mix: { "single-image": 100 } }).skills;
	expect(skill?.evidence).toContainEqual({
		need: "video training",
		met: "unknown",
		found: "not published for this checkpoint",
	});
});

test("single-image training alone unlocks none", () => {
	expect(new Set(Object.values(outlooks(SINGLE_ONLY)))).toEqual(new Set(["unlikely"]));
	expect(missing(SINGLE_ONLY, "multi-camera")).toMatchInlineSnapshot(`
		[
		  "multi-image training: none in the curriculum",
		  "video training: none in the curriculum",
		]
	`);
});

describe("what a skill needs besides training", () => {
	test("marks and small print need half the pixels", () => {
		const blurred: PlanRequest = {
			media: { images: [{ width: 4000, height: 3000 }] },
			limits: { tiles: { min: 1, max: 1 } },
		};
		expect(missing(blurred, "set-of-mark")).toMatchInlineSnapshot(`
			[
			  "single-image keeps at least 50 % of the pixels: 1 %",
			]
		`);
	});
	test("differences between clips need eight frames", () => {
		const few: PlanRequest = { limits: { frames: { min: 1, max: 4 } } };
		expect(missing(few, "video-difference")).toMatchInlineSnapshot(`
			[
			  "at least 8 frames per clip: 4 (median)",
			]
		`);
		expect(missing({ limits: { frames: { min: 8, max: 8 } } }, "video-difference")).toEqual([]);
	});
});
