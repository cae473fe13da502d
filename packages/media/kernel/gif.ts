/**
 * A GIF frame's codes to palette indices and those to RGB, in AssemblyScript; src/decode/lzw-kernel.ts calls it and says
 * which rules are followed.
 */

/** A code has at most twelve bits, so there are as many strings; `tables` holds three arrays of them. */
const TABLE_SIZE: i32 = 4096;
const MAX_CODE_BITS: i32 = 12;
const LENGTHS: usize = 8192;
const LASTS: usize = 16384;

/** Why `lzw` has stopped. */
const FULL: i32 = 0;
const NEEDS_INPUT: i32 = 1;
const END_CODE: i32 = 2;
const DAMAGED: i32 = 3;

/**
 * Decodes until `room` indices or up to 4,095 more are at `target`, the input ends before the next block does, an end
 * code comes, or a damaged one; goes on where it stopped. Words of `state`, zeros at first: read so far of `input`, bytes
 * left of the open block, bits read ahead, their number, bits of a code, the next string's code, the string before it
 * plus one, and last, on return, indices written. Prefixes of strings are at `tables`, then their lengths, then their
 * last indices.
 */
export function lzw(
	state: usize,
	input: usize,
	inputBytes: i32,
	tables: usize,
	literalBits: i32,
	target: usize,
	room: i32,
): i32 {
	let at = load<i32>(state);
	let blockBytes = load<i32>(state, 4);
	let bits = load<u32>(state, 8);
	let bitCount = load<i32>(state, 12);
	let codeBits = load<i32>(state, 16);
	let next = load<i32>(state, 20);
	let previous = load<i32>(state, 24) - 1;
	const clear = 1 << literalBits;
	if (codeBits === 0) {
		for (let i = 0; i < clear; i++) {
			store<u16>(tables + LENGTHS + ((<usize>i) << 1), 1);
			store<u8>(tables + LASTS + <usize>i, <u8>i);
		}
		codeBits = literalBits + 1;
		next = clear + 2;
	}
	let written = 0;
	let status = FULL;
	while (written < room) {
		while (bitCount < codeBits) {
			if (blockBytes > 0) {
				bits |= (<u32>load<u8>(input + <usize>at)) << bitCount;
				bitCount += 8;
				at++;
				blockBytes--;
			} else {
				if (at >= inputBytes || at + 1 + <i32>load<u8>(input + <usize>at) > inputBytes) {
					status = NEEDS_INPUT;
					break;
				}
				blockBytes = <i32>load<u8>(input + <usize>at);
				at++;
			}
		}
		if (status === NEEDS_INPUT) break;
		const code = <i32>(bits & ((1 << codeBits) - 1));
		bits >>= codeBits;
		bitCount -= codeBits;
		if (code === clear) {
			codeBits = literalBits + 1;
			next = clear + 2;
			previous = -1;
			continue;
		}
		if (code === clear + 1) {
			status = END_CODE;
			break;
		}
		if (code > (previous < 0 ? clear : next)) {
			status = DAMAGED;
			break;
		}
		// A code not yet in the table: the string before it, and that string's first index once more.
		const isNew = code === next && previous >= 0;
		let known = isNew ? previous : code;
		if (known >= TABLE_SIZE) {
			status = DAMAGED;
			break;
		}
		const length = <i32>load<u16>(tables + LENGTHS + ((<usize>known) << 1));
		const start = target + <usize>written;
		let out = start + <usize>length - 1;
		while (out > start) {
			store<u8>(out, load<u8>(tables + LASTS + <usize>known));
			known = <i32>load<u16>(tables + ((<usize>known) << 1));
			out--;
		}
		const first = load<u8>(tables + LASTS + <usize>known);
		store<u8>(start, first);
		written += length;
		if (isNew) {
			store<u8>(target + <usize>written, first);
			written++;
		}
		if (previous >= 0 && next < TABLE_SIZE) {
			const before = (<usize>previous) << 1;
			const added = (<usize>next) << 1;
			store<u8>(tables + LASTS + <usize>next, first);
			store<u16>(tables + added, <u16>previous);
			store<u16>(tables + LENGTHS + added, load<u16>(tables + LENGTHS + before) + 1);
			if (next === (1 << codeBits) - 1 && codeBits < MAX_CODE_BITS) codeBits++;
			next++;
		}
		previous = code;
	}
	store<i32>(state, at);
	store<i32>(state, blockBytes, 4);
	store<u32>(state, bits, 8);
	store<i32>(state, bitCount, 12);
	store<i32>(state, codeBits, 16);
	store<i32>(state, next, 20);
	store<i32>(state, previous + 1, 24);
	store<i32>(state, written, 28);
	return status;
}

/** Indices as RGB; a color takes four bytes of `colors`. A byte beyond the last pixel is written. */
export function paint(indices: usize, count: i32, colors: usize, target: usize): void {
	const end = indices + <usize>count;
	while (indices < end) {
		store<u32>(target, load<u32>(colors + ((<usize>load<u8>(indices)) << 2)));
		indices++;
		target += 3;
	}
}
