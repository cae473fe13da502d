/**
 * Where a share's numbers live: values, moments and gradients in one WebAssembly memory, so that the SIMD functions
 * reach them and the runtime reads and writes them without a copy. Without WebAssembly SIMD, or beyond its 4 GiB, they
 * are plain arrays.
 */

import { type AdamWUpdate, accumulate, adamw, sumOfSquares } from "./adamw.ts";
import type { Range } from "./share.ts";
import { simdFunctions } from "./simd.ts";

const PAGE = 65_536;
/** Bytes a WebAssembly memory may have. */
const MOST_BYTES = 2 ** 32 - PAGE;
/** Elements of a gradient from elsewhere that are taken in at a time: they stay in the cache. */
const CHUNK = 32_768;

/** Flat arrays of a share. */
interface Arrays {
	readonly values: Float32Array;
	readonly first: Float32Array;
	readonly second: Float32Array;
	readonly gradients: Float32Array;
}

/** Ranges begin and end with whole cache lines. */
export interface ShareMemory extends Arrays {
	/** Adds a part of `more`, a flat array of the same share, to the gradients. */
	add(more: Float32Array, range: Range): void;
	/** Sum of squares of a part of the gradients. */
	squares(range: Range): number;
	/** Updates a part of the values and moments from its gradients. */
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
		add: (more, range) => accumulate(part(arrays.gradients, range), part(more, range)),
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
	if (bytes > MOST_BYTES || typeof WebAssembly === "undefined") return undefined;
	const pages = Math.ceil(bytes / PAGE);
	const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
	const simd = simdFunctions(memory);
	if (simd === undefined) return undefined;
	const array = (index: number) => new Float32Array(memory.buffer, 4 * index * length, length);
	const [values, first, second, gradients] = [array(0), array(1), array(2), array(3)];
	/** The functions reach no other memory: what is added passes through here. */
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
