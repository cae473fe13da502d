/** What every request counts under the model in use. Equal sizes are counted once. */

import type { AnyCounter, CountedSample } from "@onevision/api";
import { OnevisionError } from "@onevision/base";
import type { Loading } from "@onevision/media";
import { computed } from "@preact/signals";
import { type Entry, entries, selected } from "../media/entries.ts";
import { itemOf } from "../media/header.ts";
import { inUse } from "./model.ts";

export type Outcome = CountedSample | OnevisionError;

export function isCounted(outcome: Outcome | undefined): outcome is CountedSample {
	return outcome !== undefined && !(outcome instanceof OnevisionError);
}

export function sampleOf({ items }: Entry, loading: Loading) {
	return { media: items.map(({ facts }) => itemOf(facts, loading)) };
}

interface Known {
	readonly bySizes: Map<string, Outcome>;
	readonly byEntry: WeakMap<Entry, Outcome>;
}

/** Outcomes by counter: an outcome stays the same object while its counter does, so that nothing is drawn anew. */
const outcomes = new WeakMap<AnyCounter, Known>();

/** Counts requests, each distinct one once. */
function countEntries(
	list: readonly Entry[],
	counter: AnyCounter,
	loading: Loading,
): ReadonlyMap<string, Outcome> {
	const { bySizes, byEntry } = outcomes.get(counter) ?? { bySizes: new Map(), byEntry: new WeakMap() };
	outcomes.set(counter, { bySizes, byEntry });
	const outcomeOf = (entry: Entry): Outcome => {
		const sample = sampleOf(entry, loading);
		const key = JSON.stringify(sample);
		const outcome = bySizes.get(key) ?? countOne(counter, sample);
		bySizes.set(key, outcome);
		byEntry.set(entry, outcome);
		return outcome;
	};
	return new Map(list.map((entry) => [entry.id, byEntry.get(entry) ?? outcomeOf(entry)]));
}

function countOne(counter: AnyCounter, sample: ReturnType<typeof sampleOf>): Outcome {
	try {
		return counter.count(sample);
	} catch (error) {
		if (error instanceof OnevisionError) return error;
		throw error;
	}
}

/** By entry id; empty while the settings are refused. */
export const counts = computed<ReadonlyMap<string, Outcome>>(() =>
	inUse.value instanceof OnevisionError
		? new Map()
		: countEntries(entries.value, inUse.value.counter, inUse.value.loading),
);

export const selectedCount = computed(() =>
	selected.value === undefined ? undefined : counts.value.get(selected.value.id),
);

/** Sums over all requests that the model takes. */
export const totals = computed(() => {
	const counted = [...counts.value.values()].filter(isCounted);
	const tokens = counted.map(({ visualTokens }) => visualTokens);
	return {
		requests: entries.value.length,
		refused: counts.value.size - counted.length,
		visualTokens: tokens.reduce((sum, count) => sum + count, 0),
		largest: tokens.reduce((most, count) => Math.max(most, count), 0),
	};
});
