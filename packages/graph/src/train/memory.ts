/**
 * Where a run's numbers live: parameters, moments and gradients in one WebAssembly memory, so that the SIMD functions
 * reach them and the runtime reads parameters without a copy. Without WebAssembly SIMD, or beyond its 4 GiB, they are
 * plain arrays.
 */

import { present } from "../errors.ts";
import type { Tensors } from "../runtime.ts";
import type { Tensor } from "../tensor.ts";
import { type AdamWUpdate, accumulate, adamw, sumOfSquares } from "./adamw.ts";
import { simdFunctions } from "./simd.ts";
import type { TrainingState } from "./state.ts";

const PAGE = 65_536;
/** Bytes a WebAssembly memory may have. */
const MOST_BYTES = 2 ** 32 - PAGE;

/** Tensors that an update reads and changes; all are views. */
interface Parts {
	readonly parameters: Tensors;
	readonly first: Tensors;
	readonly second: Tensors;
	/** Of the parameters that have moments. */
	readonly gradients: Tensors;
}

export interface Numbers extends Parts {
	/** Takes over a gradient, unless it is in its place already, or adds it to the one that is there. */
	collect(name: string, gradient: Float32Array, adds: boolean): void;
	/** Sum of squares of one gradient. */
	squares(name: string): number;
	/** Updates one parameter and its moments from its gradient. */
	update(name: string, update: AdamWUpdate): void;
}

/** A copy of a state's numbers that can be updated. */
export function numbersFrom(state: TrainingState, simd = true): Numbers {
	return (simd ? inMemory(state) : undefined) ?? inArrays(state);
}

export function copies(tensors: Tensors): Record<string, Tensor> {
	return mapped(tensors, (tensor) => tensor.data.slice() as Float32Array);
}

function mapped(tensors: Tensors, data: (tensor: Tensor) => Float32Array): Record<string, Tensor> {
	return Object.fromEntries(
		Object.entries(tensors).map(([name, tensor]) => [name, { ...tensor, data: data(tensor) }]),
	);
}

function arrayOf(tensors: Tensors, name: string): Float32Array {
	return present(tensors[name], name).data as Float32Array;
}

/** Takes gradients into their places, with a way to add one. */
function collector(
	{ gradients }: Parts,
	add: (name: string, gradient: Float32Array) => void,
): Numbers["collect"] {
	return (name, gradient, adds) => {
		const place = arrayOf(gradients, name);
		if (adds) add(name, gradient);
		else if (gradient.buffer !== place.buffer || gradient.byteOffset !== place.byteOffset)
			place.set(gradient);
	};
}

function inArrays({ parameters, first, second }: TrainingState): Numbers {
	const gradients = mapped(first, ({ data }) => new Float32Array(data.length));
	const parts = { parameters: copies(parameters), first: copies(first), second: copies(second), gradients };
	return {
		...parts,
		collect: collector(parts, (name, gradient) => accumulate(arrayOf(gradients, name), gradient)),
		squares: (name) => sumOfSquares(arrayOf(gradients, name)),
		update: (name, update) => {
			const [values, gradient, m, v] = [parts.parameters, gradients, parts.first, parts.second].map(
				(tensors) => arrayOf(tensors, name),
			) as [Float32Array, Float32Array, Float32Array, Float32Array];
			adamw(values, gradient, m, v, update);
		},
	};
}

/** Bytes of an array, rounded up to whole cache lines, so that the next begins with one. What is added stays zero. */
function padded({ data }: { readonly data: { readonly byteLength: number } }): number {
	return Math.ceil(data.byteLength / 64) * 64;
}

function inMemory({ parameters, first, second }: TrainingState): Numbers | undefined {
	const all = [parameters, first, second, first].flatMap((tensors) => Object.values(tensors));
	const largest = Math.max(0, ...Object.values(first).map(padded));
	const bytes = all.reduce((sum, tensor) => sum + padded(tensor), largest);
	if (bytes > MOST_BYTES || typeof WebAssembly === "undefined") return undefined;
	const pages = Math.ceil(bytes / PAGE);
	const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
	const simd = simdFunctions(memory);
	if (simd === undefined) return undefined;
	let at = 0;
	const place = (tensor: Tensor): Float32Array => {
		const data = new Float32Array(memory.buffer, at, tensor.data.length);
		at += padded(tensor);
		return data;
	};
	const filled = (tensor: Tensor): Float32Array => {
		const data = place(tensor);
		data.set(tensor.data as Float32Array);
		return data;
	};
	const [values, m, v] = [mapped(parameters, filled), mapped(first, filled), mapped(second, filled)];
	const parts = { parameters: values, first: m, second: v, gradients: mapped(first, place) };
	/** Gradients that are added pass through here: the functions reach no other memory. */
	const incoming = new Float32Array(memory.buffer, at, largest / 4);
	const addressOf = (tensors: Tensors, name: string) => arrayOf(tensors, name).byteOffset;
	const bytesOf = (name: string) => padded({ data: arrayOf(parts.gradients, name) });
	return {
		...parts,
		collect: collector(parts, (name, gradient) => {
			incoming.set(gradient);
			incoming.fill(0, gradient.length, bytesOf(name) / 4);
			simd.add(addressOf(parts.gradients, name), incoming.byteOffset, bytesOf(name));
		}),
		squares: (name) => simd.squares(addressOf(parts.gradients, name), bytesOf(name)),
		update: (name, update) => {
			const addresses = {
				values: addressOf(values, name),
				gradient: addressOf(parts.gradients, name),
				first: addressOf(m, name),
				second: addressOf(v, name),
			};
			simd.update(addresses, bytesOf(name), update);
		},
	};
}
