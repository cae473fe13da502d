/**
 * Decides which kinds of TIFF to decode: those for which libvips gives the same bytes as Pillow
 * (PIL/TiffImagePlugin.py, 12.3), found by writing each kind and comparing. All others are rejected, so that no
 * difference goes unnoticed.
 */

import { OnevisionError } from "@onevision/base";
import { readTiffDirectory, type TiffDirectory } from "../image/exif.ts";
import { type Reading, range, readFromBytes, uint64, unreadable } from "../reading.ts";

const TAGS = {
	257: "height",
	258: "bits",
	259: "compression",
	262: "photometric",
	266: "fillOrder",
	273: "stripOffsets",
	277: "samples",
	278: "rowsPerStrip",
	279: "stripBytes",
	284: "planar",
	320: "colorMap",
	322: "tileWidth",
	338: "extraSamples",
	339: "sampleFormat",
} as const;

type Tags = Partial<Record<(typeof TAGS)[keyof typeof TAGS], readonly number[]>>;

/** Tags whose values may be long; only their number is read. */
const COUNTED: readonly string[] = ["stripOffsets", "stripBytes"];

/** Bytes of a BYTE, a SHORT and a LONG, by type number. */
const TYPE_BYTES: Readonly<Record<number, 1 | 2 | 4>> = { 1: 1, 3: 2, 4: 4 };
/** Longest value read, in numbers: the color map for 8 bits. */
const MAX_NUMBERS = 3 * 256;

const WHITE_IS_ZERO = 0;
const BLACK_IS_ZERO = 1;
const RGB = 2;
const PALETTE = 3;
const CMYK = 5;
const YCBCR = 6;
const COLOR_NAMES: Readonly<Record<number, string>> = {
	[WHITE_IS_ZERO]: "gray where 0 is white",
	[BLACK_IS_ZERO]: "gray",
	[RGB]: "RGB",
	[PALETTE]: "palette",
	[CMYK]: "CMYK",
	[YCBCR]: "YCbCr",
	8: "CIELAB",
};

const FAX = [2, 3, 4];
const JPEG = 7;
/** Uncompressed, LZW, the two codes for deflate, PackBits. */
const ANY_KIND = [1, 5, 8, 32946, 32773];
const COMPRESSION_NAMES: Readonly<Record<number, string>> = {
	2: "fax",
	3: "fax",
	4: "fax",
	6: "old-style JPEG",
	7: "JPEG",
	34925: "LZMA",
	50000: "zstd",
	50001: "WebP",
};

const UNKNOWN_EXTRA = 0;
const PREMULTIPLIED_ALPHA = 1;
const ALPHA = 2;

/** What is decoded: bits per sample, and the one extra sample allowed after the colors. */
interface Kind {
	readonly photometric: number;
	/** Color samples. */
	readonly colors: number;
	readonly bits: readonly number[];
	readonly extras: readonly number[];
}

const KINDS: readonly Kind[] = [
	{ photometric: WHITE_IS_ZERO, colors: 1, bits: [1, 2, 4, 8], extras: [] },
	{ photometric: BLACK_IS_ZERO, colors: 1, bits: [1, 2, 4, 16], extras: [] },
	{ photometric: BLACK_IS_ZERO, colors: 1, bits: [8], extras: [ALPHA] },
	{ photometric: RGB, colors: 3, bits: [8, 16], extras: [UNKNOWN_EXTRA, ALPHA] },
	{ photometric: PALETTE, colors: 1, bits: [1, 2, 4, 8], extras: [] },
	{ photometric: CMYK, colors: 4, bits: [8], extras: [] },
	{ photometric: YCBCR, colors: 3, bits: [8], extras: [] },
];

/**
 * Throws `unsupported` for kinds that are not decoded as Pillow does, and `unreadable-file` for a damaged directory.
 */
export function assertDecodableTiff(bytes: Uint8Array): void {
	const tags = readFromBytes(readTags(), bytes);
	const found = strangeSamples(tags) ?? strangeLayout(tags) ?? strangeCompression(tags);
	if (found !== undefined) {
		throw new OnevisionError(
			"unsupported",
			`a TIFF of ${found} is not decoded here; save it as 8-bit RGB in strips, with LZW or uncompressed`,
		);
	}
	assertStrips(tags);
}

function* readTags(): Reading<Tags> {
	const directory = yield* readTiffDirectory(0);
	const tags: { [Name in keyof Tags]: Tags[Name] } = {};
	for (let at = 0; at < directory.table.byteLength; at += directory.entryBytes) {
		const name = TAGS[directory.table.getUint16(at, directory.little) as keyof typeof TAGS];
		if (name === undefined) continue;
		if (tags[name] !== undefined) throw unreadable(`TIFF gives its ${name} twice; the file is damaged`);
		tags[name] = COUNTED.includes(name) ? [countOf(directory, at)] : yield* readNumbers(directory, at);
	}
	return tags;
}

function countOf({ table, little, big }: TiffDirectory, at: number): number {
	return big ? uint64(table, at + 4, little) : table.getUint32(at + 4, little);
}

