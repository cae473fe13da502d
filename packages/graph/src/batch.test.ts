/** Batches cut in parts: every tensor along its first axis, without a copy. */

import { float32, int64, zeros } from "@onevision/base";
import { expect, test } from "vitest";
import { splitBatch } from "./batch.ts";

test("parts follow one another and share the data", () => {
	const x = float32(
		[4, 3],
		Float32Array.from({ length: 12 }, (_, i) => i),
	);
	const parts = splitBatch({ x, y: int64([4], [5, 6, 7, 8]) }, 2);
	expect(parts.map(({ x: rows, y }) => [rows?.shape, rows?.data, y?.data])).toEqual([
		[[2, 3], Float32Array.of(0, 1, 2, 3, 4, 5), BigInt64Array.of(5n, 6n)],
		[[2, 3], Float32Array.of(6, 7, 8, 9, 10, 11), BigInt64Array.of(7n, 8n)],
	]);
	expect(parts[1]?.x?.data.buffer).toBe(x.data.buffer);
	expect(splitBatch({ x }, 1)).toEqual([{ x }]);
});

test("batches that are not divisible are refused", () => {
	const x = zeros("float32", [6, 2]);
	for (const parts of [0, 4, 1.5, -1, Number.NaN]) {
		expect(() => splitBatch({ x }, parts)).toThrow(
			expect.objectContaining({
				code: "shape-mismatch",
				message: `splitBatch: x [6, 2] is not divisible into ${parts} parts`,
			}),
		);
	}
	expect(() => splitBatch({ scalar: zeros("float32", []) }, 2)).toThrow(
		"splitBatch: scalar [] is not divisible",
	);
});
