/** Surviving shares, derived by hand for layouts small enough to check on paper, and the formula that combines them. */

import { OnevisionError } from "@onevision/base";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CHECKPOINT_IDS } from "../checkpoints.ts";
import { createCounterFrom } from "../count.ts";
import type { MediaItem } from "../sample.ts";
import {
	DEFAULT_FIDELITY,
	fidelityGap,
	fidelityModel,
	fidelityOf,
	fidelityOfLogs,
	isClearlyLess,
	isClearlyMore,
	type KeptShares,
	keepsClearlyLess,
	keptShares,
	type LogShares,
	untrainedFramesLoss,
} from "./fidelity.ts";

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
	test("sixteen tiles' worth of pixels in one tile keep a sixteenth", () => {
		expect(kept(image(1536, 1536), { max_tiles: 1 }).resolution).toBe(1 / 16);
	});
	test("an enlarged image keeps at most everything", () => {
		expect(kept(image(100, 100)).resolution).toBe(1);
	});
	test("enlarging one axis does not compensate for shrinking the other", () => {
		// 640×360 in 384×384: 384/640 of the columns, every row.
		const frame: MediaItem = { kind: "video", width: 640, height: 360, frames: 4, fps: 4 };
		expect(kept(frame).resolution).toBe(384 / 640);
	});
	test("padding does not count as kept pixels", () => {
		// 1536×384 in one tile: the image covers 384×96 of it.
		expect(kept(image(1536, 384), { max_tiles: 1 }).resolution).toBe((384 * 96) / (1536 * 384));
	});
	test("nor does the padding of several images to squares", () => {
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
	test("a cap of one tile on four keeps two tiles of five, the overview among them", () => {
		expect(kept(image(768, 768), { anyres_max: 1 }).density).toBeCloseTo(2 / 5, 2);
	});
	test("dropped padding is not a loss", () => {
		expect(kept(image(768, 384)).density).toBe(1);
	});
	test("patches that see only padding do not count", () => {
		// 1000×384 on a canvas of 3 tiles, 1152×384: the pooled rows keep 36 of 42 columns. Overview: 14×14 of 27×27.
		const patches = 27 * 81 * (1000 / 1152) + 27 * 27;
		expect(kept(image(1000, 384), { image_pooling: 2 }).density).toBeCloseTo(
			(14 * 36 + 14 * 14) / patches,
			12,
		);
	});
	test("nor in one padded square: features of padding are not a gain", () => {
		// An image twice as wide as high covers half of 24×24 patches, each of which yields one feature.
		expect(kept(image(672, 336), {}, "llava-1.5-7b").density).toBe(1);
		const square = kept(image(672, 672), { image_pooling: 3 }).density;
		expect(kept(image(672, 336), { image_pooling: 3 }).density).toBeCloseTo(square, 1);
	});
});

describe("duration: a frame stands for a quarter of a second", () => {
	test("eight frames of 30 s are 2/30", () => {
		expect(kept(clip(900, 30), { num_frames: 8 }).duration).toBeCloseTo(2 / 30, 12);
	});
	test("32 frames of 8 s cover everything", () => {
		expect(kept(clip(240, 30), { num_frames: 32 }).duration).toBe(1);
	});
	test("without a frame rate, uses the share of frames", () => {
		expect(kept(clip(64), { num_frames: 16 }).duration).toBe(1 / 4);
	});
	test("an image has no duration to lose", () => {
		expect(kept(image(9, 9)).duration).toBe(1);
	});
});

describe("formula", () => {
	const third = { resolution: 0.25, density: 0.0625, duration: 0.5 };
	test("powers of the shares", () => {
		expect(fidelityOf(third, DEFAULT_FIDELITY)).toBeCloseTo(0.25 ** 0.3 * 0.0625 ** 0.25 * 0.5 ** 0.45, 12);
	});
	test("an exponent of 0 ignores the loss", () => {
		expect(fidelityOf(third, { resolution: 0, density: 0, duration: 0, secondsPerFrame: 1 })).toBe(1);
	});
	test("over samples it is the geometric mean, with the square of what is used", () => {
		const logs = { resolution: Math.log(0.25), density: 0, duration: 0, used: Math.log(0.5) };
		expect(fidelityOfLogs(logs, DEFAULT_FIDELITY)).toBeCloseTo(0.25 ** 0.3 * 0.25, 12);
	});
});

describe("gaps", () => {
	const shares = (resolution: number, density: number, duration: number, used = 1): LogShares => ({
		resolution: Math.log(resolution),
		density: Math.log(density),
		duration: Math.log(duration),
		used: Math.log(used),
	});
	const model = fidelityModel();

	test("four times the frames at a quarter of the tokens each is a tie within the published ranges", () => {
		const gap = fidelityGap(shares(1, 1 / 4, 0.4), shares(1, 1, 0.1), model);
		expect([gap.min < 0, gap.max > 0]).toEqual([true, true]);
		expect(isClearlyMore(gap) || isClearlyLess(gap)).toBe(false);
	});
	test("twice the frames at equal tokens each is clearly more", () => {
		const gap = fidelityGap(shares(1, 1 / 4, 0.4), shares(1, 1 / 4, 0.2), model);
		expect(gap.central).toBeCloseTo(0.45 * Math.LN2, 12);
		expect(isClearlyMore(gap)).toBe(true);
	});
	test("one more frame among many is noise", () => {
		expect(isClearlyMore(fidelityGap(shares(1, 1, 0.65), shares(1, 1, 0.62), model))).toBe(false);
	});
	test("user-given exponents have no range", () => {
		const own = fidelityModel({ density: 1, duration: 0.1 });
		const gap = fidelityGap(shares(1, 1 / 4, 0.4), shares(1, 1, 0.1), own);
		expect(gap.min).toBeCloseTo(gap.max, 12);
		expect(isClearlyLess(gap)).toBe(true);
	});
	test("the shortcut agrees with the gap", () => {
		const share = fc.double({ min: 0.01, max: 1, noNaN: true });
		const any = fc.tuple(share, share, share, share).map((each) => shares(...each));
		fc.assert(
			fc.property(any, any, (a, b) => {
				expect(keepsClearlyLess(a, b, model)).toBe(isClearlyLess(fidelityGap(a, b, model)));
			}),
			{ seed: 8, numRuns: 2000 },
		);
	});
	test("swapping the sides negates the gap", () => {
		const [a, b] = [shares(0.3, 0.5, 0.2), shares(0.6, 0.1, 0.9, 0.5)];
		const [there, back] = [fidelityGap(a, b, model), fidelityGap(b, a, model)];
		expect(there.central).toBeCloseTo(-back.central, 12);
		expect([there.min, there.max]).toEqual([expect.closeTo(-back.max, 12), expect.closeTo(-back.min, 12)]);
	});
});

test("frames beyond training cost: half the gain at twice as many, a loss at three and a half times", () => {
	const gain = (frames: number): number => Math.log(frames / 32) + untrainedFramesLoss(frames, 32);
	expect(untrainedFramesLoss(32, 32)).toBe(-0);
	expect(gain(64) / Math.LN2).toBeGreaterThan(0.3);
	expect(gain(64) / Math.LN2).toBeLessThan(0.6);
	expect(gain(110)).toBeLessThan(0);
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
				// 0 can occur: LLaVA-1.6's padding rule can drop every row of a very thin image.
				expect(share).toBeGreaterThanOrEqual(0);
				expect(share).toBeLessThanOrEqual(1);
			}
		}),
		{ seed: 21, numRuns: 1500 },
	);
});
