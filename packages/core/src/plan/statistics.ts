/** Weighted statistics over samples. Quantiles use the nearest rank, so every reported value actually occurs. */

export interface Statistics {
	readonly mean: number;
	readonly p50: number;
	readonly p95: number;
	readonly max: number;
}

/** Statistics of `values` with non-negative `weights` of the same length, not all zero. */
export function statistics(values: readonly number[], weights: readonly number[]): Statistics {
	const order = values
		.map((value, index) => ({ value, weight: weights[index] ?? 0 }))
		.filter((entry) => entry.weight > 0)
		.sort((a, b) => a.value - b.value);
	const total = order.reduce((sum, entry) => sum + entry.weight, 0);
	const quantile = (share: number): number => {
		let passed = 0;
		for (const entry of order) {
			passed += entry.weight;
			// The slack keeps rounding error in 0.95 · 20 from skipping the 19th value.
			if (passed >= share * total * (1 - 1e-12)) return entry.value;
		}
		return order.at(-1)?.value ?? 0;
	};
	return {
		mean: order.reduce((sum, entry) => sum + entry.value * entry.weight, 0) / total,
		p50: quantile(0.5),
		p95: quantile(0.95),
		max: order.at(-1)?.value ?? 0,
	};
}
