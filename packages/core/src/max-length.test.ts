/** The length a set of samples needs, checked by sorting the counts, and how estimates and refusals are reported. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { count } from "./count.ts";
import { createLengthMeter, maxLengthFor } from "./max-length.ts";
import type { Sample, VideoItem } from "./sample.ts";

const samples = fc.array(
	fc.record({
		media: fc.array(
			fc.record({
				kind: fc.constant("image" as const),
				width: fc.integer({ min: 100, max: 2000 }),
				height: fc.integer({ min: 100, max: 2000 }),
			}),
			{ maxLength: 3 },
		),
		textTokens: fc.integer({ min: 0, max: 5000 }),
	}),
	{ minLength: 1, maxLength: 60 },
);

test("quantiles are those of the sorted context lengths, text included", () => {
	fc.assert(
		fc.property(samples, fc.integer({ min: 1, max: 100 }), (all, percent) => {
			const lengths = all
				.map((sample) => count("llava-onevision-qwen2-7b-ov", sample).contextTokens)
				.sort((a, b) => a - b);
			const ranked = (percentage: number) => lengths[Math.ceil((percentage * lengths.length) / 100) - 1];
			const result = maxLengthFor("llava-onevision-qwen2-7b-ov", all, { quantile: percent / 100 });
			expect(result.maxLength).toBe(ranked(percent));
			expect(result.over).toBe(lengths.filter((length) => length > result.maxLength).length);
			expect(result.over).toBeLessThanOrEqual(all.length * (1 - percent / 100) + 1e-9);
			expect([result.p95.tokens, result.p99.tokens, result.max.tokens]).toEqual([95, 99, 100].map(ranked));
			expect(result.samples).toBe(all.length);
			const longest = all[result.max.sample];
			if (longest === undefined) throw new Error("the longest is one of them");
			expect(count("llava-onevision-qwen2-7b-ov", longest).contextTokens).toBe(result.max.tokens);
		}),
		{ seed: 4, numRuns: 100 },
	);
});

const clip: VideoItem = { kind: "video", width: 640, height: 360, frames: 240, fps: 24 };

test("times between frames are an estimate and labeled; a tokenizer makes them exact", () => {
	const sample: Sample = { media: [clip], textTokens: 40 };
	const { max } = maxLengthFor("qwen3-vl-8b", [sample]);
	const layout = count("qwen3-vl-8b", sample);
	expect(max).toEqual({
		tokens: layout.contextTokens,
		estimatedTextTokens: layout.items[0]?.wrapper.estimatedTextTokens,
		exact: false,
		sample: 0,
	});
	const counted = maxLengthFor("qwen3-vl-8b", [sample], { countText: (text) => text.length }).max;
	expect(counted).toMatchObject({ estimatedTextTokens: 0, exact: true });
});

test("a refused sample is left out with its reason, and counted", () => {
	const result = maxLengthFor("llava-1.5-7b", [
		{ media: [{ kind: "image", width: 10, height: 10 }] },
		{ media: [clip] },
		{ media: [clip] },
		{ media: [{ kind: "image", width: 0, height: 10 }] },
	]);
	expect(result.samples).toBe(1);
	expect(result.leftOut.map(({ code, samples }) => [code, samples])).toEqual([
		["unsupported", 2],
		["invalid-media", 1],
	]);
});

test("the meter grows past its first block and keeps order", () => {
	const meter = createLengthMeter();
	for (let index = 0; index < 5000; index++) {
		meter.add({ items: [], contextTokens: (index * 7919) % 5000 });
	}
	const { max, p95, mean, samples: counted } = meter.result(0.5);
	expect(counted).toBe(5000);
	expect(max.tokens).toBe(4999);
	expect((max.sample * 7919) % 5000).toBe(4999);
	expect(p95.tokens).toBe(4749);
	expect(mean).toBe(2499.5);
	expect(meter.longerThan(4000)).toBe(999);
});

test("no samples and shares outside 0 to 1 are refused", () => {
	expect(() => maxLengthFor("llava-1.5-7b", [])).toThrowErrorMatchingInlineSnapshot(
		`[OnevisionError: no sample to measure; give at least one]`,
	);
	expect(() => maxLengthFor("llava-1.5-7b", [{ media: [clip] }])).toThrowErrorMatchingInlineSnapshot(
		`[OnevisionError: no sample to measure; 1 refused, e.g. LLaVA-1.5 takes no video; choose a model that does (onevision models); give at least one]`,
	);
	expect(() =>
		maxLengthFor("llava-1.5-7b", [{ media: [] }], { quantile: 0 }),
	).toThrowErrorMatchingInlineSnapshot(
		`[OnevisionError: quantile 0: give the share of samples that must fit, above 0 to 1]`,
	);
});
