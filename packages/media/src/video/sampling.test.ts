/** Sampling strategies by name, against the references' choices and against their invariants. */

import { readFileSync } from "node:fs";
import { OnevisionError } from "@onevision/base";
import { MAX_FRAMES } from "@onevision/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { changeCosts, sampleByBitCost } from "./bit-cost.ts";
import { frameIndexOf, type RawPacket } from "./frame-index.ts";
import { chooseFrames, frameAt, type Sampling } from "./sampling.ts";
import type { SamplingReference } from "./sampling-references.ts";

type Asked = { readonly frames?: number; readonly rate?: number; readonly most?: number };
type Row = readonly [SamplingReference, number, number, Asked, readonly number[] | null];

const { rows }: { rows: readonly Row[] } = JSON.parse(
	readFileSync(new URL("fixtures/choices.json", import.meta.url), "utf8"),
);

/** A clip whose frames have these sizes, displayed one tick apart at `fps`; `keys` are key frames. */
function clip(sizes: readonly number[], keys: readonly number[] = [0], fps = 24) {
	const packets = sizes.map(
		(bytes, pts): RawPacket => ({ pts, bytes, duration: 1, isKey: keys.includes(pts), isShown: true }),
	);
	return frameIndexOf(packets, { numerator: 1, denominator: fps }, fps);
}

/** Frames displayed at these ticks, in milliseconds. */
function uneven(ticks: readonly number[], last: number) {
	const packets = ticks.map(
		(pts): RawPacket => ({ pts, bytes: 1, duration: last, isKey: true, isShown: true }),
	);
	return frameIndexOf(packets, { numerator: 1, denominator: 1000 });
}

test("every reference row", () => {
	const clips = new Map<number, ReturnType<typeof clip>>();
	for (const [like, total, fps, { frames, rate, most }, expected] of rows) {
		const whole = clips.get(total) ?? clip(new Array<number>(total).fill(1));
		clips.set(total, whole);
		const index = { ...whole, fps };
		const sampling: Sampling =
			frames === undefined
				? { strategy: "fps", fps: rate ?? 0, like, ...(most !== undefined && { maxFrames: most }) }
				: { strategy: "uniform", frames, like };
		const choose = () => chooseFrames(index, sampling);
		const name = JSON.stringify([like, total, fps, { frames, rate, most }]);
		if (expected === null) expect(choose, name).toThrow(OnevisionError);
		else expect(choose(), name).toEqual(expected);
	}
});

test("the original repository steps by whole frames: over twice the clip's rate there is no step", () => {
	const index = clip(new Array<number>(6).fill(1));
	const at = (fps: number) => chooseFrames(index, { strategy: "fps", fps, like: "original" });
	expect(at(24)).toEqual([0, 1, 2, 3, 4, 5]);
	expect(at(47)).toEqual([0, 1, 2, 3, 4, 5]);
	expect(() => at(48)).toThrow(
		"original refuses to take 12 frames of a video of 6; ask for a number it can give",
	);
});

describe("by the clock", () => {
	const index = uneven([500, 600, 700, 800, 900, 1500, 2100, 2200], 100);

	test("variable rates come out even in time", () => {
		// 0, 0.5, 1 and 1.5 seconds after the first frame, frames 0, 4, 5 and 5 are on screen; the clip lasts until 2.1.
		expect(chooseFrames(index, { strategy: "fps", fps: 2 })).toEqual([0, 4, 5]);
		expect(chooseFrames(index, { strategy: "fps", fps: 1, minFrames: 6 })).toEqual([0, 3, 4, 5]);
		expect(chooseFrames(index, { strategy: "fps", fps: 10, maxFrames: 2 })).toEqual([0, 4]);
		expect(chooseFrames(index, { strategy: "fps", fps: 10, maxFrames: 1 })).toEqual([0]);
	});

	test("a stretch that the clip's end cuts off has its frame too", () => {
		// 1.8 s: intervals start at 0 and 1 s; at 1.5 per second, at 0, 0.667 and 1.333 s.
		expect(chooseFrames(index, { strategy: "fps", fps: 1 })).toEqual([0, 5]);
		expect(chooseFrames(index, { strategy: "fps", fps: 1.5 })).toEqual([0, 4, 5]);
		// A clip shorter than one interval counts as one.
		expect(chooseFrames(index, { strategy: "fps", fps: 0.1 })).toEqual([0]);
		// Exactly two.
		expect(chooseFrames(index, { strategy: "fps", fps: 2 / 1.8 })).toEqual([0, 4]);
	});

	test("given times", () => {
		const seconds = [0, 0.099, 0.1, 0.39, 1.7, 1.8];
		expect(chooseFrames(index, { strategy: "timestamps", seconds })).toEqual([0, 0, 1, 3, 7, 7]);
		expect(() =>
			chooseFrames(index, { strategy: "timestamps", seconds: [1.9] }),
		).toThrowErrorMatchingInlineSnapshot(
			`[OnevisionError: 1.9 s: the video ends at 1.800 s; give times up to that]`,
		);
	});

	test("a tenth of a millisecond past the end is still the last frame, more is not", () => {
		const timed = { frames: index.frames, durationSeconds: 1.8 };
		expect(frameAt(timed, 1.8 + 1e-4)).toBe(7);
		expect(() => frameAt(timed, 1.8 + 1.01e-4)).toThrow(/the video ends at 1.800 s/);
	});

	test("a rate equal to the clip's takes every frame once", () => {
		for (const fps of [24, 25, 29.97, 24000 / 1001]) {
			const even = clip(new Array<number>(100).fill(1), [0], fps);
			expect(chooseFrames(even, { strategy: "fps", fps })).toEqual(even.frames.map((_, frame) => frame));
		}
	});
});

