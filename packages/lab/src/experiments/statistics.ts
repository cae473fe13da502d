/** Paired comparisons over few seeds: the mean difference with a t interval and a bootstrap interval. */

import { randomOf } from "../random.ts";

interface Interval {
	readonly low: number;
	readonly high: number;
}

export interface PairedDifference {
	readonly pairs: number;
	readonly mean: number;
	/** Standard deviation of the differences; 0 for one pair. */
	readonly deviation: number;
	/** 95 % of Student's t; `undefined` for one pair. */
	readonly t: Interval | undefined;
	/** 95 %, percentiles of means of resampled pairs; too narrow for few pairs, which is why t decides. */
	readonly bootstrap: Interval;
}

/** 97.5 % quantiles of Student's t for 1 to 30 degrees of freedom; beyond, the normal distribution's. Source: NIST/SEMATECH e-Handbook, 1.3.6.7.2. */
const T_QUANTILES = [
	12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
	2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];
const NORMAL_QUANTILE = 1.96;
const RESAMPLES = 10_000;

/** Of the differences of pairs. */
export function pairedDifference(differences: readonly number[]): PairedDifference {
	const pairs = differences.length;
	const mean = meanOf(differences);
	const deviation =
		pairs < 2 ? 0 : Math.sqrt(differences.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (pairs - 1));
	const half = ((T_QUANTILES[pairs - 2] ?? NORMAL_QUANTILE) * deviation) / Math.sqrt(pairs);
	return {
		pairs,
		mean,
		deviation,
		t: pairs < 2 ? undefined : { low: mean - half, high: mean + half },
		bootstrap: bootstrapInterval(differences),
	};
}

/** Whether zero is outside of the t interval. */
export function isSeen({ t }: PairedDifference): boolean {
	return t !== undefined && (t.low > 0 || t.high < 0);
}

function bootstrapInterval(values: readonly number[]): Interval {
	const random = randomOf("bootstrap", values.length);
	const means = Float64Array.from({ length: RESAMPLES }, () =>
		meanOf(values.map(() => values[random.integer(values.length)] ?? 0)),
	).sort();
	const at = (quantile: number) => means[Math.round(quantile * (RESAMPLES - 1))] ?? 0;
	return { low: at(0.025), high: at(0.975) };
}

export function meanOf(values: readonly number[]): number {
	return values.reduce((sum, each) => sum + each, 0) / values.length;
}
