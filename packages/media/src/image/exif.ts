/**
 * Reads a TIFF directory and the three tags needed here. Based on TIFF 6.0 (1992), BigTIFF and EXIF 2.3 (CIPA
 * DC-008), 4.6.4.
 */

import { OnevisionError } from "@onevision/base";
import { type Reading, range, readFromBytes, text, uint64, unreadable } from "../reading.ts";

/** Width, height and orientation of a TIFF's first directory; absent if the file does not say. */
export interface TiffTags {
	readonly width?: number;
	readonly height?: number;
	readonly orientation?: number;
}

const TAG_NAMES = { 256: "width", 257: "height", 274: "orientation" } as const;
const MAX_ENTRIES = 65_535;

/** The entries of a directory as stored in the file. */
export interface TiffDirectory {
	readonly table: DataView;
	readonly entryBytes: number;
	readonly little: boolean;
	/** BigTIFF: 64-bit counts and offsets. */
	readonly big: boolean;
}

/**
 * The first directory of a TIFF block that starts at byte `base` of the file. Later directories hold other pages or
 * thumbnails and are not followed, so looping offsets do no harm.
 */
export function* readTiffDirectory(base: number): Reading<TiffDirectory> {
	const head = yield* range(base, 8);
	const order = text(head, 0, 2);
	if (order !== "II" && order !== "MM")
		throw unreadable("TIFF byte order is neither II nor MM; the file is damaged");
	const little = order === "II";
	const version = head.getUint16(2, little);
	if (version !== 42 && version !== 43)
		throw unreadable(`TIFF version ${version} is not 42 or 43; the file is damaged`);
	const big = version === 43;
	const start = base + (big ? uint64(yield* range(base + 8, 8), 0, little) : head.getUint32(4, little));
	const countBytes = big ? 8 : 2;
	const entryBytes = big ? 20 : 12;
	const counted = yield* range(start, countBytes);
	const entries = big ? uint64(counted, 0, little) : counted.getUint16(0, little);
	if (entries > MAX_ENTRIES) throw unreadable(`TIFF directory of ${entries} entries; the file is damaged`);
	const table = yield* range(start + countBytes, entries * entryBytes);
	return { table, entryBytes, little, big };
}

/** The three tags of the first directory of a TIFF block that starts at byte `base` of the file. */
export function* readTiffTags(base: number): Reading<TiffTags> {
	const { table, entryBytes, little, big } = yield* readTiffDirectory(base);
	const tags: { width?: number; height?: number; orientation?: number } = {};
	for (let at = 0; at < table.byteLength; at += entryBytes) {
		const name = TAG_NAMES[table.getUint16(at, little) as keyof typeof TAG_NAMES];
		const value = name === undefined ? undefined : firstNumber(table, at, little, big);
		if (name !== undefined && value !== undefined) tags[name] = value;
	}
	return tags;
}

/**
 * Orientation 1 to 8 of the EXIF block from byte `offset` of `view`; `undefined` without the tag. Damaged EXIF counts
 * as none, because decoders still show the image.
 */
export function exifOrientation(view: DataView, offset: number): number | undefined {
	const block = new Uint8Array(view.buffer, view.byteOffset + offset, view.byteLength - offset);
	try {
		const tags = readFromBytes(readTiffTags(0), block);
		return tags.orientation === undefined ? undefined : orientationOf(tags);
	} catch (error) {
		if (error instanceof OnevisionError) return undefined;
		throw error;
	}
}

/** The orientation tag, 1 when it is absent or out of range. */
export function orientationOf(tags: TiffTags): number {
	const { orientation = 1 } = tags;
	return orientation >= 1 && orientation <= 8 ? orientation : 1;
}

/**
 * Readers for whole numbers by TIFF type. The three tags should be SHORT or LONG; some writers use other types, which
 * are accepted as in Pillow.
 */
const NUMBERS: Readonly<
	Record<number, { readonly bytes: number; read(view: DataView, at: number, little: boolean): number }>
> = {
	3: { bytes: 2, read: (view, at, little) => view.getUint16(at, little) },
	4: { bytes: 4, read: (view, at, little) => view.getUint32(at, little) },
	6: { bytes: 1, read: (view, at) => view.getInt8(at) },
	8: { bytes: 2, read: (view, at, little) => view.getInt16(at, little) },
	9: { bytes: 4, read: (view, at, little) => view.getInt32(at, little) },
	13: { bytes: 4, read: (view, at, little) => view.getUint32(at, little) },
	16: { bytes: 8, read: (view, at, little) => uint64(view, at, little) },
};

/** The first number of an entry whose values are stored inline. */
function firstNumber(table: DataView, at: number, little: boolean, big: boolean): number | undefined {
	const number = NUMBERS[table.getUint16(at + 2, little)];
	const count = big ? uint64(table, at + 4, little) : table.getUint32(at + 4, little);
	if (number === undefined || count < 1 || number.bytes * count > (big ? 8 : 4)) return undefined;
	return number.read(table, at + (big ? 12 : 8), little);
}
