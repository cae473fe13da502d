/**
 * Pooling against PyTorch (goldens/pooling.json), and exercise 5 of the lesson: where bilinear equals the mean of 2×2
 * blocks, and where it does not.
 */

import { readFileSync } from "node:fs";
import type { Grid } from "@onevision/base";
import { OnevisionError } from "@onevision/base";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type FeatureGrid, interpolateBilinear, pool } from "./pool.ts";
import { POOLING_MODES, type PoolingMode, pooledSize } from "./sizes.ts";

interface GoldenCase {
	readonly mode: PoolingMode;
	/** Absent for bilinear cases, which specify only their size. */
	readonly stride?: number;
	readonly channels: number;
	readonly from: Grid;
	readonly to: Grid;
	/** [channels, rows, cols], flattened. */
	readonly input: readonly number[];
	readonly output: readonly number[];
}

const CASES = (
	JSON.parse(readFileSync(new URL("../goldens/pooling.json", import.meta.url), "utf8")) as {
		readonly cases: readonly GoldenCase[];
	}
).cases;

const FUZZ = { seed: 5, numRuns: 100 };

/** [channels, rows, cols] to the [rows, cols, channels] of a feature grid. */
function featuresOf(values: readonly number[], { rows, cols }: Grid, dim: number): FeatureGrid {
	const cells = rows * cols;
	const inner = Float32Array.from({ length: cells * dim }, (_, at) => {
		return values[(at % dim) * cells + Math.floor(at / dim)] ?? Number.NaN;
	});
	return { rows, cols, dim, values: inner };
}

const single = (rows: number, cols: number, values: ArrayLike<number>): FeatureGrid => ({
	rows,
	cols,
	dim: 1,
	values: Float32Array.from(values),
});

/** Normal float32 values. A quarter of a subnormal value is rounded, so the identity would not hold bit for bit. */
const feature = fc
	.float({ min: -4, max: 4, noNaN: true })
	.map((value) => (Math.abs(value) < 2 ** -100 ? 0 : value));

const randomGrid = (rows: number, cols: number): fc.Arbitrary<FeatureGrid> =>
	fc
		.array(feature, { minLength: rows * cols, maxLength: rows * cols })
		.map((values) => single(rows, cols, values));

const cell = ({ cols, values }: FeatureGrid, row: number, col: number): number =>
	values[row * cols + col] ?? 0;

/** Maximum difference in float32 units in the last place, at the larger of 1 and the expected value. */
function ulps(actual: Float32Array, expected: Float32Array): number {
	return actual.reduce((most, value, index) => {
		const want = expected[index] ?? Number.NaN;
		const unit = 2 ** (Math.floor(Math.log2(Math.max(1, Math.abs(want)))) - 23);
		return Math.max(most, Math.abs(value - want) / unit);
	}, 0);
}

const EXACT_FACTORS = ["24x24 to 12x12", "24x24 to 8x8", "27x27 to 9x9"];
/** Float32 units in the last place. Fused multiply-adds on other machines may differ in the last bits. */
const TOLERANCE = 4;

describe("PyTorch's own results", () => {
	test.each(CASES.map((golden) => ({ ...golden, name: nameOf(golden) })))("$name", (golden) => {
		const features = featuresOf(golden.input, golden.from, golden.channels);
		const expected = featuresOf(golden.output, golden.to, golden.channels);
		const pooled =
			golden.stride === undefined
				? interpolateBilinear(features, golden.to)
				: pool(features, golden.stride, golden.mode);
		expect({ rows: pooled.rows, cols: pooled.cols, dim: pooled.dim }).toEqual({
			...golden.to,
			dim: golden.channels,
		});
		const exact =
			golden.mode === "max" ||
			(golden.mode === "bilinear" && EXACT_FACTORS.some((factor) => golden.name.endsWith(factor)));
		if (exact) expect(pooled.values).toEqual(expected.values);
		else expect(ulps(pooled.values, expected.values)).toBeLessThanOrEqual(TOLERANCE);
	});

	test("includes all exact pooling factors of LLaVA-OneVision", () => {
		const names = CASES.map(nameOf);
		for (const factor of EXACT_FACTORS) expect(names).toContain(`bilinear ${factor}`);
	});
});

function nameOf({ mode, stride, from, to }: GoldenCase): string {
	const by = stride === undefined ? "" : ` by ${stride}`;
	return `${mode}${by} ${from.rows}x${from.cols} to ${to.rows}x${to.cols}`;
}

describe("exercise 5: bilinear against the mean of 2×2 blocks", () => {
	test("24×24 to 12×12: bit-equal, whatever the features", () => {
		fc.assert(
			fc.property(randomGrid(24, 24), (features) => {
				expect(pool(features, 2, "bilinear").values).toEqual(pool(features, 2, "average").values);
			}),
			FUZZ,
		);
	});

	test("24×24 to 12×12 is a factor 2 per side and 4 in tokens, not 4 per side", () => {
		const { rows, cols } = pooledSize({ rows: 24, cols: 24 }, 2, "bilinear");
		expect([rows, cols, (24 * 24) / (rows * cols)]).toEqual([12, 12, 4]);
	});

	test("24×24 to 8×8 is the center patch of each 3×3 block, not the block's mean", () => {
		fc.assert(
			fc.property(randomGrid(24, 24), (features) => {
				const pooled = pool(features, 3, "bilinear");
				for (let row = 0; row < 8; row++) {
					for (let col = 0; col < 8; col++) {
						expect(cell(pooled, row, col)).toBe(cell(features, 3 * row + 1, 3 * col + 1));
					}
				}
			}),
			FUZZ,
		);
	});

	test("27×27 to 14×14 is neither the block's mean nor a patch of it", () => {
		const features = single(
			27,
			27,
			Array.from({ length: 27 * 27 }, (_, index) => Math.sin(index * 1.7)),
		);
		const pooled = pool(features, 2, "bilinear");
		const value = cell(pooled, 5, 5);
		const block = [10, 11].flatMap((row) => [10, 11].map((col) => cell(features, row, col)));
		expect(Math.abs(value - block.reduce((sum, one) => sum + one, 0) / 4)).toBeGreaterThan(1e-3);
		for (const one of block) expect(Math.abs(value - one)).toBeGreaterThan(1e-3);
	});
});

