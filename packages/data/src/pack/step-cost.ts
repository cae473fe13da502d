/** What samples and packs cost in a training step, and how evenly the ranks of a step are loaded. */

import {
	knownModelOf,
	languageModelFlops,
	type ModelParts,
	projectorFlops,
	towerFlops,
} from "@onevision/core";

/** FLOPs of a forward pass: attention grows with the square of a sample's tokens, everything else with their number. */
export interface CostWeights {
	readonly perToken: number;
	readonly perSquaredToken: number;
	/** Tower and projector. */
	readonly perTowerToken: number;
}

/** Tower tokens of the input that the tower's cost per token is taken from; its own attention is not counted per image. */
const TOWER_INPUT_TOKENS = 729;

/** Weights of a model that is trained whole; `undefined` if its widths are unknown. */
export function costWeightsOf(parts: ModelParts): CostWeights | undefined {
	const model = knownModelOf(parts);
	if (model === undefined) return undefined;
	const lm = (tokens: number): number => languageModelFlops(model.languageModel, tokens, tokens);
	// a·n + b·n(n+1)/2, where no window cuts the attention off.
	const [one, two] = [lm(1), lm(2)];
	const pair = two - 2 * one;
	return {
		perToken: one - pair / 2,
		perSquaredToken: pair / 2,
		perTowerToken:
			(towerFlops(model.tower, TOWER_INPUT_TOKENS) + projectorFlops(model.projector, TOWER_INPUT_TOKENS)) /
			TOWER_INPUT_TOKENS,
	};
}

/** Costs of the micro-batches of a rank or of packs, in FLOPs, one entry each. */
export interface Costs {
	readonly tower: Float64Array;
	readonly languageModel: Float64Array;
}

/** What a step waits for its slowest rank, as shares of the time that evenly loaded ranks would take: 0 is even. */
export interface Imbalance {
	/** Ranks wait at the end of a step, as with DDP. */
	readonly atStepEnd: number;
	/** Ranks wait in every layer, as with FSDP and ZeRO-3: tower and language model each take as long as on their slowest rank. */
	readonly inEveryLayer: number;
	/** Whole steps simulated. */
	readonly steps: number;
}

/** Runs the whole steps of an order: `microBatch` entries for each rank in turn. A rest that fills no step is not run. */
export function simulateSteps(
	{ tower, languageModel }: Costs,
	order: Uint32Array,
	{ ranks, microBatch }: { readonly ranks: number; readonly microBatch: number },
	maxSteps: number = Infinity,
): Imbalance {
	const steps = Math.min(maxSteps, Math.floor(order.length / (ranks * microBatch)));
	const sums = { atStepEnd: 0, inEveryLayer: 0, even: 0 };
	let at = 0;
	for (let step = 0; step < steps; step++) {
		let [slowest, slowestTower, slowestModel] = [0, 0, 0];
		for (let rank = 0; rank < ranks; rank++) {
			let [ownTower, ownModel] = [0, 0];
			for (let index = 0; index < microBatch; index++, at++) {
				const entry = order[at] ?? 0;
				ownTower += tower[entry] ?? 0;
				ownModel += languageModel[entry] ?? 0;
			}
			slowest = Math.max(slowest, ownTower + ownModel);
			slowestTower = Math.max(slowestTower, ownTower);
			slowestModel = Math.max(slowestModel, ownModel);
			sums.even += (ownTower + ownModel) / ranks;
		}
		sums.atStepEnd += slowest;
		sums.inEveryLayer += slowestTower + slowestModel;
	}
	const over = (time: number): number => (sums.even === 0 ? 0 : time / sums.even - 1);
	return { atStepEnd: over(sums.atStepEnd), inEveryLayer: over(sums.inEveryLayer), steps };
}
