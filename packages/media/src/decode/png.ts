/** What Pillow refuses of a PNG and libpng does not (PIL/PngImagePlugin.py, 12.3). */

import { crc32 } from "node:zlib";
import { unreadable } from "../reading.ts";

const SIGNATURE_BYTES = 8;
/** Of a chunk: its length and type before its data, its checksum behind it. */
const HEAD_BYTES = 8;
const CHECKSUM_BYTES = 4;
const IDAT = 0x49444154;

/** Throws `unreadable-file` where a chunk before the first pixels has a wrong checksum; later ones are not looked at. */
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
