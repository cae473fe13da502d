/**
 * Fidelity against published results: its exponents are the fit to LLaVA-Video's table, its ranking contradicts no pair
 * of rows that a table distinguishes, and the planner's own search ranks settings as the tables do.
 */

import { describe, expect, test } from "vitest";
import { createCounterFrom } from "../count.ts";
import {
	BENCHMARK_SECONDS,
	type FrameAblation,
	HIGHER_ANYRES,
	INTERLEAVE_POOLING,
	LLAVA_VIDEO_FRAMES,
	type VideoBenchmark,
} from "../facts/ablations.ts";
import type { MediaItem } from "../sample.ts";
import {
	DEFAULT_FIDELITY,
	fidelityGap,
	fidelityModel,
	isClearlyLess,
	isClearlyMore,
	keptShares,
	type LogShares,
	logShare,
	untrainedFramesLoss,
} from "./fidelity.ts";

const BENCHMARKS = Object.keys(BENCHMARK_SECONDS) as VideoBenchmark[];
const { secondsPerFrame } = DEFAULT_FIDELITY;
const PATCHES = 729;
const mean = (values: readonly number[]): number =>
	values.reduce((sum, value) => sum + value, 0) / values.length;

/** Least squares via the normal equations, with standard errors. */
function fit(rows: readonly (readonly number[])[], values: readonly number[]) {
	const width = rows[0]?.length ?? 0;
	const at = (matrix: readonly (readonly number[])[], i: number, j: number): number => matrix[i]?.[j] ?? 0;
	const index = Array.from({ length: width }, (_, i) => i);
	const normal = index.map((i) =>
		index.map((j) => rows.reduce((sum, row) => sum + (row[i] ?? 0) * (row[j] ?? 0), 0)),
	);
	const inverse = invert(normal);
	const right = index.map((i) => rows.reduce((sum, row, k) => sum + (row[i] ?? 0) * (values[k] ?? 0), 0));
	const solution = index.map((i) => index.reduce((sum, j) => sum + at(inverse, i, j) * (right[j] ?? 0), 0));
	const residuals = rows.map(
		(row, k) => (values[k] ?? 0) - row.reduce((sum, x, i) => sum + x * (solution[i] ?? 0), 0),
	);
	const squares = residuals.reduce((sum, residual) => sum + residual ** 2, 0);
	const variance = squares / (rows.length - width);
	return { solution, errors: index.map((i) => Math.sqrt(variance * at(inverse, i, i))), squares };
}

function invert(matrix: readonly (readonly number[])[]): number[][] {
	const size = matrix.length;
	const work = matrix.map((row, i) => [...row, ...Array.from({ length: size }, (_, j) => Number(i === j))]);
	for (let column = 0; column < size; column++) {
		const pivot = work
			.slice(column)
			.reduce(
				(best, row, i) =>
					Math.abs(row[column] ?? 0) > Math.abs(work[best]?.[column] ?? 0) ? column + i : best,
				column,
			);
		[work[column], work[pivot]] = [work[pivot] ?? [], work[column] ?? []];
		const scale = work[column]?.[column] ?? 1;
		work[column] = (work[column] ?? []).map((value) => value / scale);
		for (let row = 0; row < size; row++) {
			if (row === column) continue;
			const factor = work[row]?.[column] ?? 0;
			work[row] = (work[row] ?? []).map((value, k) => value - factor * (work[column]?.[k] ?? 0));
		}
	}
	return work.map((row) => row.slice(size));
}

/** Logarithm of the share of a benchmark's clips that this many frames cover. */
function covered(frames: number, benchmark: VideoBenchmark, each: number): number {
	return Math.log(Math.min(1, (frames * each) / BENCHMARK_SECONDS[benchmark].seconds));
}

