/** Splits shards into parts such as train, validation and test. */

import type { WrittenShard } from "./target.ts";

/**
 * Consecutive shards for each ratio, by the largest remainders: none is left over, and a ratio above 0 gets a shard as
 * long as there are enough. Energon's own rule cuts by the integer part of the running share: one shard at 0.8/0.1/0.1
 * leaves the first part empty, ten at 0.7/0.2/0.1 lose one.
 */
export function splitShards(
	shards: readonly WrittenShard[],
	ratios: readonly number[],
): readonly (readonly WrittenShard[])[] {
	const total = ratios.reduce((sum, ratio) => sum + ratio, 0);
	const exact = ratios.map((ratio) => (ratio / total) * shards.length);
	const counts = exact.map(Math.floor);
	const taken = (): number => counts.reduce((sum, count) => sum + count, 0);
	const order = exact
		.map((share, index) => ({ index, rest: share - Math.floor(share) }))
		.sort((a, b) => b.rest - a.rest || a.index - b.index);
	for (const { index } of order) if (taken() < shards.length) counts[index] = (counts[index] ?? 0) + 1;
	for (const [index, ratio] of ratios.entries()) {
		if (ratio === 0 || (counts[index] ?? 0) > 0) continue;
		const largest = counts.indexOf(Math.max(...counts));
		if ((counts[largest] ?? 0) < 2) break;
		counts[largest] = (counts[largest] ?? 0) - 1;
		counts[index] = 1;
	}
	let at = 0;
	return counts.map((count) => {
		at += count;
		return shards.slice(at - count, at);
	});
}
