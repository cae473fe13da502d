/** Processors of logits against transformers', and draws from what they leave. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createSampler, mostLikely, processLogits } from "./sampling.ts";

type Row = [number, number, number, number, number, (number | null)[]];
const { seen, logits, rows } = JSON.parse(
	readFileSync(new URL("goldens/logits.json", import.meta.url), "utf8"),
) as { seen: number[]; logits: number[][]; rows: Row[] };

test.each(
	rows,
)("temperature %d, top-k %d, top-p %d, penalty %d, logits %d", (temperature, topK, topP, penalty, index, kept) => {
	const given = Float32Array.from(logits[index] ?? []);
	const settings = { temperature, topK, topP, repetitionPenalty: penalty };
	const processed = processLogits(given, new Set(seen), settings);
	const expected = kept.map((value) => (value === null ? Number.NEGATIVE_INFINITY : Math.fround(value)));
	expect([...processed]).toEqual(expected);
	expect(Array.from(given)).toEqual(Array.from(Float32Array.from(logits[index] ?? [])));
});

test("greedy takes the first of the largest", () => {
	expect(mostLikely(Float32Array.of(1, 3, 3, 2))).toBe(1);
	expect(createSampler()(Float32Array.of(1, 3, 3, 2), new Set())).toBe(1);
});

test("draws follow the distribution, and a seed repeats them", () => {
	const scores = Float32Array.of(Math.log(1), Math.log(2), Math.log(5), Math.log(2));
	const drawn = (seed: number): number[] => {
		const sample = createSampler({ temperature: 1, seed });
		return Array.from({ length: 4000 }, () => sample(scores, new Set()));
	};
	const first = drawn(3);
	expect(drawn(3)).toEqual(first);
	expect(drawn(4)).not.toEqual(first);
	const shares = [0, 1, 2, 3].map((id) => first.filter((each) => each === id).length / first.length);
	for (const [id, share] of [0.1, 0.2, 0.5, 0.2].entries()) {
		expect(Math.abs((shares[id] ?? 0) - share)).toBeLessThan(0.03);
	}
});

test.each([
	[{ temperature: -1 }, "temperature -1"],
	[{ topP: 0 }, "topP 0"],
	[{ topK: 1.5 }, "topK 1.5"],
	[{ repetitionPenalty: 0 }, "repetitionPenalty 0"],
	[{ seed: 0.5 }, "seed 0.5"],
])("refuses %o", (options, message) => {
	expect(() => createSampler(options)).toThrow(message);
});
