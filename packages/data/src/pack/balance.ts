/**
 * Orders packs into steps whose ranks finish together: packs of a step are alike in the cost of their tower and of
 * their language model. Steps are made within random windows, as small as the target allows, so that a step remains as
 * random a draw as it can be.
 */

import { mulberry32, shuffle } from "../random.ts";
import { type Costs, type Imbalance, simulateSteps } from "./step-cost.ts";

interface RankSetup {
	readonly ranks: number;
	/** Packs of a rank in a step. */
	readonly microBatch: number;
}

export interface BalanceRequest extends RankSetup {
	/** Packs before this one and from it on never share a step, but for the rest that fills none. */
	readonly firstGroupPacks: number;
	readonly seed: number;
	/** Windows are not made larger once the imbalance in every layer is at most this. */
	readonly target: number;
}

export interface Balanced {
	/** Packs in training order: by step, rank, place in the micro-batch. A rest that fills no step comes last. */
	readonly order: Uint32Array;
	/** Steps that a window is divided into. */
	readonly windowSteps: number;
	readonly imbalance: Imbalance;
	/** The same packs in random order. */
	readonly random: Imbalance;
}

/** Steps tried to choose the windows' size. */
const TRIED_STEPS = 2048;
/** Largest window, in steps. */
const MAX_WINDOW_STEPS = 1024;

/** Orders all packs; their number is that of the costs. */
export function balance(costs: Costs, request: BalanceRequest): Balanced {
	const packs = costs.tower.length;
	const shuffled = Uint32Array.from({ length: packs }, (_, pack) => pack);
	const random = mulberry32(request.seed);
	const groups = [
		shuffled.subarray(0, request.firstGroupPacks),
		shuffled.subarray(request.firstGroupPacks),
	].filter((group) => group.length > 0);
	for (const group of groups) shuffle(group, 0, group.length, random);
	const mixed = groups.length === 1 ? shuffled : shuffledCopy(shuffled, random);
	let windowSteps = 1;
	for (; windowSteps < MAX_WINDOW_STEPS; windowSteps *= 2) {
		const tried = intoSteps(costs, groups, request, windowSteps, TRIED_STEPS);
		if (simulateSteps(costs, tried, request, TRIED_STEPS).inEveryLayer <= request.target) break;
		if (windowSteps * request.ranks * request.microBatch >= packs) break;
	}
	const order = intoSteps(costs, groups, request, windowSteps, Infinity);
	return {
		order,
		windowSteps,
		imbalance: simulateSteps(costs, order, request),
		random: simulateSteps(costs, mixed, request),
	};
}

function shuffledCopy(packs: Uint32Array, random: () => number): Uint32Array {
	const copy = packs.slice();
	shuffle(copy, 0, copy.length, random);
	return copy;
}

/** Makes steps of each group's packs, in random order; with `maxSteps`, only as many of each group, in no order. */
function intoSteps(
	costs: Costs,
	groups: readonly Uint32Array[],
	{ ranks, microBatch, seed }: BalanceRequest,
	windowSteps: number,
	maxSteps: number,
): Uint32Array {
	const perStep = ranks * microBatch;
	const random = mulberry32(seed ^ 0x5eed);
	const whole: Uint32Array[] = [];
	const rest: number[] = [];
	for (const group of groups) {
		const packs = Math.min(maxSteps, Math.floor(group.length / perStep)) * perStep;
		const own = group.slice(0, packs);
		for (let from = 0; from < packs; from += windowSteps * perStep) {
			divide(costs, own.subarray(from, Math.min(packs, from + windowSteps * perStep)), perStep);
		}
		whole.push(own);
		if (maxSteps === Infinity) rest.push(...group.subarray(packs));
	}
	const steps = concatenated(whole);
	const order = new Uint32Array(steps.length + rest.length);
	const places = Uint32Array.from({ length: steps.length / perStep }, (_, step) => step);
	shuffle(places, 0, places.length, random);
	for (const [at, step] of places.entries()) {
		const packs = steps.subarray(step * perStep, (step + 1) * perStep);
		shuffle(packs, 0, perStep, random);
		order.set(microBatch === 1 ? packs : acrossRanks(costs, packs, { ranks, microBatch }), at * perStep);
	}
	const last = Uint32Array.from(rest);
	shuffle(last, 0, last.length, random);
	order.set(last, steps.length);
	return order;
}

function concatenated(arrays: readonly Uint32Array[]): Uint32Array {
	const joined = new Uint32Array(arrays.reduce((sum, { length }) => sum + length, 0));
	let at = 0;
	for (const array of arrays) {
		joined.set(array, at);
		at += array.length;
	}
	return joined;
}

/** Sorts packs in place into steps of alike ones: halves them by whichever cost differs more, until a step is left. */
function divide(costs: Costs, packs: Uint32Array, perStep: number): void {
	const steps = packs.length / perStep;
	if (steps <= 1) return;
	const cost =
		rangeOf(costs.tower, packs) > rangeOf(costs.languageModel, packs) ? costs.tower : costs.languageModel;
	packs.sort((a, b) => (cost[a] ?? 0) - (cost[b] ?? 0) || a - b);
	const half = Math.floor(steps / 2) * perStep;
	divide(costs, packs.subarray(0, half), perStep);
	divide(costs, packs.subarray(half), perStep);
}

function rangeOf(cost: Float64Array, packs: Uint32Array): number {
	let [min, max] = [Infinity, 0];
	for (const pack of packs) {
		const own = cost[pack] ?? 0;
		min = Math.min(min, own);
		max = Math.max(max, own);
	}
	return max - min;
}

/** Gives each rank its micro-batch: the costliest packs first, each to the rank with the least that has a place left. */
function acrossRanks(costs: Costs, packs: Uint32Array, { ranks, microBatch }: RankSetup): Uint32Array {
	const costOf = (pack: number): number => (costs.tower[pack] ?? 0) + (costs.languageModel[pack] ?? 0);
	const loads = Array.from({ length: ranks }, () => ({ cost: 0, packs: [] as number[] }));
	for (const pack of [...packs].sort((a, b) => costOf(b) - costOf(a))) {
		const free = loads.filter((load) => load.packs.length < microBatch);
		const least = free.reduce((best, load) => (load.cost < best.cost ? load : best));
		least.cost += costOf(pack);
		least.packs.push(pack);
	}
	return Uint32Array.from(loads.flatMap((load) => load.packs));
}