/** Points per e-fold of density and of duration, over the rows whose inference matches their training. */
function fitFrames(each: number) {
	const rows = LLAVA_VIDEO_FRAMES.rows.filter(
		({ trainedFrames, askedFrames }) => trainedFrames === askedFrames,
	);
	const cells = rows.flatMap((row) => BENCHMARKS.map((benchmark) => ({ row, benchmark })));
	const { solution, errors, squares } = fit(
		cells.map(({ row, benchmark }) => [
			...BENCHMARKS.map((each) => Number(each === benchmark)),
			Math.log(row.tokensPerFrame / PATCHES),
			covered(row.askedFrames, benchmark, each),
		]),
		cells.map(({ row, benchmark }) => row.scores[benchmark]),
	);
	return {
		density: { points: solution[4] ?? 0, error: errors[4] ?? 0 },
		duration: { points: solution[5] ?? 0, error: errors[5] ?? 0 },
		squares,
	};
}

describe("exponents", () => {
	const { density, duration, squares } = fitFrames(secondsPerFrame);
	const model = fidelityModel();

	test("duration to density as LLaVA-Video's table fits them", () => {
		expect(density.points).toBeCloseTo(0.56, 2);
		expect(duration.points).toBeCloseTo(1.0, 2);
		const ratio = duration.points / density.points;
		expect(DEFAULT_FIDELITY.duration / DEFAULT_FIDELITY.density).toBeCloseTo(ratio, 1);
	});
	test("ranges are one standard error of that fit", () => {
		const scale = DEFAULT_FIDELITY.density / density.points;
		expect(model.ranges.density.min).toBeCloseTo((density.points - density.error) * scale, 1);
		expect(model.ranges.density.max).toBeCloseTo((density.points + density.error) * scale, 1);
		expect(model.ranges.duration.min).toBeCloseTo((duration.points - duration.error) * scale, 1);
		expect(model.ranges.duration.max).toBeCloseTo((duration.points + duration.error) * scale, 1);
	});
	test("a quarter of a second per frame fits about as well as half of one, and better than one or more", () => {
		expect(squares / fitFrames(0.5).squares).toBeLessThan(1.15);
		for (const each of [1, 2, 4]) expect(squares).toBeLessThan(fitFrames(each).squares);
	});
	test("resolution beyond density: 0.45 points from 2×2 to 6×6 tiles at equal tokens", () => {
		const [first, , , widest, more] = HIGHER_ANYRES.rows.map(({ scores }) => mean(Object.values(scores)));
		const pixels = ((widest ?? 0) - (first ?? 0)) / Math.log(9);
		const tokens = ((more ?? 0) - (widest ?? 0)) / Math.LN2;
		expect((widest ?? 0) - (first ?? 0)).toBeCloseTo(0.45, 2);
		// On the scale where density is 0.25, over the range of what pixels and tokens are worth in the table.
		const { min, max } = model.ranges.resolutionBeyondDensity;
		const beyond = (pixels / tokens) * DEFAULT_FIDELITY.density;
		expect(beyond).toBeGreaterThanOrEqual(min * 0.5);
		expect(beyond).toBeLessThanOrEqual(max);
	});
});

/** What a row of the frames table keeps, over its four benchmarks. */
function sharesOf({ askedFrames, trainedFrames, tokensPerFrame }: FrameAblation): LogShares {
	return {
		resolution: 0,
		density: Math.log(tokensPerFrame / PATCHES),
		duration:
			mean(BENCHMARKS.map((benchmark) => covered(askedFrames, benchmark, secondsPerFrame))) +
			untrainedFramesLoss(askedFrames, trainedFrames),
		used: 0,
	};
}

/** Minimum difference in points for two rows of a table to be distinguishable: half a point. */
const TOLD_APART = 0.5;

