/**
 * The codes of a GIF frame to palette indices, equal to Pillow's (libImaging/GifDecode.c and PIL/ImageFile.py, 12.3), in
 * plain JavaScript: where WebAssembly is missing, and what gif-kernel.ts is tested against.
 */

import { unreadable } from "../reading.ts";

const MAX_CODE_BITS = 12;
const TABLE_SIZE = 2 ** MAX_CODE_BITS;
/** Bytes that Pillow hands its decoder at once. */
export const PILLOW_CHUNK_BYTES = 65_536;

/**
 * The first `pixels` indices from the blocks at byte `start`, each at most 8 bits. Time grows with the bytes and the
 * pixels alone. Throws `unreadable-file` for damaged codes and for a file that ends before the pixels do; what
 * `assertDecodable` refuses must not come here.
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
		// A code not yet in the table: the string before it, and that string's first index once more.
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

/** Throws `unreadable-file` for codes that cannot be, and for more pixels than the bytes can stand for. */
export function assertDecodable(bytes: Uint8Array, start: number, literalBits: number, pixels: number): void {
	// No code is shorter than a bit, and none stands for more pixels than the table has entries.
	if (pixels > (bytes.length - start) * 8 * TABLE_SIZE) throw truncated();
	if (literalBits > MAX_CODE_BITS) throw damaged();
}

/** What each code stands for: the string of another code, then one index. */
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

/** Writes a code's string to the left of `end`, no further than the indices go; gives its first index. */
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

/** Codes of any number of bits from blocks of up to 255 bytes. */
class CodeReader {
	private readonly bytes: Uint8Array;
	private at: number;
	private blockBytes = 0;
	private bits = 0;
	private bitCount = 0;
	/** Where the bytes end that Pillow's decoder has been given so far. */
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

	/** The end code: Pillow then asks for more of the file, and goes on if there is more. */
	end(): void {
		if (this.given >= this.bytes.length) throw truncated();
		this.given += PILLOW_CHUNK_BYTES;
	}

	/** Opens the next block, which may be empty; one that is cut short is not begun. */
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