test.each<[number, number, PoolingMode, number]>([
	[27, 2, "bilinear", 14],
	[27, 2, "average", 13],
	[27, 2, "max", 13],
	[27, 3, "bilinear", 9],
	[27, 3, "average", 9],
	[24, 2, "bilinear", 12],
	[24, 2, "average", 12],
	[1, 2, "bilinear", 1],
	[1, 2, "average", 0],
])("a side of %d pooled by %d, %s, is %d", (side, stride, mode, pooled) => {
	expect(pooledSize({ rows: side, cols: side }, stride, mode)).toEqual({ rows: pooled, cols: pooled });
});

test("tokens per tile of 729: 196 bilinear and 169 averaged, never 182", () => {
	const tokens = (mode: PoolingMode): number => {
		const { rows, cols } = pooledSize({ rows: 27, cols: 27 }, 2, mode);
		return rows * cols;
	};
	expect(POOLING_MODES.map(tokens)).toEqual([196, 169, 169]);
});

describe("any grid", () => {
	const shape = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }));
	const anyGrid = shape.chain(([rows, cols]) => randomGrid(rows, cols));
	const mode = fc.constantFrom(...POOLING_MODES);

	test("stride 1 changes nothing, in every mode", () => {
		fc.assert(
			fc.property(anyGrid, mode, (features, by) => {
				const pooled = pool(features, 1, by);
				for (const [index, value] of pooled.values.entries())
					expect(value).toBeCloseTo(features.values[index] ?? 0, 12);
			}),
			FUZZ,
		);
	});

	test("a pooled value lies between the smallest and the largest input; equal features stay equal", () => {
		fc.assert(
			fc.property(anyGrid, fc.integer({ min: 1, max: 3 }), mode, (features, stride, by) => {
				const size = pooledSize(features, stride, by);
				fc.pre(size.rows > 0 && size.cols > 0);
				const [least, greatest] = [Math.min(...features.values), Math.max(...features.values)];
				for (const value of pool(features, stride, by).values) {
					expect(value).toBeGreaterThanOrEqual(least - 1e-5);
					expect(value).toBeLessThanOrEqual(greatest + 1e-5);
				}
				const flat = { ...features, values: features.values.map(() => 1.5) };
				for (const value of pool(flat, stride, by).values) expect(value).toBeCloseTo(1.5, 6);
			}),
			FUZZ,
		);
	});

	test("channels are pooled separately, and the input is not modified", () => {
		fc.assert(
			fc.property(randomGrid(6, 5), randomGrid(6, 5), mode, (one, two, by) => {
				const values = Float32Array.from(
					{ length: 60 },
					(_, at) => (at % 2 === 0 ? one : two).values[at >> 1] ?? 0,
				);
				const before = [...values];
				const both = pool({ rows: 6, cols: 5, dim: 2, values }, 2, by);
				expect(both.values.filter((_, at) => at % 2 === 0)).toEqual(pool(one, 2, by).values);
				expect(both.values.filter((_, at) => at % 2 === 1)).toEqual(pool(two, 2, by).values);
				expect([...values]).toEqual(before);
			}),
			FUZZ,
		);
	});
});

test("a NaN reaches the maximum of its block only", () => {
	const features = single(2, 4, [1, Number.NaN, 3, 4, 5, 6, 7, 8]);
	expect([...pool(features, 2, "max").values]).toEqual([Number.NaN, 8]);
});

function refusal(call: () => unknown): string {
	try {
		call();
	} catch (error) {
		if (error instanceof OnevisionError) return `${error.code}: ${error.message}`;
		throw error;
	}
	return "accepted";
}

describe("invalid shapes are refused", () => {
	const good = single(4, 4, new Float32Array(16));
	test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("a stride of %d", (stride) => {
		expect(refusal(() => pool(good, stride, "bilinear"))).toBe(
			`invalid-input: pooling stride ${stride}: expected a whole number from 1`,
		);
	});
	test("a length that is not rows times columns times channels", () => {
		expect(refusal(() => pool({ ...good, rows: 5 }, 2, "average"))).toMatchInlineSnapshot(
			`"invalid-input: feature grid 5x4x1 with 16 values: sides must be whole numbers from 1 and their product the length"`,
		);
	});
	test.each([0, -4, 2.5, Number.NaN])("%d rows", (rows) => {
		expect(refusal(() => interpolateBilinear({ ...good, rows }, { rows: 2, cols: 2 }))).toMatch(
			/^invalid-input: feature grid /,
		);
	});
	test("blocks larger than the grid", () => {
		expect(refusal(() => pool(good, 5, "average"))).toMatchInlineSnapshot(
			`"invalid-input: pooling 4x4 by 5 leaves nothing: choose a smaller stride"`,
		);
		expect(pool(good, 5, "bilinear").values).toHaveLength(1);
	});
});
