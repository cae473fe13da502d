/**
 * Decodes a GIF frame's codes to palette indices, with the same results as Pillow (libImaging/GifDecode.c and
 * PIL/ImageFile.py, 12.3), in plain JavaScript. Used where WebAssembly is missing, and as the reference for testing
 * gif-kernel.ts.
 */

import { unreadable } from "../reading.ts";

const MAX_CODE_BITS = 12;
const TABLE_SIZE = 2 ** MAX_CODE_BITS;
/** Bytes that Pillow passes to its decoder at a time. */
export const PILLOW_CHUNK_BYTES = 65_536;

/**
 * The first `pixels` indices from the blocks at byte `start`, each at most 8 bits. Runs in time linear in bytes and
 * pixels. Throws `unreadable-file` for damaged codes and for a file that ends before the pixels do. Callers must run
 * `assertDecodable` first.
 */
export function decodeLzw(bytes: Uint8Array, start: number, literalBits: number, pixels: number): Uint8Array {
	const codes = new CodeReader(bytes, start);
	const clear = 2 ** literalBits;
	const strings = rootStrings(clear);
	const indices = new Uint8Array(pixels);
	let codeBits = literalBits + 1;
	let next = clear + 2;
	let previous: number | undefined;
	for (let at = 0; at < pixels; ) {
		const code = codes.read(codeBits);
		if (code === clear) {
			codeBits = literalBits + 1;
			next = clear + 2;
			previous = undefined;
			continue;
		}
		if (code === clear + 1) {
			codes.end();
			continue;
		}
		if (code > (previous === undefined ? clear : next)) throw damaged();
		// A code not yet in the table stands for the previous string plus that string's first index.
		const known = code === next && previous !== undefined ? previous : code;
		if (known >= TABLE_SIZE) throw damaged();
		const length = strings.lengths[known] ?? 1;
		const first = write(strings, known, indices, at + length);
		at += length;
		if (known !== code) indices[at++] = first;
		if (previous !== undefined && next < TABLE_SIZE) {
			strings.lasts[next] = first;
			strings.prefixes[next] = previous;
			strings.lengths[next] = (strings.lengths[previous] ?? 0) + 1;
			if (next === 2 ** codeBits - 1 && codeBits < MAX_CODE_BITS) codeBits++;
			next++;
		}
		previous = code;
	}
	return indices;
}

/** Throws `unreadable-file` for impossible codes, and for more pixels than the bytes can encode. */
export function assertDecodable(bytes: Uint8Array, start: number, literalBits: number, pixels: number): void {
	// A code takes at least one bit and encodes at most as many pixels as the table has entries.
	if (pixels > (bytes.length - start) * 8 * TABLE_SIZE) throw truncated();
	if (literalBits > MAX_CODE_BITS) throw damaged();
}

/** What each code stands for: another code's string plus one index. */
interface Strings {
	readonly lasts: Uint8Array;
	readonly prefixes: Uint16Array;
	readonly lengths: Uint16Array;
}

function rootStrings(clear: number): Strings {
	const lasts = new Uint8Array(TABLE_SIZE);
	const lengths = new Uint16Array(TABLE_SIZE);
	for (let i = 0; i < clear; i++) {
		lasts[i] = i;
		lengths[i] = 1;
	}
	return { lasts, prefixes: new Uint16Array(TABLE_SIZE), lengths };
}

/** Writes a code's string to the left of `end`, clipped to the output; returns its first index. */
function write(
	{ lasts, prefixes, lengths }: Strings,
	code: number,
	indices: Uint8Array,
	end: number,
): number {
	let at = end;
	let current = code;
	for (let left = lengths[code] ?? 1; left > 1; left--) {
		indices[--at] = lasts[current] ?? 0;
		current = prefixes[current] ?? 0;
	}
	const first = lasts[current] ?? 0;
	indices[--at] = first;
	return first;
}

/** Reads codes of any bit width from blocks of up to 255 bytes. */
class CodeReader {
	private readonly bytes: Uint8Array;
	private at: number;
	private blockBytes = 0;
	private bits = 0;
	private bitCount = 0;
	/** End of the bytes that Pillow's decoder has received so far. */
	private given: number;

	constructor(bytes: Uint8Array, start: number) {
		this.bytes = bytes;
		this.at = start;
		this.given = start + PILLOW_CHUNK_BYTES;
	}

	read(codeBits: number): number {
		while (this.bitCount < codeBits) {
			if (this.blockBytes === 0) this.openBlock();
			else {
				this.bits |= (this.bytes[this.at++] ?? 0) << this.bitCount;
				this.bitCount += 8;
				this.blockBytes--;
			}
		}
		const code = this.bits & (2 ** codeBits - 1);
		this.bits >>>= codeBits;
		this.bitCount -= codeBits;
		return code;
	}

	/** The end code. Here Pillow reads more of the file, and continues if there is more. */
	end(): void {
		if (this.given >= this.bytes.length) throw truncated();
		this.given += PILLOW_CHUNK_BYTES;
	}

	/** Opens the next block, which may be empty. Does not start a truncated one. */
	private openBlock(): void {
		const length = this.bytes[this.at] ?? 0;
		while (this.at + 1 + length > this.given) this.end();
		if (this.at + 1 + length > this.bytes.length) throw truncated();
		this.at++;
		this.blockBytes = length;
	}
}

export function truncated(): Error {
	return unreadable("is a GIF that ends before its pixels do; the file is truncated");
}

export function damaged(): Error {
	return unreadable("is a GIF whose codes cannot be; the file is damaged");
}