/** All numbers of an entry, stored inline or, if they do not fit, at the offset it holds. */
function* readNumbers(directory: TiffDirectory, at: number): Reading<number[]> {
	const { table, little, big } = directory;
	const size = TYPE_BYTES[table.getUint16(at + 2, little)];
	const count = countOf(directory, at);
	if (size === undefined || count > MAX_NUMBERS) {
		throw unreadable(`TIFF tag ${table.getUint16(at, little)} has no value it may have; the file is damaged`);
	}
	const valueAt = at + (big ? 12 : 8);
	const isInside = count * size <= (big ? 8 : 4);
	const offset = big ? uint64(table, valueAt, little) : table.getUint32(valueAt, little);
	const view = isInside ? table : yield* range(offset, count * size);
	const start = isInside ? valueAt : 0;
	const numbers: number[] = [];
	for (let i = 0; i < count; i++) {
		const place = start + i * size;
		if (size === 1) numbers.push(view.getUint8(place));
		else numbers.push(size === 2 ? view.getUint16(place, little) : view.getUint32(place, little));
	}
	return numbers;
}

/** When the number of strips does not match the rows, readers disagree on how to continue. */
function assertStrips(tags: Tags): void {
	const { height: [height = 0] = [], samples: [samples = 1] = [], planar: [planar = 1] = [] } = tags;
	const {
		stripOffsets: [offsets] = [],
		stripBytes: [counts] = [],
		rowsPerStrip: [rows = height] = [],
	} = tags;
	const needed = Math.ceil(height / rows) * (planar === 2 ? samples : 1);
	if (counts === undefined) {
		throw unreadable("is a TIFF without the length of its strips; save it anew");
	}
	if (offsets === needed && counts === needed) return;
	throw unreadable(`is a TIFF of ${offsets ?? 0} strips where its rows need ${needed}; the file is damaged`);
}

/** The unsupported property of the samples, if any: format, bits, colors or alpha. */
function strangeSamples(tags: Tags): string | undefined {
	const {
		bits = [1],
		samples: [samples = 1] = [],
		sampleFormat = [1],
		photometric: [color = -1] = [],
	} = tags;
	if (sampleFormat.some((format) => format !== 1)) {
		return sampleFormat.includes(3) ? "float samples" : "samples that are no unsigned integers";
	}
	const extras = extrasOf(tags);
	if (extras.includes(PREMULTIPLIED_ALPHA)) return "premultiplied alpha";
	const [depth = 1] = bits;
	const isEven = bits.length === samples && bits.every((each) => each === depth);
	const isKnown = KINDS.some(
		(kind) =>
			kind.photometric === color &&
			kind.colors + extras.length === samples &&
			kind.bits.includes(depth) &&
			extras.length <= 1 &&
			extras.every((extra) => kind.extras.includes(extra)),
	);
	if (isEven && isKnown) return undefined;
	const name = COLOR_NAMES[color] ?? "unknown colors";
	return `${name}, ${samples} samples a pixel, ${isEven ? depth : bits.join(" and ")} bits a sample`;
}

/** Both Pillow and libvips take an undeclared fourth sample for alpha. */
function extrasOf({
	extraSamples = [],
	photometric: [color] = [],
	samples: [samples] = [],
}: Tags): readonly number[] {
	return extraSamples.length === 0 && color === RGB && samples === 4 ? [ALPHA] : extraSamples;
}

/** The unsupported property of the sample layout, if any; the samples themselves have been checked. */
function strangeLayout(tags: Tags): string | undefined {
	const { bits: [depth = 1] = [], planar: [planar = 1] = [], fillOrder: [fillOrder = 1] = [] } = tags;
	// libvips silently turns a damaged or missing tile black.
	if (tags.tileWidth !== undefined) return "pixels in tiles";
	const isPlain = depth === 8 && extrasOf(tags).length === 0;
	if (planar !== 1 && !(planar === 2 && isPlain)) return `${depth}-bit samples or alpha in planes`;
	const [color = -1] = tags.photometric ?? [];
	if (fillOrder !== 1 && !(fillOrder === 2 && depth === 1 && color <= BLACK_IS_ZERO)) {
		return "bytes with their bits the other way round";
	}
	if (color !== PALETTE) return undefined;
	// libvips then takes it for an 8-bit map; Pillow does not.
	const isDark = (tags.colorMap ?? []).every((value) => value < 256);
	return isDark ? "a palette without a value over 255" : undefined;
}

function strangeCompression(tags: Tags): string | undefined {
	const {
		compression: [compression = 1] = [],
		photometric: [color = -1] = [],
		bits: [depth = 1] = [],
	} = tags;
	const name = `${COMPRESSION_NAMES[compression] ?? `number ${compression}`} compression`;
	if (FAX.includes(compression)) {
		return depth === 1 && color <= BLACK_IS_ZERO ? undefined : `${COLOR_NAMES[color]} in ${name}`;
	}
	if (compression === JPEG) {
		const isGray = color === BLACK_IS_ZERO && extrasOf(tags).length === 0;
		const isJpeg = depth === 8 && (isGray || color === RGB || color === YCBCR);
		return isJpeg ? undefined : `${COLOR_NAMES[color]} in ${name}`;
	}
	if (!ANY_KIND.includes(compression)) return name;
	return color === YCBCR ? "YCbCr without JPEG compression" : undefined;
}