test("key frames", () => {
	const index = clip(new Array<number>(50).fill(1), [0, 10, 20, 30, 40]);
	expect(chooseFrames(index, { strategy: "keyframes" })).toEqual([0, 10, 20, 30, 40]);
	expect(chooseFrames(index, { strategy: "keyframes", maxFrames: 2 })).toEqual([0, 20]);
});

describe("bit cost", () => {
	test("a still scene gets few frames, a moving one many", () => {
		const sizes = Array.from({ length: 100 }, (_, frame) => (frame === 0 ? 9000 : frame < 70 ? 20 : 400));
		const chosen = chooseFrames(clip(sizes), { strategy: "bit-cost", frames: 10 });
		expect(chosen.filter((frame) => frame >= 70).length).toBeGreaterThanOrEqual(7);
		expect(chosen.filter((frame) => frame < 70).length).toBeGreaterThanOrEqual(1);
	});

	test("key frames of a fixed distance in a still scene draw no attention", () => {
		const keys = [0, 12, 24, 36, 48];
		const sizes = Array.from({ length: 60 }, (_, frame) => (keys.includes(frame) ? 8000 : 30));
		expect(changeCosts(clip(sizes, keys))).toEqual(new Array<number>(60).fill(30));
		expect(sampleByBitCost(clip(sizes, keys), 6)).toEqual([5, 15, 25, 34, 44, 54]);
	});

	test("a key frame that comes early is a cut and counts whole", () => {
		const keys = [0, 12, 24, 29, 41];
		const sizes = Array.from({ length: 60 }, (_, frame) => (keys.includes(frame) ? 8000 : 30));
		const costs = changeCosts(clip(sizes, keys));
		expect(costs.flatMap((cost, frame) => (cost > 30 ? [frame] : []))).toEqual([29]);
		// Half of the frames cluster around the cut, on both sides of it.
		const near = sampleByBitCost(clip(sizes, keys), 4).filter((frame) => Math.abs(frame - 29) <= 3);
		expect([Math.min(...near) < 29, Math.max(...near) >= 29]).toEqual([true, true]);
	});

	test("of a key frame of another scene the difference counts", () => {
		const sizes = Array.from({ length: 48 }, (_, frame) => (frame === 0 ? 8000 : frame === 24 ? 3000 : 30));
		expect(changeCosts(clip(sizes, [0, 24]))[24]).toBe(5000);
	});

	test("the first key frame counts as the median of its neighbors, of an even number their middle's mean", () => {
		expect(changeCosts(clip([9000, 40, 10, 80, 20, 500]))[0]).toBe(30);
		expect(changeCosts(clip([9000, 40, 10, 80]))[0]).toBe(40);
		expect(changeCosts(clip([9000, 40, 10]))[0]).toBe(25);
	});

	test("where all are key frames, what differs in size counts", () => {
		const index = clip([10, 10, 15, 15, 9], [0, 1, 2, 3, 4]);
		expect(changeCosts(index)).toEqual([0, 0, 5, 0, 6]);
	});

	test("spacing that does not fit is refused", () => {
		const ask = () =>
			chooseFrames(clip(new Array<number>(20).fill(1)), { strategy: "bit-cost", frames: 5, minSpacing: 6 });
		expect(ask).toThrowErrorMatchingInlineSnapshot(
			`[OnevisionError: minSpacing 6: only 4 of 20 frames lie 6 apart, got 5; lower one of them]`,
		);
	});

	test("always ascending, apart, within the clip, as many as asked, the same again", () => {
		// An empty packet is not a frame.
		const bytes = fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 200_000 }));
		const sizes = fc.array(bytes, { minLength: 1, maxLength: 200 });
		fc.assert(
			fc.property(
				sizes,
				fc.nat(3),
				fc.integer({ min: 1, max: 64 }),
				fc.double({ min: 0, max: 1, noNaN: true }),
				(sizes, every, count, evenShare) => {
					const keys = sizes.flatMap((_, frame) => (every > 0 && frame % (every * 7) === 0 ? [frame] : []));
					const index = clip(sizes, keys);
					const chosen = sampleByBitCost(index, count, { evenShare });
					expect(chosen.length).toBe(Math.min(count, sizes.length));
					const spacing = Math.max(1, Math.floor((0.25 * sizes.length) / count));
					for (const [place, frame] of chosen.entries()) {
						expect(frame).toBeGreaterThanOrEqual(place === 0 ? 0 : (chosen[place - 1] ?? 0) + spacing);
						expect(frame).toBeLessThan(sizes.length);
					}
					expect(sampleByBitCost(index, count, { evenShare })).toEqual(chosen);
				},
			),
			{ seed: 12, numRuns: 300 },
		);
	});
});

