/**
 * Tar shards with short names, as WebDataset and Energon read them: plain ustar headers, times and owners zero, so that
 * the same samples give the same bytes. Own code instead of tar-stream, because the offsets of the samples are needed
 * for the index beside the shard.
 */

const BLOCK = 512;
/** Longest name of a plain header, bytes. */
const MAX_NAME_BYTES = 100;
/** Largest member of a plain header: eleven octal digits. */
const MAX_MEMBER_BYTES = 0o77777777777;

/** Header, bytes and padding of a file. */
export function tarMember(name: string, bytes: Uint8Array): Uint8Array[] {
	const size = bytes.byteLength;
	if (Buffer.byteLength(name) > MAX_NAME_BYTES || size > MAX_MEMBER_BYTES)
		throw new Error(`internal: ${name} of ${size} bytes does not fit a plain tar header`);
	const header = Buffer.alloc(BLOCK);
	const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, "0")}\0`;
	header.write(name, 0);
	header.write(octal(0o644, 7), 100);
	header.write(octal(0, 7), 108);
	header.write(octal(0, 7), 116);
	header.write(octal(size, 11), 124);
	header.write(octal(0, 11), 136);
	header.write("        ", 148);
	header.write("0", 156);
	header.write("ustar\x0000", 257);
	const sum = header.reduce((total, byte) => total + byte, 0);
	header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
	const padding = (BLOCK - (size % BLOCK)) % BLOCK;
	return padding === 0 ? [header, bytes] : [header, bytes, new Uint8Array(padding)];
}

/** What ends an archive. */
export const TAR_END = new Uint8Array(2 * BLOCK);

/** Energon's index: the offset of each sample's first header and the end of the last, as 64-bit little-endian numbers. */
export function tarIndex(offsets: readonly number[]): Uint8Array {
	const bytes = new Uint8Array(8 * offsets.length);
	const view = new DataView(bytes.buffer);
	for (const [index, offset] of offsets.entries()) view.setBigUint64(8 * index, BigInt(offset), true);
	return bytes;
}
