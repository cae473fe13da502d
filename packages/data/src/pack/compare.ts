/** What packing saves: padding and waiting of the same samples unpacked, in the orders that trainers draw them in. */

import { mulberry32, shuffle } from "../random.ts";
import { lengthGroupedOrder, modalityLengthGroupedOrder } from "./length-grouped.ts";
import { type Costs, type CostWeights, type Imbalance, simulateSteps } from "./step-cost.ts";

/** Orders of unpacked samples, padded to the longest of a rank's micro-batch. */
export const UNPACKED_ORDERS = {
	random: "in random order",
	"length-grouped": "grouped by length, as LLaVA-NeXT's get_length_grouped_indices does it",
	"modality-grouped": "grouped by modality and length, as its get_modality_length_grouped_indices does it",
} as const satisfies Record<string, string>;
export type UnpackedOrder = keyof typeof UNPACKED_ORDERS;

export interface UnpackedReport {
	readonly order: UnpackedOrder;
	/** Share of what is computed that is padding. */
	readonly padding: number;
	/** Present if there are several ranks. */
	readonly imbalance?: Imbalance;
}

export interface UnpackedSamples {
	/** Tokens. */
	readonly length: Uint32Array;
	readonly towerTokens: Uint32Array;
	readonly media: Uint16Array;
}

export interface UnpackedSetup {
	readonly ranks: number;
	/** Samples of a rank in a step. */
	readonly batchSize: number;
	readonly weights: CostWeights;
	readonly seed: number;
}

/** Samples that the comparison draws. */
const MAX_COMPARED = 100_000;

/** Simulates steps of the samples in each order; of many samples, a random subset. Samples of length 0 are not there. */
export function compareUnpacked(samples: UnpackedSamples, setup: UnpackedSetup): readonly UnpackedReport[] {
	const { batchSize, ranks, weights } = setup;
	const random = mulberry32(setup.seed ^ 0xc0de);
	const drawn = drawSamples(samples.length, random);
	const lengths = Array.from(drawn, (sample) => samples.length[sample] ?? 0);
	const signed = Array.from(drawn, (sample, index) =>
		(samples.media[sample] ?? 0) > 0 ? (lengths[index] ?? 0) : -(lengths[index] ?? 0),
	);
	const permute = (count: number): Uint32Array => {
		const order = Uint32Array.from({ length: count }, (_, index) => index);
		shuffle(order, 0, count, random);
		return order;
	};
	const orders = {
		random: () => permute(drawn.length),
		"length-grouped": () => lengthGroupedOrder(lengths, setup, permute),
		"modality-grouped": () => modalityLengthGroupedOrder(signed, setup, permute),
	} as const satisfies Record<UnpackedOrder, () => ArrayLike<number>>;
	return (Object.keys(orders) as UnpackedOrder[]).map((order) => {
		const indexes = orders[order]();
		const batches = Math.ceil(indexes.length / batchSize);
		const costs: Costs = { tower: new Float64Array(batches), languageModel: new Float64Array(batches) };
		let [tokens, computed] = [0, 0];
		for (let batch = 0; batch < batches; batch++) {
			const from = batch * batchSize;
			const to = Math.min(indexes.length, from + batchSize);
			let [longest, tower] = [0, 0];
			for (let at = from; at < to; at++) {
				const length = lengths[indexes[at] ?? 0] ?? 0;
				tokens += length;
				longest = Math.max(longest, length);
				tower += samples.towerTokens[drawn[indexes[at] ?? 0] ?? 0] ?? 0;
			}
			computed += (to - from) * longest;
			costs.tower[batch] = weights.perTowerToken * tower;
			costs.languageModel[batch] =
				(to - from) * longest * (weights.perToken + weights.perSquaredToken * longest);
		}
		const inOrder = Uint32Array.from({ length: batches }, (_, batch) => batch);
		return {
			order,
			padding: computed === 0 ? 0 : 1 - tokens / computed,
			...(ranks === 1 ? {} : { imbalance: simulateSteps(costs, inOrder, { ranks, microBatch: 1 }) }),
		};
	});
}

/** A random subset, in the order of the data. */
function drawSamples(length: Uint32Array, random: () => number): Uint32Array {
	let present = 0;
	for (let sample = 0; sample < length.length; sample++) if ((length[sample] ?? 0) > 0) present++;
	const drawn = new Uint32Array(Math.min(present, MAX_COMPARED));
	let [seen, taken] = [0, 0];
	// Knuth, 3.4.2, algorithm S.
	for (let sample = 0; sample < length.length && taken < drawn.length; sample++) {
		if ((length[sample] ?? 0) === 0) continue;
		if (random() * (present - seen) < drawn.length - taken) drawn[taken++] = sample;
		seen++;
	}
	return drawn;
}
