/** Tar files for tests, assembled by hand so that every field can be wrong. */

export interface TarEntry {
	readonly name: string;
	readonly content?: string | Uint8Array;
	/** Type flag, default "0". */
	readonly type?: string;
	/** Size that the header claims; default: that of the content. */
	readonly claims?: number;
	/** Use GNU's base 256 for the size. */
	readonly isBinarySize?: boolean;
}

const BLOCK = 512;

export function tar(entries: readonly TarEntry[], end = 2 * BLOCK): Buffer {
	return Buffer.concat([...entries.map(entryBytes), Buffer.alloc(end)]);
}

function entryBytes({ name, content = "", type = "0", claims, isBinarySize = false }: TarEntry): Buffer {
	const body = Buffer.from(content);
	const header = Buffer.alloc(BLOCK);
	const size = claims ?? body.byteLength;
	header.write(name, 0, 100);
	header.write("0000644\0", 100);
	if (isBinarySize) {
		header[124] = 0x80;
		header.writeBigUInt64BE(BigInt(size), 128);
	} else header.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
	header.write("        ", 148);
	header.write(type, 156);
	header.write("ustar\x0000", 257);
	const sum = header.reduce((total, byte) => total + byte, 0);
	header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
	return Buffer.concat([header, body, Buffer.alloc((BLOCK - (body.byteLength % BLOCK)) % BLOCK)]);
}

/** A PAX header with these records. */
export function pax(records: Readonly<Record<string, string>>): TarEntry {
	const text = Object.entries(records).map(([key, value]) => {
		const rest = Buffer.byteLength(` ${key}=${value}\n`);
		let length = rest + 1;
		while (String(length).length + rest !== length) length++;
		return `${length} ${key}=${value}\n`;
	});
	return { name: "PaxHeader", type: "x", content: text.join("") };
}
