/**
 * Counting for any checkpoint, size and settings: tokens are integers whose parts sum, and counts grow where they must.
 */

import { OnevisionError } from "@onevision/base";
import type { JsonSchema } from "@onevision/base/schema";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CHECKPOINT_IDS, checkpointById } from "./checkpoints.ts";
import { createCounterFrom } from "./count.ts";
import type { CheckpointId } from "./families/index.ts";
import { familyById } from "./families/index.ts";
import type { ItemLayout } from "./layout.ts";
import type { MediaItem, VideoItem } from "./sample.ts";

const video = (frames: number): VideoItem => ({ kind: "video", width: 640, height: 360, frames, fps: 30 });

/** `code: message` of an intended error. */
function refusal(call: () => unknown): string {
	try {
		call();
	} catch (error) {
		if (error instanceof OnevisionError) return `${error.code}: ${error.message}`;
		throw error;
	}
	return "accepted";
}

/** A random valid value for a setting. Large ranges are sampled uniformly over orders of magnitude. */
function settingValue(json: JsonSchema): fc.Arbitrary<unknown> {
	const { anyOf, enum: words, type } = json;
	if (Array.isArray(anyOf)) return fc.oneof(...anyOf.map((option: JsonSchema) => settingValue(option)));
	if (Array.isArray(words)) return fc.constantFrom(...words);
	if (type === "boolean") return fc.boolean();
	const [low, high] = [
		Math.log2(Number(json.minimum) || 1e-3),
		Math.log2(Math.min(Number(json.maximum), 2 ** 36)),
	];
	return fc.double({ min: low, max: high, noNaN: true }).map((power) => {
		const value = Math.min(Number(json.maximum), Math.max(Number(json.minimum), 2 ** power));
		return type === "integer" ? Math.round(value) : value;
	});
}

/** 1 to 2^24, sampled uniformly over orders of magnitude. */
const side = fc.double({ min: 0, max: 24, noNaN: true }).map((power) => Math.round(2 ** power));
const frameCount = fc.double({ min: 0, max: 13, noNaN: true }).map((power) => Math.round(2 ** power));
const anyImage = fc.record({ kind: fc.constant("image" as const), width: side, height: side });
const anyVideo = fc.record(
	{
		kind: fc.constant("video" as const),
		width: side,
		height: side,
		frames: frameCount,
		fps: fc.constantFrom(1, 23.976, 25, 30, 120),
	},
	{ requiredKeys: ["kind", "width", "height", "frames"] },
);
const anySample = fc.record({
	media: fc.array(fc.oneof({ weight: 2, arbitrary: anyImage }, anyVideo), { minLength: 1, maxLength: 3 }),
	textTokens: fc.nat(1000),
});

function anySettings(id: CheckpointId): fc.Arbitrary<Record<string, unknown>> {
	const family = familyById(checkpointById(id).family);
	const values = Object.entries(family.settings).map(
		([key, schema]) => [key, settingValue(schema.json)] as const,
	);
	return fc.record(
		{ ...Object.fromEntries(values), parity: fc.constantFrom(...family.parities) },
		{ requiredKeys: [] },
	);
}

/** Invariants of any item, whatever the family. */
function checkItem(item: ItemLayout, source: MediaItem): void {
	const { parts, visualTokens, towerTokens, views, patchGrid, wrapper, range, frameIndices } = item;
	const sum = parts.overview + parts.grid + parts.newlines + parts.markers;
	expect(sum).toBe(visualTokens);
	const whole = [
		...Object.values(parts),
		towerTokens,
		views,
		item.frames,
		wrapper.markers,
		wrapper.estimatedTextTokens,
	];
	expect(whole.every((value) => Number.isSafeInteger(value) && value >= 0)).toBe(true);
	for (const grid of [item.tileGrid, patchGrid, item.pooledGrid, item.unpaddedGrid, item.cappedGrid]) {
		expect(Number.isInteger(grid.rows) && Number.isInteger(grid.cols)).toBe(true);
	}
	expect(item.kind).toBe(source.kind);
	expect(item.source).toEqual({ width: source.width, height: source.height });
	if (range !== undefined) expect([range.min <= range.max, range.max]).toEqual([true, visualTokens]);
	if (frameIndices !== undefined && source.kind === "video") {
		frameIndices.forEach((frame, at) => {
			if (frame < (frameIndices[at - 1] ?? 0) || frame >= source.frames)
				expect(frameIndices).toBe("ascending, in the clip");
		});
	}
}

const RUNS = 60;

