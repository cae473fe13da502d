/** The SIMD functions against the plain ones, for every length: updates have the same bits. */

import { expect, test } from "vitest";
import { createRandom } from "../random.ts";
import { part, shareMemory } from "./memory.ts";

const LENGTHS = [0, 16, 48, 1008, 70_000];
const TOTAL = LENGTHS.reduce((sum, length) => sum + length, 0);

test("both give the same", () => {
	const random = createRandom(11);
	const draw = (spread: number) => Float32Array.from({ length: TOTAL }, () => spread * random.normal());
	const both = [shareMemory(TOTAL), shareMemory(TOTAL, false)] as const;
	const values = draw(1);
	for (const memory of both) memory.values.set(values);
	for (let step = 1; step <= 4; step++) {
		const [gradients, more] = [draw(10 ** random.integer(4)), draw(1)];
		let offset = 0;
		for (const length of LENGTHS) {
			const range = { offset, length };
			offset += length;
			const update = {
				learningRate: 0.01,
				weightDecay: 0.1,
				beta1: 0.9,
				beta2: 0.99,
				epsilon: 1e-8,
				step,
				scale: 0.3,
			};
			for (const memory of both) {
				part(memory.gradients, range).set(part(gradients, range));
				memory.add(more, range);
				memory.update(range, update);
			}
			const [simd, plain] = both.map((memory) => memory.squares(range)) as [number, number];
			expect(simd).toBe(plain);
			expect(plain > 0).toBe(length > 0);
		}
	}
	for (const kind of ["values", "first", "second", "gradients"] as const) {
		expect(Buffer.from(both[0][kind].slice().buffer).equals(Buffer.from(both[1][kind].buffer))).toBe(true);
	}
	expect(both[0].values.buffer).toBe(both[0].first.buffer);
	expect(both[1].values.buffer).not.toBe(both[1].first.buffer);
});
