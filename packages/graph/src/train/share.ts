/**
 * Shares: the parameters that one replica updates, side by side in flat arrays, so that a share is sent as one buffer.
 */

import { assertDefined, elementCount, type Tensor } from "@onevision/base";
import type { Tensors } from "../runtime.ts";
import { learnedParameters, type PlannedParameter, type TrainingPlan } from "./plan.ts";
import type { TrainingState } from "./state.ts";

/** Elements of a cache line, at which each parameter starts; gaps are zero. */
const CACHE_LINE = 16;

/** A range of a flat array, in elements. */
export interface Range {
	readonly offset: number;
	readonly length: number;
}

/** A parameter and its range in a share. */
interface PlacedParameter extends PlannedParameter {
	/** Whole cache lines. */
	readonly range: Range;
}

export interface Share {
	readonly parameters: readonly PlacedParameter[];
	/** Elements of its flat arrays. */
	readonly length: number;
}

/** Distributes the learned parameters over `count` shares of similar size: largest first, to the smallest share. */
export function sharesOf(plan: TrainingPlan, count: number): Share[] {
	const learned = learnedParameters(plan);
	const sizes = new Map(learned.map((each) => [each, linesOf(each)]));
	const sizeOf = (parameter: PlannedParameter) => sizes.get(parameter) ?? 0;
	const loads = new Array<number>(count).fill(0);
	const owners = new Map<PlannedParameter, number>();
	for (const parameter of [...learned].sort((a, b) => sizeOf(b) - sizeOf(a))) {
		const owner = loads.indexOf(Math.min(...loads));
		loads[owner] = (loads[owner] ?? 0) + sizeOf(parameter);
		owners.set(parameter, owner);
	}
	return loads.map((length, owner) => {
		let offset = 0;
		const parameters = learned.filter((each) => owners.get(each) === owner);
		return {
			length,
			parameters: parameters.map((each) => {
				const range = { offset, length: sizeOf(each) };
				offset += range.length;
				return { ...each, range };
			}),
		};
	});
}

function linesOf({ shape }: PlannedParameter): number {
	return Math.ceil(elementCount(shape) / CACHE_LINE) * CACHE_LINE;
}

/** Views of a flat array by parameter, named by `naming`. */
export function viewsOf({ parameters }: Share, flat: Float32Array, naming = (name: string) => name): Tensors {
	return Object.fromEntries(
		parameters.map(({ name, shape, range: { offset } }) => [
			naming(name),
			{ dtype: "float32", shape, data: flat.subarray(offset, offset + elementCount(shape)) } satisfies Tensor,
		]),
	);
}

/** Writes a share's tensors to their ranges, zeros to the gaps. */
export function fill({ parameters }: Share, flat: Float32Array, tensors: Tensors): void {
	flat.fill(0);
	for (const { name, range } of parameters)
		flat.set(assertDefined(tensors[name], name).data as Float32Array, range.offset);
}

/** The state with the moments of one share only. */
export function stateFor({ parameters }: Share, state: TrainingState): TrainingState {
	const own = (tensors: Tensors) =>
		Object.fromEntries(parameters.map(({ name }) => [name, assertDefined(tensors[name], name)]));
	return { ...state, first: own(state.first), second: own(state.second) };
}
