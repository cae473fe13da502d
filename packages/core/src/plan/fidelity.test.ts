/** Shares that survive, worked out by hand for layouts one can check on paper, and the formula that joins them. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CHECKPOINT_IDS } from "../checkpoints/index.ts";
import { createCounterFrom } from "../count.ts";
import { OnevisionError } from "../errors.ts";
import type { MediaItem } from "../sample.ts";
import { DEFAULT_FIDELITY, fidelityOf, type KeptShares, keptShares } from "./fidelity.ts";

const ID = "llava-onevision-qwen2-7b-ov";

function kept(item: MediaItem, settings: Readonly<Record<string, unknown>> = {}, id = ID): KeptShares {
	const [layout] = createCounterFrom(id, settings).count({ media: [item] }).items;
	if (layout === undefined) throw new Error("nothing was laid out");
	return keptShares(item, layout, DEFAULT_FIDELITY.secondsPerFrame);
}

const image = (width: number, height: number): MediaItem => ({ kind: "image", width, height });
const clip = (frames: number, fps?: number): MediaItem => ({
	kind: "video",
	width: 384,
	height: 384,
	frames,
	...(fps === undefined ? {} : { fps }),
});

describe("resolution: pixels in over pixels there", () => {
	test("an image of exactly four tiles keeps everything", () => {
		expect(kept(image(768, 768))).toEqual({ resolution: 1, density: 1, duration: 1 });
	});
	test("sixteen tiles' worth in one tile keep a sixteenth", () => {
		expect(kept(image(1536, 1536), { max_tiles: 1 }).resolution).toBe(1 / 16);
	});
	test("an enlarged image keeps no more than all", () => {
		expect(kept(image(100, 100)).resolution).toBe(1);
	});
	test("padding is not counted as pixels kept", () => {
		// 1536×384 in one tile: 384×96 of it is picture.
		expect(kept(image(1536, 384), { max_tiles: 1 }).resolution).toBe((384 * 96) / (1536 * 384));
	});
	test("nor is what pads each of several images to a square", () => {
		const items = [image(1536, 768), image(384, 384)];
		const layouts = createCounterFrom(ID, {}).count({ media: items }).items;
		const resolutions = items.map((item, i) => {
			const layout = layouts[i];
			if (layout === undefined) throw new Error("not laid out");
			return keptShares(item, layout, DEFAULT_FIDELITY.secondsPerFrame).resolution;
		});
		expect(resolutions).toEqual([(384 * 192) / (1536 * 768), 1]);
	});
});

describe("density: features over patches", () => {
	test("pooling 27×27 to 14×14 keeps 196 of 729", () => {
		expect(kept(image(768, 768), { image_pooling: 2 }).density).toBeCloseTo(196 / 729, 12);
	});
	test("a cap of one tile on four keeps about a quarter", () => {
		expect(kept(image(768, 768), { anyres_max: 1 }).density).toBeCloseTo(1 / 4, 1);
	});
	test("padding that is dropped is no loss", () => {
		expect(kept(image(768, 384)).density).toBe(1);
	});
});

describe("duration: a frame stands for a second", () => {
	test("eight frames of 30 s are 8/30", () => {
		expect(kept(clip(900, 30), { num_frames: 8 }).duration).toBeCloseTo(8 / 30, 12);
	});
	test("32 frames of 10 s are all of it", () => {
		expect(kept(clip(300, 30), { num_frames: 32 }).duration).toBe(1);
	});
	test("without a rate, the share of the frames", () => {
		expect(kept(clip(64), { num_frames: 16 }).duration).toBe(1 / 4);
	});
	test("an image has no duration to lose", () => {
		expect(kept(image(9, 9)).duration).toBe(1);
	});
});

describe("formula", () => {
	const third = { resolution: 0.25, density: 0.0625, duration: 0.5 };
	test("the square root of pixels and duration, the fourth root of density", () => {
		expect(fidelityOf(third, DEFAULT_FIDELITY)).toBeCloseTo(0.5 * 0.5 * Math.SQRT1_2, 12);
	});
	test("an exponent of 0 ignores the loss", () => {
		expect(fidelityOf(third, { resolution: 0, density: 0, duration: 0, secondsPerFrame: 1 })).toBe(1);
	});
});

test("shares and fidelity lie between 0 and 1 for every checkpoint and size", () => {
	const side = fc.double({ min: 0, max: 14, noNaN: true }).map((power) => Math.round(2 ** power));
	const item: fc.Arbitrary<MediaItem> = fc.oneof(
		fc.record({ kind: fc.constant("image" as const), width: side, height: side }),
		fc.record({
			kind: fc.constant("video" as const),
			width: side,
			height: side,
			frames: fc.integer({ min: 1, max: 500 }),
			fps: fc.constantFrom(1, 25, 30),
		}),
	);
	fc.assert(
		fc.property(fc.constantFrom(...CHECKPOINT_IDS), item, (id, media) => {
			let shares: KeptShares;
			try {
				shares = kept(media, {}, id);
			} catch (error) {
				if (error instanceof OnevisionError) return;
				throw error;
			}
			for (const share of [...Object.values(shares), fidelityOf(shares, DEFAULT_FIDELITY)]) {
				// 0 happens: the padding rule of LLaVA-1.6 can drop every row of a sliver.
				expect(share).toBeGreaterThanOrEqual(0);
				expect(share).toBeLessThanOrEqual(1);
			}
		}),
		{ seed: 21, numRuns: 1500 },
	);
});
