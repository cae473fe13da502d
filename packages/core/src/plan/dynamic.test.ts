/**
 * Fixed against dynamic: both sides are plain counts, the fixed one does not grow with duration, and refusals stay
 * absent.
 */

import { describe, expect, test } from "vitest";
import { checkpointById } from "../checkpoints.ts";
import { createCounterFrom } from "../count.ts";
import type { MediaItem } from "../sample.ts";
import type { Allocation } from "./allocate.ts";
import { compareFixedAndDynamic, DYNAMIC_CHECKPOINT } from "./dynamic.ts";

const ID = "llava-onevision-qwen2-7b-ov";
const FIXED = { mean: 1, p50: 1, p95: 1, max: 1 };
const image = (width: number, height: number): MediaItem => ({ kind: "image", width, height });

const allocation = (settings: Allocation["settings"]): Allocation => ({ settings, summary: "" });
const single = (...media: MediaItem[]) => ({
	scenario: "single-image" as const,
	allocation: allocation({ max_tiles: 4, anyres_max: 4 }),
	fixed: FIXED,
	samples: media.map((item) => ({ sample: { media: [item] }, weight: 1 })),
});
const video = {
	scenario: "video" as const,
	allocation: allocation({ num_frames: 16, video_pooling: 2 }),
	fixed: FIXED,
	samples: [],
};
const compare = (...scenarios: Parameters<typeof compareFixedAndDynamic>[2]) =>
	compareFixedAndDynamic(checkpointById(ID), undefined, scenarios);

describe("by duration", () => {
	const { byDuration } = compare(single(image(640, 480)), video);

	test("the plan's clips cost the same however long they last", () => {
		expect(new Set(byDuration.map(({ fixed }) => fixed))).toEqual(new Set([16 * 196 + 1]));
	});
	test("the dynamic side grows with duration up to its limit, as qwen-vl-utils counts it", () => {
		const dynamic = createCounterFrom(DYNAMIC_CHECKPOINT, { parity: "qwen-vl-utils" });
		expect(byDuration.map(({ dynamic: tokens }) => tokens)).toEqual(
			byDuration.map(({ seconds }) => {
				const clip = { kind: "video", width: 1280, height: 720, frames: seconds * 30, fps: 30 } as const;
				return dynamic.count({ media: [clip] }).visualTokens;
			}),
		);
		const [five, ten] = byDuration.map(({ dynamic: tokens }) => tokens ?? 0);
		expect(ten).toBe(2 * (five ?? 0));
	});
});

test("by resolution: 4:3 images under the plan's settings", () => {
	const { byResolution } = compare(single(image(640, 480)), video);
	const counter = createCounterFrom(ID, { max_tiles: 4, anyres_max: 4 });
	for (const { width, height, fixed } of byResolution) {
		expect(width / height).toBeCloseTo(4 / 3, 12);
		expect(fixed).toBe(counter.count({ media: [image(width, height)] }).visualTokens);
	}
});

test("a sample the dynamic model refuses is left out of its statistics; with none left they are absent", () => {
	const sliver = image(4020, 20);
	const [some] = compare(single(sliver, image(280, 280)), video).scenarios;
	expect(some?.dynamic?.mean).toBe(100);
	const [none] = compare(single(sliver), video).scenarios;
	expect(none).toEqual({ scenario: "single-image", fixed: FIXED });
});

test("a family without video leaves the clips' column open", () => {
	const { byDuration, byResolution } = compareFixedAndDynamic(checkpointById("llava-1.5-7b"), undefined, [
		{ ...single(image(9, 9)), allocation: allocation({}) },
	]);
	expect(byDuration.every(({ fixed, dynamic }) => fixed === undefined && dynamic !== undefined)).toBe(true);
	expect(new Set(byResolution.map(({ fixed }) => fixed))).toEqual(new Set([576]));
});
