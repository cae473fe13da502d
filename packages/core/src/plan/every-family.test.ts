/**
 * For every checkpoint: the planner finds a knob by what it bounds, whatever its setting is called. The plan's frames,
 * extrapolation and skills agree with the layout, and an unknown requirement is never reported as met.
 */

import { OnevisionError } from "@onevision/base";
import { describe, expect, test } from "vitest";
import { CHECKPOINTS, checkpointById } from "../checkpoints.ts";
import { createCounterFrom } from "../count.ts";
import type { CheckpointId } from "../families/index.ts";
import { familyById } from "../families/index.ts";
import type { VideoItem } from "../sample.ts";
import { type Plan, plan } from "./plan.ts";

const SECONDS = 60;
const CLIP: VideoItem = { kind: "video", width: 1280, height: 720, frames: SECONDS * 30, fps: 30 };

/** One checkpoint of every family that supports video: the first in the table. */
const FIRST_OF_FAMILY = [
	...(Object.keys(CHECKPOINTS) as CheckpointId[])
		.filter((id) => familyById(checkpointById(id).family).scenarios.includes("video"))
		.reduce(
			(byFamily, id) =>
				byFamily.has(checkpointById(id).family) ? byFamily : byFamily.set(checkpointById(id).family, id),
			new Map<string, CheckpointId>(),
		)
		.values(),
];

function planOf(id: CheckpointId, budget: number): Plan | undefined {
	try {
		return plan({
			model: id,
			budget,
			mix: { video: 100 },
			allow: ["no-single-image"],
			media: { videos: [{ width: CLIP.width, height: CLIP.height, seconds: SECONDS }] },
		});
	} catch (error) {
		// A checkpoint may refuse video although its family supports it.
		if (error instanceof OnevisionError) return undefined;
		throw error;
	}
}

describe.each(FIRST_OF_FAMILY)("%s", (id) => {
	test.each([1500, 4000])("at %d tokens, frames are those of the layout everywhere", (budget) => {
		const answer = planOf(id, budget);
		const video = answer?.scenarios.find(({ scenario }) => scenario === "video");
		if (answer === undefined || video === undefined) return;
		const { allocation, frames } = video.chosen;
		const [layout] = createCounterFrom(id, allocation.settings).count({ media: [CLIP] }).items;
		expect(frames?.p50).toBe(layout?.frames);
		const { extrapolation } = answer;
		expect(extrapolation?.asked.frames).toBe(layout?.frames);
		expect(extrapolation?.trained.frames).toBe(layout?.frames);
		expect(extrapolation?.differs).toBe(false);
		const needs = answer.skills.flatMap(({ evidence }) =>
			evidence.filter(({ need }) => need.includes("frames per clip")),
		);
		for (const { met, found } of needs) {
			expect(found).toBe(`${layout?.frames} (median)`);
			expect(met).toBe((layout?.frames ?? 0) >= 8 ? "yes" : "no");
		}
	});
});

test("every family with video that has a knob for frames marks it by what it bounds", () => {
	for (const id of FIRST_OF_FAMILY) {
		const { family, constants } = checkpointById(id);
		for (const knob of familyById(family).knobs(constants).video) {
			expect([knob.setting, knob.bound === "frames"]).toEqual([knob.setting, /frames$/.test(knob.setting)]);
		}
	}
});
