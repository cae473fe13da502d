/**
 * The orders in which LLaVA-NeXT's trainer draws samples that are not packed, to compare with: LLaVA-VL/LLaVA-NeXT
 * llava/train/llava_trainer.py `get_length_grouped_indices` and `get_modality_length_grouped_indices` at 0239a00.
 * `torch.randperm` is a parameter.
 */

/** A random order of `count` indexes. */
export type Permute = (count: number) => ArrayLike<number>;

export interface GroupedBatches {
	/** Samples of a rank in a step. */
	readonly batchSize: number;
	readonly ranks: number;
}

/** Random mega-batches of one step each, divided among the ranks so that their sums of lengths are about even. */
export function lengthGroupedOrder(
	lengths: ArrayLike<number>,
	{ batchSize, ranks }: GroupedBatches,
	permute: Permute,
): number[] {
	const indexes = Array.from(permute(lengths.length));
	return batchesOf(indexes, ranks * batchSize).flatMap((batch) => {
		// Sorting is stable in both languages, so equal lengths keep their order.
		const sorted = batch.sort((a, b) => (lengths[b] ?? 0) - (lengths[a] ?? 0));
		return evenChunks(sorted, lengths, ranks).flat();
	});
}

/**
 * The same within samples with media (positive lengths) and without (negative): a step holds one of them, except the
 * last, which holds what fills no step of either, in the order of the data.
 */
export function modalityLengthGroupedOrder(
	lengths: ArrayLike<number>,
	batches: GroupedBatches,
	permute: Permute,
): number[] {
	const indexes = Array.from({ length: lengths.length }, (_, index) => index);
	const media = indexes.filter((index) => (lengths[index] ?? 0) > 0);
	const text = indexes.filter((index) => (lengths[index] ?? 0) < 0);
	if (media.length === 0 || text.length === 0) return lengthGroupedOrder(lengths, batches, permute);
	const ordered = [media, text].map((own) => {
		const ownLengths = own.map((index) => Math.abs(lengths[index] ?? 0));
		const order = lengthGroupedOrder(ownLengths, batches, permute).map((index) => own[index] ?? 0);
		return batchesOf(order, batches.ranks * batches.batchSize);
	});
	const rest = ordered.flatMap((own) => own.at(-1) ?? []);
	const whole = ordered.flatMap((own) => own.slice(0, -1));
	const shuffled = Array.from(permute(whole.length), (index) => whole[index] ?? []);
	return [...shuffled.flat(), ...rest.sort((a, b) => a - b)];
}

function batchesOf<T>(values: readonly T[], size: number): T[][] {
	const batches: T[][] = [];
	for (let from = 0; from < values.length; from += size) batches.push(values.slice(from, from + size));
	return batches;
}

/** `split_to_even_chunks`: each sample goes to the shortest chunk that is not full; a batch that does not divide, by stride. */
function evenChunks(indexes: readonly number[], lengths: ArrayLike<number>, count: number): number[][] {
	const chunks = Array.from({ length: count }, (): number[] => []);
	if (indexes.length % count !== 0) {
		for (const [at, index] of indexes.entries()) chunks[at % count]?.push(index);
		return chunks;
	}
	const sums = new Float64Array(count);
	for (const index of indexes) {
		let shortest = 0;
		for (let chunk = 1; chunk < count; chunk++) {
			if ((sums[chunk] ?? 0) < (sums[shortest] ?? 0)) shortest = chunk;
		}
		const chunk = chunks[shortest];
		chunk?.push(index);
		sums[shortest] =
			chunk?.length === indexes.length / count ? Infinity : (sums[shortest] ?? 0) + (lengths[index] ?? 0);
	}
	return chunks;
}
