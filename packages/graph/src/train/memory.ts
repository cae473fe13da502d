/**
 * Memory of a share: values, moments and gradients in one WebAssembly memory, where the SIMD functions reach them and
 * the runtime reads and writes them without a copy. Plain arrays without WebAssembly SIMD or beyond 4 GiB.
 */

import { type AdamWUpdate, adamw, addTo, sumOfSquares } from "./adamw.ts";
import type { Range } from "./share.ts";
import { simdFunctions } from "./simd.ts";

const PAGE = 65_536;
/** WebAssembly's limit, less one page. */
const MAX_BYTES = 2 ** 32 - PAGE;
/** Elements copied in at a time: small enough to stay in cache. */
const CHUNK = 32_768;

/** Flat arrays of a share, equally long. */
interface Arrays {
	readonly values: Float32Array;
	readonly first: Float32Array;
	readonly second: Float32Array;
	readonly gradients: Float32Array;
}

/** Ranges start and end on cache lines. */
export interface ShareMemory extends Arrays {
	/** gradients += more, over a range. */
	add(more: Float32Array, range: Range): void;
	/** Σ gradients², over a range. */
	squares(range: Range): number;
	/** AdamW over a range. */
	update(range: Range, update: AdamWUpdate): void;
}

/** Memory for flat arrays of `length` elements, all zero. */
export function shareMemory(length: number, simd = true): ShareMemory {
	return (simd ? inMemory(length) : undefined) ?? inArrays(length);
}

function inArrays(length: number): ShareMemory {
	const array = () => new Float32Array(length);
	const arrays = { values: array(), first: array(), second: array(), gradients: array() };
	return {
		...arrays,
		add: (more, range) => addTo(part(arrays.gradients, range), part(more, range)),
		squares: (range) => sumOfSquares(part(arrays.gradients, range)),
		update: (range, update) => {
			const { values, gradients, first, second } = arrays;
			adamw(part(values, range), part(gradients, range), part(first, range), part(second, range), update);
		},
	};
}

/** A view of a range. */
export function part(flat: Float32Array, { offset, length }: Range): Float32Array {
	return flat.subarray(offset, offset + length);
}

function inMemory(length: number): ShareMemory | undefined {
	const bytes = 4 * (4 * length + CHUNK);
	if (bytes > MAX_BYTES || typeof WebAssembly === "undefined") return undefined;
	const pages = Math.ceil(bytes / PAGE);
	const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
	const simd = simdFunctions(memory);
	if (simd === undefined) return undefined;
	const array = (index: number) => new Float32Array(memory.buffer, 4 * index * length, length);
	const [values, first, second, gradients] = [array(0), array(1), array(2), array(3)];
	/** Staging area: the functions reach no other memory. */
	const incoming = new Float32Array(memory.buffer, 16 * length, CHUNK);
	const addressOf = (array: Float32Array, { offset }: Range) => array.byteOffset + 4 * offset;
	return {
		...{ values, first, second, gradients },
		add: (more, range) => {
			for (let done = 0; done < range.length; done += CHUNK) {
				const chunk = { offset: range.offset + done, length: Math.min(CHUNK, range.length - done) };
				incoming.set(part(more, chunk));
				simd.add(addressOf(gradients, chunk), incoming.byteOffset, 4 * chunk.length);
			}
		},
		squares: (range) => simd.squares(addressOf(gradients, range), 4 * range.length),
		update: (range, update) => {
			const addresses = {
				values: addressOf(values, range),
				gradient: addressOf(gradients, range),
				first: addressOf(first, range),
				second: addressOf(second, range),
			};
			simd.update(addresses, 4 * range.length, update);
		},
	};
}
