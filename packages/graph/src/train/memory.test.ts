/** The SIMD functions against the plain ones, for every length: updates have the same bits. */

import { expect, test } from "vitest";
import { createRandom } from "../random.ts";
import { float32 } from "../tensor.ts";
import { numbersFrom } from "./memory.ts";

test("both give the same", () => {
	const random = createRandom(11);
	const lengths = [0, 1, 3, 4, 5, 16, 1001];
	const draw = (length: number, spread: number) =>
		float32(
			[length],
			Float32Array.from({ length }, () => spread * random.normal()),
		);
	const tensors = (spread: number) =>
		Object.fromEntries(lengths.map((length) => [`p${length}`, draw(length, spread)]));
	const zeros = () => tensors(0);
	const state = { step: 0, parameters: tensors(1), first: zeros(), second: zeros() };
	const [simd, plain] = [numbersFrom(state), numbersFrom(state, false)];
	for (let step = 1; step <= 6; step++) {
		for (const length of lengths) {
			const gradient = draw(length, 10 ** random.integer(4)).data as Float32Array;
			const update = {
				learningRate: 0.01,
				weightDecay: 0.1,
				beta1: 0.9,
				beta2: 0.99,
				epsilon: 1e-8,
				step,
				scale: 0.3,
			};
			for (const numbers of [simd, plain]) {
				numbers.collect(`p${length}`, gradient, false);
				numbers.collect(`p${length}`, gradient, true);
				numbers.update(`p${length}`, update);
			}
			const [a, b] = [simd.squares(`p${length}`), plain.squares(`p${length}`)];
			expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-14 * b);
			expect(b > 0).toBe(length > 0);
		}
	}
	for (const part of ["parameters", "first", "second"] as const) {
		for (const length of lengths) {
			const [a, b] = [simd, plain].map((numbers) => numbers[part][`p${length}`]?.data as Float32Array);
			expect(a).toEqual(b);
		}
	}
	expect(simd.parameters.p5?.data.buffer).toBe(simd.first.p5?.data.buffer);
	expect(plain.parameters.p5?.data.buffer).not.toBe(plain.first.p5?.data.buffer);
});
