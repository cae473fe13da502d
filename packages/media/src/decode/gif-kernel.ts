/** A GIF's codes to RGB by the WebAssembly kernel (kernel/gif.ts): file and pixels go through its memory in pieces. */

import { type Kernel, Places, place } from "../kernel/kernel.ts";
import { damaged, PILLOW_CHUNK_BYTES, truncated } from "./lzw.ts";

/** Bytes of the file in memory at a time; a block, of up to 256 bytes, must fit. */
const INPUT_BYTES = 64 * 1024;
/** Indices made at a time, and how many more one string may add. */
const INDICES = 32 * 1024;
const LONGEST_STRING = 4096;
/** Of three tables: kernel/gif.ts. */
const TABLE_BYTES = 20 * 1024;
const STATE_WORDS = 8;
/** Words of the state. */
const AT = 0;
const BLOCK_BYTES = 1;
const WRITTEN = 7;

const STATUS = { full: 0, needsInput: 1, endCode: 2, damaged: 3 } as const;

/** Where codes are, and what they are. */
export interface Codes {
	/** First byte of their blocks. */
	readonly offset: number;
	readonly literalBits: number;
}

/**
 * Decodes `pixels` pixels and hands them on, RGB, in the order they are stored; `colors` are those of all 256 indices.
 * What is handed on is overwritten by what follows. Throws as `decodeLzw`.
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
	/** The bytes in memory are those of the file from `first` to `end`. */
	let first = offset;
	let end = offset;
	/** Where the bytes end that Pillow's decoder has been given so far: enough for the open block. */
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
			// Pillow then asks for more of the file, and goes on if there is more.
			const opened = first + word(AT) + word(BLOCK_BYTES);
			while (given < opened) given += PILLOW_CHUNK_BYTES;
			if (given >= bytes.length) throw truncated();
			given += PILLOW_CHUNK_BYTES;
		}
	}
}

/** 256 colors, four bytes each. */
function inWords(colors: Uint8Array): Uint8Array {
	const words = new Uint8Array(256 * 4);
	for (let index = 0; index < 256; index++) words.set(colors.subarray(index * 3, index * 3 + 3), index * 4);
	return words;
}
