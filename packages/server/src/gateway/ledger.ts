/** What keys have spent today: checked and charged in one step, so that no two requests share the last token. */

export interface Charge {
	/** Name of the counter: budget, day, key, unit. */
	readonly counter: string;
	/** Whole number. */
	readonly amount: number;
	/** The most the counter may hold; absent to charge without a check. */
	readonly limit?: number;
}

export type Charged =
	/** The counters after it, in order. */
	| { readonly isCharged: true; readonly totals: readonly number[] }
	/** Nothing was charged: the first counter that has no room, and what it holds. */
	| { readonly isCharged: false; readonly index: number; readonly total: number };

export interface Ledger {
	/** All or nothing. Throws `overloaded` when the counters cannot be reached. */
	charge(charges: readonly Charge[]): Promise<Charged>;
	/** Gives back, or charges more, without a check. Amounts may be negative. */
	adjust(charges: readonly Omit<Charge, "limit">[]): Promise<void>;
	close(): Promise<void>;
}

/** Counters of earlier days are dropped when there are more than this. */
const MAX_COUNTERS = 100_000;

/** Counters of one process. */
export function memoryLedger(): Ledger {
	const counters = new Map<string, number>();
	const add = ({ counter, amount }: Charge): number => {
		const total = (counters.get(counter) ?? 0) + amount;
		// Last in order of use: the first ones are the oldest days'.
		counters.delete(counter);
		counters.set(counter, total);
		if (counters.size > MAX_COUNTERS) {
			const [oldest = ""] = counters.keys();
			counters.delete(oldest);
		}
		return total;
	};
	return {
		// Nothing is awaited between the check and the charge.
		charge: async (charges) => {
			const index = charges.findIndex(
				({ counter, amount, limit }) => limit !== undefined && (counters.get(counter) ?? 0) + amount > limit,
			);
			const [full] = charges.slice(index, index + 1);
			if (index >= 0 && full !== undefined) {
				return { isCharged: false, index, total: counters.get(full.counter) ?? 0 };
			}
			return { isCharged: true, totals: charges.map(add) };
		},
		adjust: async (charges) => {
			for (const charge of charges) add(charge);
		},
		close: async () => undefined,
	};
}