describe("frames against tokens per frame (LLaVA-Video, table 8)", () => {
	const model = fidelityModel();
	const pairs = LLAVA_VIDEO_FRAMES.rows.flatMap((a, i) =>
		LLAVA_VIDEO_FRAMES.rows.slice(i + 1).map((b) => [a, b] as const),
	);
	const name = ({ trainedFrames, askedFrames, tokensPerFrame }: FrameAblation): string =>
		`${askedFrames} × ${tokensPerFrame} (trained ${trainedFrames})`;

	test.each(pairs.map(([a, b]) => [`${name(a)} and ${name(b)}`, a, b] as const))("%s", (_name, a, b) => {
		const published = mean(Object.values(a.scores)) - mean(Object.values(b.scores));
		const gap = fidelityGap(sharesOf(a), sharesOf(b), model);
		// Where the table distinguishes two rows, fidelity must not clearly order them the other way.
		if (published > TOLD_APART) expect(isClearlyLess(gap)).toBe(false);
		if (published < -TOLD_APART) expect(isClearlyMore(gap)).toBe(false);
		// Where fidelity clearly orders two rows, the table must not order them the other way, not even slightly.
		if (isClearlyMore(gap)) expect(published).toBeGreaterThan(-0.1);
		if (isClearlyLess(gap)) expect(published).toBeLessThan(0.1);
	});

	test("more frames at equal tokens per frame are clearly more, as published", () => {
		const [few, some, many] = LLAVA_VIDEO_FRAMES.rows;
		expect(isClearlyMore(fidelityGap(sharesOf(some), sharesOf(few), model))).toBe(true);
		expect(isClearlyMore(fidelityGap(sharesOf(many), sharesOf(some), model))).toBe(true);
	});

	test("110 frames asked of a model trained on 32 are clearly less than 64, as published", () => {
		const [, , , double, triple] = LLAVA_VIDEO_FRAMES.rows;
		expect(isClearlyLess(fidelityGap(sharesOf(triple), sharesOf(double), model))).toBe(true);
	});
});

describe("pooled against unpooled frames at equal tokens (LLaVA-NeXT-Interleave)", () => {
	test("the table and fidelity both call it a tie", () => {
		const [pooled, , plain] = INTERLEAVE_POOLING.rows;
		expect(Math.abs(pooled.activityNetQa - plain.activityNetQa)).toBeLessThan(TOLD_APART);
		const shares = (frames: number, pooledTo: number): LogShares => ({
			resolution: 0,
			density: Math.log(pooledTo),
			duration: Math.log((frames * secondsPerFrame) / 180),
			used: 0,
		});
		const gap = fidelityGap(
			shares(pooled.frames, pooled.pooledTo),
			shares(plain.frames, plain.pooledTo),
			fidelityModel(),
		);
		expect(isClearlyMore(gap) || isClearlyLess(gap)).toBe(false);
	});
});

describe("tiles against tokens (Higher AnyRes), counted on pages of 1,700×2,200 px", () => {
	const page: MediaItem = { kind: "image", width: 1700, height: 2200 };
	const model = fidelityModel();
	const shares = HIGHER_ANYRES.rows.map(({ tileLimit, tokenTiles }): LogShares => {
		const counter = createCounterFrom("llava-onevision-qwen2-7b-ov", {
			max_tiles: tileLimit ** 2,
			anyres_max: tokenTiles - 1,
		});
		const [layout] = counter.count({ media: [page] }).items;
		if (layout === undefined) throw new Error("not laid out");
		const kept = keptShares(page, layout, secondsPerFrame);
		return { resolution: logShare(kept.resolution), density: logShare(kept.density), duration: 0, used: 0 };
	});
	const scores = HIGHER_ANYRES.rows.map(({ scores }) => mean(Object.values(scores)));

	test.each(
		shares.flatMap((_, i) => shares.slice(i + 1).map((_, k) => [i, i + 1 + k] as const)),
	)("rows %d and %d are not ordered clearly against the table", (i, k) => {
		const published = (scores[k] ?? 0) - (scores[i] ?? 0);
		const gap = fidelityGap(shares[k] as LogShares, shares[i] as LogShares, model);
		if (published > TOLD_APART) expect(isClearlyLess(gap)).toBe(false);
		if (published < -TOLD_APART) expect(isClearlyMore(gap)).toBe(false);
		if (isClearlyLess(gap)) expect(published).toBeLessThan(0.1);
	});
	test("twice the tokens at 6×6 tiles are clearly more, as published", () => {
		expect(isClearlyMore(fidelityGap(shares[4] as LogShares, shares[3] as LogShares, model))).toBe(true);
	});
});
