/** Rejects PNGs that Pillow rejects and libpng accepts (PIL/PngImagePlugin.py, 12.3). */

import { crc32 } from "node:zlib";
import { unreadable } from "../reading.ts";

const SIGNATURE_BYTES = 8;
/** Per chunk: length and type before the data, checksum after it. */
const HEAD_BYTES = 8;
const CHECKSUM_BYTES = 4;
const IDAT = 0x49444154;

/** Throws `unreadable-file` if a chunk before the first pixels has a wrong checksum. Later chunks are not checked. */
export function assertPngChecksums(bytes: Uint8Array): void {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	let at = SIGNATURE_BYTES;
	while (at + HEAD_BYTES <= bytes.length && view.getUint32(at + 4) !== IDAT) {
		const end = at + HEAD_BYTES + view.getUint32(at);
		if (end + CHECKSUM_BYTES > bytes.length) return;
		if (crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end)) {
			throw unreadable("is a PNG with a wrong checksum before its pixels; the file is damaged");
		}
		at = end + CHECKSUM_BYTES;
	}
}
