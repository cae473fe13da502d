/**
 * Where a run's numbers live: parameters and moments in one WebAssembly memory, so that the SIMD update reaches them
 * and the runtime reads them without a copy. Without WebAssembly SIMD, or beyond its 4 GiB, they are plain arrays.
 */

import { present } from "../errors.ts";
import type { Tensors } from "../runtime.ts";
import type { Tensor } from "../tensor.ts";
import { type AdamWUpdate, adamw } from "./adamw.ts";
import { type SimdUpdate, simdUpdate } from "./adamw-simd.ts";
import type { TrainingState } from "./state.ts";

const PAGE = 65_536;
/** Bytes a WebAssembly memory may have. */
const MOST_BYTES = 2 ** 32 - PAGE;

export interface Numbers {
	/** Views: an update changes what they show. */
	readonly parameters: Tensors;
	readonly first: Tensors;
	readonly second: Tensors;
	/** Updates one parameter and its moments from its gradient. */
	update(name: string, gradient: Float32Array, update: AdamWUpdate): void;
}

/** A copy of a state's numbers that can be updated. */
export function numbersFrom(state: TrainingState, simd = true): Numbers {
	return (simd ? inMemory(state) : undefined) ?? inArrays(state);
}

function inArrays({ parameters, first, second }: TrainingState): Numbers {
	const numbers = { parameters: copies(parameters), first: copies(first), second: copies(second) };
	const arrayOf = (tensors: Tensors, name: string) => present(tensors[name], name).data as Float32Array;
	return {
		...numbers,
		update: (name, gradient, update) => {
			const { parameters: values, first: m, second: v } = numbers;
			adamw(arrayOf(values, name), gradient, arrayOf(m, name), arrayOf(v, name), update);
		},
	};
}

export function copies(tensors: Tensors): Record<string, Tensor> {
	return Object.fromEntries(
		Object.entries(tensors).map(([name, tensor]) => [name, { ...tensor, data: tensor.data.slice() }]),
	);
}

/** Bytes of an array, rounded up to whole cache lines, so that the next begins with one. */
function padded({ data }: { readonly data: { readonly byteLength: number } }): number {
	return Math.ceil(data.byteLength / 64) * 64;
}

function inMemory({ parameters, first, second }: TrainingState): Numbers | undefined {
	const all = [parameters, first, second].flatMap((tensors) => Object.values(tensors));
	const scratch = Math.max(64, ...Object.values(first).map(padded));
	const bytes = all.reduce((sum, tensor) => sum + padded(tensor), scratch);
	if (bytes > MOST_BYTES || typeof WebAssembly === "undefined") return undefined;
	const pages = Math.ceil(bytes / PAGE);
	const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
	const update = simdUpdate(memory);
	if (update === undefined) return undefined;
	let at = scratch;
	const place = (tensors: Tensors): Record<string, Tensor> =>
		Object.fromEntries(
			Object.entries(tensors).map(([name, tensor]) => {
				const data = new Float32Array(memory.buffer, at, tensor.data.length);
				data.set(tensor.data as Float32Array);
				at += padded(tensor);
				return [name, { ...tensor, data }];
			}),
		);
	const placed = { parameters: place(parameters), first: place(first), second: place(second) };
	return { ...placed, update: updater(placed, memory, update) };
}

/** The gradient comes from the runtime in memory of its own: it is copied to the start of this one. */
function updater(
	{ parameters, first, second }: Omit<Numbers, "update">,
	memory: WebAssembly.Memory,
	simd: SimdUpdate,
): Numbers["update"] {
	return (name, gradient, update) => {
		new Float32Array(memory.buffer, 0, gradient.length).set(gradient);
		const at = (tensors: Tensors) => present(tensors[name], name).data.byteOffset;
		const addresses = { values: at(parameters), gradient: 0, first: at(first), second: at(second) };
		simd(addresses, padded({ data: gradient }), update);
	};
}