test("what is asked wrongly is told", () => {
	const index = clip([1, 1, 1]);
	const ask = (sampling: object) => () => chooseFrames(index, sampling as Sampling);
	expect(ask({ strategy: "bitcost", frames: 1 })).toThrowErrorMatchingInlineSnapshot(
		`[OnevisionError: no sampling strategy "bitcost"; did you mean bit-cost? There are uniform, fps, keyframes, timestamps, bit-cost]`,
	);
	expect(ask({ strategy: "uniform", frame: 1 })).toThrowErrorMatchingInlineSnapshot(
		`[OnevisionError: frame: no such key; did you mean frames? Known: frames, like]`,
	);
	expect(ask({ strategy: "uniform", frames: 0 })).toThrowErrorMatchingInlineSnapshot(
		`[OnevisionError: frames: expected a whole number from 1 to 10368000, got 0]`,
	);
	expect(ask({ strategy: "uniform", frames: 9 })).toThrowErrorMatchingInlineSnapshot(
		`[OnevisionError: transformers refuses to take 9 frames of a video of 3; ask for a number it can give]`,
	);
	expect(ask({ strategy: "fps", fps: 1, like: "vllm", minFrames: 2 })).toThrowErrorMatchingInlineSnapshot(
		`[OnevisionError: vllm has no minFrames when it samples by rate; leave it out]`,
	);
	expect(ask({ strategy: "fps", fps: 1, minFrames: 3, maxFrames: 2 })).toThrowErrorMatchingInlineSnapshot(
		`[OnevisionError: minFrames 3 is over maxFrames 2; swap them]`,
	);
});

test("sampling by rate needs the video's own rate", () => {
	const { frames, timeBase, packets, isTimed } = clip([1, 1, 1]);
	for (const like of [undefined, "vllm"] as const) {
		const sampling: Sampling = { strategy: "fps", fps: 1, ...(like !== undefined && { like }) };
		expect(() => chooseFrames({ frames, timeBase, packets, isTimed }, sampling)).toThrow(/video fps unknown/);
	}
});

test("options at their bounds", () => {
	const { frames, timeBase, packets, isTimed } = clip(new Array<number>(9).fill(1), [0, 4]);
	// No duration: every time lies within the clip.
	const endless = { frames, timeBase, packets, isTimed, fps: 24 };
	/** Whether the option itself is refused, not what it would choose. */
	const isRefused = (sampling: Sampling) => {
		try {
			chooseFrames(endless, sampling);
			return false;
		} catch (error) {
			return error instanceof OnevisionError && /expected|seconds/.test(error.message);
		}
	};
	const times = (count: number) => new Array<number>(count).fill(0);
	const pairs: readonly (readonly [taken: Sampling, refused: Sampling])[] = [
		[
			{ strategy: "uniform", frames: MAX_FRAMES, like: "vllm" },
			{ strategy: "uniform", frames: MAX_FRAMES + 1, like: "vllm" },
		],
		[
			{ strategy: "fps", fps: 0.001 },
			{ strategy: "fps", fps: 0.0009 },
		],
		[
			{ strategy: "fps", fps: 1000 },
			{ strategy: "fps", fps: 1000.5 },
		],
		[
			{ strategy: "fps", fps: 1, minFrames: 1 },
			{ strategy: "fps", fps: 1, minFrames: 0 },
		],
		[
			{ strategy: "fps", fps: 1, maxFrames: 1 },
			{ strategy: "fps", fps: 1, maxFrames: 0 },
		],
		[
			{ strategy: "keyframes", maxFrames: 1 },
			{ strategy: "keyframes", maxFrames: 0 },
		],
		[
			{ strategy: "timestamps", seconds: [1e9] },
			{ strategy: "timestamps", seconds: [1e9 + 0.5] },
		],
		[
			{ strategy: "timestamps", seconds: [0] },
			{ strategy: "timestamps", seconds: [-0.5] },
		],
		[
			{ strategy: "timestamps", seconds: times(1) },
			{ strategy: "timestamps", seconds: [] },
		],
		[
			{ strategy: "timestamps", seconds: times(100_000) },
			{ strategy: "timestamps", seconds: times(100_001) },
		],
		[
			{ strategy: "bit-cost", frames: 2, evenShare: 0 },
			{ strategy: "bit-cost", frames: 2, evenShare: -0.5 },
		],
		[
			{ strategy: "bit-cost", frames: 2, evenShare: 1 },
			{ strategy: "bit-cost", frames: 2, evenShare: 1.5 },
		],
		[
			{ strategy: "bit-cost", frames: 2, minSpacing: 1 },
			{ strategy: "bit-cost", frames: 2, minSpacing: 0 },
		],
	];
	for (const [taken, refused] of pairs) {
		expect([isRefused(taken), isRefused(refused)], JSON.stringify(taken).slice(0, 80)).toEqual([false, true]);
	}
});