describe.each(CHECKPOINT_IDS)("%s, at any size and setting", (id) => {
	test("counts integer tokens whose parts sum, or is refused with a message", { timeout: 20_000 }, () => {
		let counted = 0;
		const tried = fc.property(anySample, anySettings(id), (sample, settings) => {
			const message = refusal(() => {
				const layout = createCounterFrom(id, settings).count(sample);
				counted++;
				for (const [index, item] of layout.items.entries()) checkItem(item, sample.media[index] as MediaItem);
				const sum = (pick: (item: ItemLayout) => number): number =>
					layout.items.reduce((total, item) => total + pick(item), 0);
				expect(layout.visualTokens).toBe(sum((item) => item.visualTokens));
				expect(layout.towerTokens).toBe(sum((item) => item.towerTokens));
				expect(layout.contextTokens).toBeGreaterThanOrEqual(layout.visualTokens + sample.textTokens);
			});
			expect(message).toMatch(
				/^(accepted|unsupported: .+|over-limit: .+ times to write .+|invalid-input: .+|invalid-media: (media\[\d+\]: )?video fps unknown: .+)$/,
			);
		});
		fc.assert(tried, { seed: 42, numRuns: RUNS });
		fc.assert(
			fc.property(anyImage, (item) => {
				if (refusal(() => createCounterFrom(id).count({ media: [item] })) === "accepted") counted++;
			}),
			{ seed: 43, numRuns: RUNS },
		);
		expect(counted).toBeGreaterThan(0);
	});
});

describe("monotonicity", () => {
	const tokensOf = (id: CheckpointId, settings: Readonly<Record<string, unknown>>) => {
		const counter = createCounterFrom(id, settings);
		return (item: MediaItem): number => counter.count({ media: [item] }).visualTokens;
	};

	// Frames are laid out identically and independently; Qwen3-VL instead shrinks them to fit a clip's limit.
	test.each<[CheckpointId, number]>([
		["llava-onevision-qwen2-7b-ov", 196],
		["llava-next-video-7b", 144],
		["video-llava-7b", 257],
	])("%s: every further frame adds %d tokens", (id, perFrame) => {
		const tokens = tokensOf(id, { num_frames: "all" });
		for (let frames = 1; frames <= 300; frames += 23) {
			expect(tokens(video(frames + 1)) - tokens(video(frames))).toBe(perFrame);
		}
	});

	test("Qwen2.5-VL: two more frames add one frame's worth of tokens, a single one at most as much", () => {
		const tokens = tokensOf("qwen2.5-vl-7b", {});
		const pair = tokens(video(2));
		for (let frames = 2; frames < 100; frames++) {
			expect(tokens(video(frames + 2)) - tokens(video(frames))).toBe(pair);
			expect(tokens(video(frames + 1))).toBeGreaterThanOrEqual(tokens(video(frames)));
		}
	});

	test("LLaVA-OneVision samples more frames on request, up to the clip's length", () => {
		const asked = [1, 8, 32, 64].map((num_frames) =>
			tokensOf("llava-onevision-qwen2-7b-ov", { num_frames })(video(40)),
		);
		expect(asked).toEqual([197, 1569, 6273, 7841]);
	});

	// A grid within 1.1 times the cap per side is kept; a larger one is shrunk below the cap. There are at most 6·27 rows.
	test("LLaVA-OneVision: no image exceeds 729 + 1.21·cap·729 + 162 tokens", () => {
		fc.assert(
			fc.property(anyImage, fc.integer({ min: 1, max: 36 }), (item, anyres_max) => {
				const tokens = tokensOf("llava-onevision-qwen2-7b-ov", { anyres_max })(item);
				expect(tokens).toBeLessThanOrEqual(729 + 1.21 * anyres_max * 729 + 162);
			}),
			{ seed: 44, numRuns: 1000 },
		);
	});

	test("LLaVA-OneVision: stronger pooling never needs more tokens", () => {
		fc.assert(
			fc.property(anyImage, (item) => {
				const [one, two, three] = [1, 2, 3].map((image_pooling) =>
					tokensOf("llava-onevision-qwen2-7b-ov", { image_pooling })(item),
				) as [number, number, number];
				expect(two).toBeLessThanOrEqual(one);
				expect(three).toBeLessThanOrEqual(two);
			}),
			{ seed: 45, numRuns: 300 },
		);
	});

	test("Qwen-VL: no image exceeds its pixel limit, not even by one token", () => {
		fc.assert(
			fc.property(anyImage, fc.integer({ min: 64, max: 16_384 }), (item, most) => {
				const max_pixels = most * 28 * 28;
				const message = refusal(() => {
					const tokens = tokensOf("qwen2.5-vl-7b", { max_pixels })(item);
					// A side shorter than one token is rounded up to one, so a very thin image may exceed the limit by its length.
					expect(tokens).toBeLessThanOrEqual(Math.max(most, 200));
				});
				expect(message).toMatch(/^(accepted|unsupported)/);
			}),
			{ seed: 46, numRuns: 1000 },
		);
	});
});
