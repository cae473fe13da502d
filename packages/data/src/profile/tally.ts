/** Exact counts of integers, with one entry per distinct value, however many samples there are. */

/** A tally as stored: ascending values, each with its count. */
export type StoredTally = readonly (readonly [value: number, count: number])[];

export interface TallySummary {
	readonly count: number;
	readonly total: number;
	readonly mean: number;
	readonly min: number;
	readonly p50: number;
	readonly p90: number;
	readonly p95: number;
	readonly p99: number;
	readonly p999: number;
	readonly max: number;
}

export class Tally {
	readonly #counts: Map<number, number>;
	#count = 0;

	constructor(stored: StoredTally = []) {
		this.#counts = new Map(stored.map(([value, count]) => [value, count]));
		for (const [, count] of stored) this.#count += count;
	}

	get count(): number {
		return this.#count;
	}

	add(value: number): void {
		this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1);
		this.#count++;
	}

	/** Adds all values of `other`. */
	merge(other: Tally): void {
		for (const [value, count] of other.#counts) {
			this.#counts.set(value, (this.#counts.get(value) ?? 0) + count);
		}
		this.#count += other.#count;
	}

	entries(): StoredTally {
		return [...this.#counts].sort(([a], [b]) => a - b);
	}

	/** How many values exceed `limit`, and their total excess. */
	above(limit: number): { readonly count: number; readonly excess: number } {
		let count = 0;
		let excess = 0;
		for (const [value, times] of this.#counts) {
			if (value <= limit) continue;
			count += times;
			excess += times * (value - limit);
		}
		return { count, excess };
	}

	/** The smallest value that at least a share `share` of all values do not exceed (nearest rank); 0 if empty. */
	quantile(share: number): number {
		return quantileOf(this.entries(), this.#count, share);
	}

	/** `undefined` if nothing was added. */
	summary(): TallySummary | undefined {
		const entries = this.entries();
		const [first] = entries;
		const last = entries.at(-1);
		if (first === undefined || last === undefined) return undefined;
		const total = entries.reduce((sum, [value, count]) => sum + value * count, 0);
		const at = (share: number): number => quantileOf(entries, this.#count, share);
		return {
			...{ count: this.#count, total, mean: total / this.#count, min: first[0] },
			...{ p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99), p999: at(0.999), max: last[0] },
		};
	}

	/** Counts in `bins` bins of equal width from 0 to the largest value, which is in the last bin. */
	bins(bins: number): { readonly width: number; readonly counts: readonly number[] } {
		const entries = this.entries();
		const width = Math.max(1, Math.ceil(((entries.at(-1)?.[0] ?? 0) + 1) / bins));
		const counts = new Array<number>(bins).fill(0);
		for (const [value, count] of entries) {
			const bin = Math.floor(value / width);
			counts[bin] = (counts[bin] ?? 0) + count;
		}
		return { width, counts };
	}
}

function quantileOf(entries: StoredTally, count: number, share: number): number {
	// The slack keeps a rounding error in 0.95 · 20 from skipping the 19th value.
	const rank = Math.max(1, Math.ceil(share * count * (1 - 1e-12)));
	let passed = 0;
	for (const [value, times] of entries) {
		passed += times;
		if (passed >= rank) return value;
	}
	return 0;
}
