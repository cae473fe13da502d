/** Images for tests: a PNG's signature and first chunk, enough for a header reader. */

/** A PNG that claims this size, padded to a number of bytes. */
export function png(width: number, height: number, bytes = 100): Buffer {
	const image = Buffer.alloc(Math.max(bytes, 45));
	image.write("89504e470d0a1a0a0000000d49484452", "hex");
	image.writeUInt32BE(width, 16);
	image.writeUInt32BE(height, 20);
	image.write("0802000000", 24, "hex");
	image.writeUInt32BE(image.byteLength - 45, 33);
	image.write("IDAT", 37);
	return image;
}
