/**
 * Decodes a GIF's codes to RGB with the WebAssembly kernel (kernel/gif.ts). File and pixels pass through its memory
 * in pieces.
 */

import { type Kernel, Places, place } from "../kernel/kernel.ts";
import { damaged, PILLOW_CHUNK_BYTES, truncated } from "./lzw.ts";

/** Bytes of the file held in kernel memory; a block of up to 256 bytes must fit. */
const INPUT_BYTES = 64 * 1024;
/** Indices decoded per call, and how many more a single string may add. */
const INDICES = 32 * 1024;
const LONGEST_STRING = 4096;
/** Size of the kernel's three tables; see kernel/gif.ts. */
const TABLE_BYTES = 20 * 1024;
const STATE_WORDS = 8;
/** Offsets of the state words. */
const AT = 0;
const BLOCK_BYTES = 1;
const WRITTEN = 7;

const STATUS = { full: 0, needsInput: 1, endCode: 2, damaged: 3 } as const;

/** Location and format of the codes. */
export interface Codes {
	/** First byte of the code blocks. */
	readonly offset: number;
	readonly literalBits: number;
}

/**
 * Decodes `pixels` pixels and passes them on as RGB, in stored order; `colors` holds the color of all 256 indices.
 * The chunk passed on is overwritten by the next one. Throws as `decodeLzw`.
 */
export function paintByKernel(
	kernel: Kernel,
	bytes: Uint8Array,
	{ offset, literalBits }: Codes,
	colors: Uint8Array,
	pixels: number,
	put: (rgb: Uint8Array, pixels: number) => void,
): void {
	const places = new Places(kernel.memory);
	const stateAt = place(kernel, places, new Uint8Array(STATE_WORDS * 4));
	const colorsAt = place(kernel, places, inWords(colors));
	const tablesAt = places.take(TABLE_BYTES);
	const inputAt = places.take(INPUT_BYTES);
	const indicesAt = places.take(INDICES + LONGEST_STRING);
	const rgbAt = places.take((INDICES + LONGEST_STRING) * 3);
	const memory = new Uint8Array(kernel.memory.buffer);
	const state = new Int32Array(kernel.memory.buffer, stateAt, STATE_WORDS);
	const word = (index: number): number => state[index] ?? 0;
	/** Kernel memory holds the file's bytes from `first` to `end`. */
	let first = offset;
	let end = offset;
	/** End of the bytes that Pillow's decoder has received so far, including the rest of the open block. */
	let given = offset + PILLOW_CHUNK_BYTES;
	let left = pixels;
	while (left > 0) {
		const room = Math.min(INDICES, left);
		const status = kernel.lzw(stateAt, inputAt, end - first, tablesAt, literalBits, indicesAt, room);
		const made = Math.min(word(WRITTEN), left);
		kernel.paint(indicesAt, made, colorsAt, rgbAt);
		put(memory.subarray(rgbAt, rgbAt + made * 3), made);
		left -= made;
		if (left === 0) return;
		if (status === STATUS.damaged) throw damaged();
		if (status === STATUS.needsInput) {
			if (end === bytes.length) throw truncated();
			first += word(AT);
			end = Math.min(bytes.length, first + INPUT_BYTES);
			memory.set(bytes.subarray(first, end), inputAt);
			state[AT] = 0;
		} else if (status === STATUS.endCode) {
			// Here Pillow reads more of the file, and continues if there is more.
			const opened = first + word(AT) + word(BLOCK_BYTES);
			while (given < opened) given += PILLOW_CHUNK_BYTES;
			if (given >= bytes.length) throw truncated();
			given += PILLOW_CHUNK_BYTES;
		}
	}
}

/** 256 colors as four bytes each. */
function inWords(colors: Uint8Array): Uint8Array {
	const words = new Uint8Array(256 * 4);
	for (let index = 0; index < 256; index++) words.set(colors.subarray(index * 3, index * 3 + 3), index * 4);
	return words;
}
