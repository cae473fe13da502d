/**
 * The best settings under a limit never exceed it, and are never worse than what an exhaustive search of listed values
 * finds.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CHECKPOINT_IDS, checkpointById } from "./checkpoints.ts";
import { createCounterFrom } from "./count.ts";
import type { Settings } from "./families/family.ts";
import type { CheckpointId } from "./families/index.ts";
import { familyById } from "./families/index.ts";
import { fidelityOfSample, fitSettings } from "./fit-settings.ts";
import type { MediaItem, Sample } from "./sample.ts";

const image = (width: number, height: number): MediaItem => ({ kind: "image", width, height });
const clip = (width: number, height: number, frames: number, fps: number): MediaItem => ({
	kind: "video",
	width,
	height,
	frames,
	fps,
});
const alone = (...items: readonly MediaItem[]): Sample[] => items.map((item) => ({ media: [item] }));

/** Tokens and fidelity under settings. `undefined` when a sample is refused. */
function counted(id: string, settings: Settings, samples: readonly Sample[]) {
	try {
		const counter = createCounterFrom(id, settings);
		const layouts = samples.map((sample) => ({ sample, layout: counter.count(sample) }));
		const kept = layouts.map(({ sample, layout }) => fidelityOfSample(sample, layout));
		return {
			most: Math.max(...layouts.map(({ layout }) => layout.visualTokens)),
			kept: kept.reduce((sum, fidelity) => sum + fidelity, 0) / kept.length,
		};
	} catch {
		return undefined;
	}
}

/** One checkpoint of every family. */
const ONE_OF_EACH: readonly CheckpointId[] = [
	...new Map(CHECKPOINT_IDS.map((id) => [checkpointById(id).family, id])).values(),
];

/** Every combination of the listed values of one scenario's deployable settings. */
function listed(id: CheckpointId, scenario: "single-image" | "video"): Settings[] {
	const { family, constants } = checkpointById(id);
	const knobs = familyById(family).knobs(constants)[scenario];
	return knobs
		.filter(({ deployable }) => deployable)
		.reduce<Settings[]>(
			(found, { setting, values }) =>
				found.flatMap((settings) => values.map((value) => ({ ...settings, [setting]: value }))),
			[{}],
		);
}

describe("against every combination of listed values", () => {
	const photos = alone(image(1170, 2532), image(960, 540), image(2400, 600));
	const clips = alone(clip(640, 360, 288, 24), clip(1280, 720, 90, 30));
	test.each(
		ONE_OF_EACH.flatMap((id) =>
			[400, 1500, 6000].flatMap((limit) => [
				{ id, limit, scenario: "single-image" as const, samples: photos },
				{ id, limit, scenario: "video" as const, samples: clips },
			]),
		),
	)("$id, $scenario under $limit", ({ id, limit, scenario, samples }) => {
		if (counted(id, {}, samples) === undefined) return;
		const { settings, fits } = fitSettings(id, samples, { maxTokens: limit });
		const found = counted(id, settings, samples);
		expect(found).toBeDefined();
		expect((found?.most ?? 0) <= limit).toBe(fits);
		const others = [{}, ...listed(id, scenario)].flatMap((each) => counted(id, each, samples) ?? []);
		const best = Math.max(0, ...others.filter(({ most }) => most <= limit).map(({ kept }) => kept));
		if (best > 0) expect(fits).toBe(true);
		if (fits) expect(found?.kept).toBeGreaterThan(0.97 * best);
		else expect(found?.most).toBeLessThanOrEqual(Math.min(...others.map(({ most }) => most)));
	});
});

test("no sample exceeds the limits, whatever the media, alone or combined", () => {
	const item = fc.oneof(
		fc.record({
			kind: fc.constant("image" as const),
			width: fc.integer({ min: 30, max: 5000 }),
			height: fc.integer({ min: 30, max: 5000 }),
		}),
		fc.record({
			kind: fc.constant("video" as const),
			width: fc.integer({ min: 100, max: 1920 }),
			height: fc.integer({ min: 100, max: 1080 }),
			frames: fc.integer({ min: 2, max: 900 }),
			fps: fc.constantFrom(10, 24, 29.97),
		}),
	);
	fc.assert(
		fc.property(
			fc.constantFrom(...ONE_OF_EACH),
			fc.array(fc.array(item, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 }),
			fc.integer({ min: 50, max: 8000 }),
			(id, media, maxTokens) => {
				const samples = media.map((items) => ({ media: items }));
				const { settings, fits } = fitSettings(id, samples, { maxTokens });
				const taken = samples.filter((sample) => counted(id, {}, [sample]) !== undefined);
				if (taken.length === 0) return !fits;
				const found = counted(id, settings, taken);
				return found !== undefined && found.most <= maxTokens === fits;
			},
		),
		{ seed: 11, numRuns: 150 },
	);
});

test("with many samples, one outside the searched subset still fits", () => {
	// 500 sizes of equal area: which one is heaviest depends on the settings.
	const samples = alone(
		...Array.from({ length: 500 }, (_, index) =>
			image(400 + index * 7, Math.round(1_200_000 / (400 + index * 7))),
		),
	);
	for (const id of ["internvl3-8b", "llava-v1.6-mistral-7b", "qwen2.5-vl-7b"] as const) {
		const { settings, fits } = fitSettings(id, samples, { maxTokens: 2000 });
		expect([id, fits, (counted(id, settings, samples)?.most ?? 0) <= 2000]).toEqual([id, true, true]);
	}
});

test("tight limits search below the values that plans try, also for a setting shared by both kinds", () => {
	const samples = [...alone(image(1600, 1200)), ...alone(clip(640, 360, 60, 30))];
	for (const id of ["llava-onevision-2-8b", "qwen2.5-vl-7b", "qwen3-vl-8b"]) {
		const { settings, fits } = fitSettings(id, samples, { maxTokens: 300 });
		expect([id, fits, (counted(id, settings, samples)?.most ?? 0) <= 300]).toEqual([id, true, true]);
	}
});

test("the given settings stay unless something is better, and the search starts from them", () => {
	expect(fitSettings("qwen2.5-vl-7b", alone(image(300, 300)), { maxTokens: 5000 })).toEqual({
		settings: {},
		fits: true,
	});
	const few = fitSettings("internvl3-8b", alone(image(4000, 3000)), { maxTokens: 9000 }, { min_patches: 4 });
	expect(
		counted("internvl3-8b", { min_patches: 4, ...few.settings }, alone(image(4000, 3000))),
	).toBeDefined();
});

test("the context length also limits the search, markers included", () => {
	const samples = alone(clip(1280, 720, 900, 30));
	const { settings } = fitSettings("qwen3-vl-8b", samples, { maxTokens: 1e6, maxContextTokens: 2000 });
	expect(
		createCounterFrom("qwen3-vl-8b", settings).count(samples[0] as Sample).contextTokens,
	).toBeLessThanOrEqual(2000);
});
