/** Files of every format against Pillow 12.3, plus damaged, mislabeled and oversized files. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RgbImage } from "../rgb-image.ts";
import { testImage } from "../testing/images.ts";
import { decodeImage } from "./node.ts";
import { applyOrientation, inverseOrientation } from "./orientation.ts";

interface Decoded {
	readonly width: number;
	readonly height: number;
	readonly sha256: string;
	readonly upright?: Decoded;
	/** RGB, base64. */
	readonly pixels?: string;
	readonly refused?: string;
}

const read = (file: string): Buffer => readFileSync(new URL(`../${file}`, import.meta.url));
const { files } = JSON.parse(read("decode/fixtures/decode.json").toString()) as {
	readonly files: Readonly<Record<string, Decoded>>;
};
const entries = Object.entries(files);
const isAvif = (file: string): boolean => file.endsWith(".avif");

const facts = ({ width, height, data }: RgbImage) => ({
	width,
	height,
	sha256: createHash("sha256").update(data).digest("hex").slice(0, 16),
});

/** Files that Pillow decodes and this package does not, with the reason. */
const UNDECODED_TIFFS: Readonly<Record<string, string>> = {
	"decode/fixtures/tiff-dark-palette.tiff": "a palette without a value over 255",
	"decode/fixtures/tiff-float.tiff": "float samples",
	"decode/fixtures/tiff-gray-16-bit-white-is-0.tiff": "gray where 0 is white, 1 samples a pixel, 16 bits",
	"decode/fixtures/tiff-lab.tiff": "CIELAB",
	"decode/fixtures/tiff-lzma.tiff": "LZMA compression",
	"decode/fixtures/tiff-premultiplied.tiff": "premultiplied alpha",
	"decode/fixtures/tiff-signed-8-bit.tiff": "no unsigned integers",
	"decode/fixtures/tiff-signed.tiff": "no unsigned integers",
	"decode/fixtures/tiff-ycbcr.tiff": "YCbCr without JPEG compression",
	"decode/fixtures/tiff-zstd.tiff": "zstd compression",
};

describe("decodes to the bytes Pillow gives", () => {
	const exact = entries.filter(
		([file, { refused }]) => refused === undefined && !isAvif(file) && !(file in UNDECODED_TIFFS),
	);

	test.each(exact)("%s", async (file, { width, height, sha256, upright }) => {
		const stored = { width, height, sha256 };
		expect(facts(await decodeImage(read(file)))).toEqual(stored);
		expect(facts(await decodeImage(read(file), { applyOrientation: true }))).toEqual(upright ?? stored);
	});
});

describe("AVIF, decoded by another library than Pillow's", () => {
	const still = entries.filter(([file]) => isAvif(file) && !/animated|clap/.test(file));

	test.each(still)("%s has the size and turn of Pillow's", async (file, { width, height, upright }) => {
		expect(await decodeImage(read(file))).toMatchObject({ width, height });
		const shown = upright ?? { width, height };
		expect(await decodeImage(read(file), { applyOrientation: true })).toMatchObject({
			width: shown.width,
			height: shown.height,
		});
	});

	/** Half-resolution chroma is upsampled differently, which shows at every edge of such a small image. */
	test.each([
		["444", 1, 0.5],
		["alpha", 1, 0.5],
		["420", 76, 10.1],
	])("%s differs by at most %i, by %f in the mean", async (name, most, mean) => {
		const file = `decode/fixtures/avif-${name}.avif`;
		const expected = Buffer.from(files[file]?.pixels ?? "", "base64");
		const errors = Array.from((await decodeImage(read(file))).data, (value, i) =>
			Math.abs(value - (expected[i] ?? 0)),
		);
		expect(errors.length).toBe(expected.length);
		expect(Math.max(...errors)).toBeLessThanOrEqual(most);
		expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThanOrEqual(mean);
	});

	test("a crop in the container is refused: the header's size is what was counted", async () => {
		await expect(decodeImage(read("fixtures/avif-clap.avif"))).rejects.toThrow(
			"64x64 in its header, 40x30 decoded",
		);
	});
});

describe("a JPEG scaled during decoding", () => {
	const files = ["jpeg-444.jpg", "jpeg-exif-6.jpg", "jpeg-cmyk.jpg", "jpeg-progressive.jpg"];

	test.each(files)("%s: no less than is needed, and the same image", async (file) => {
		const bytes = read(`decode/fixtures/${file}`);
		for (const applyOrientation of [false, true]) {
			const whole = await decodeImage(bytes, { applyOrientation });
			for (const by of [2, 4, 8]) {
				const atLeast = { width: Math.floor(whole.width / by), height: Math.floor(whole.height / by) };
				const scaled = await decodeImage(bytes, { applyOrientation, atLeast });
				expect([scaled.width, scaled.height]).toEqual([
					Math.ceil(whole.width / by),
					Math.ceil(whole.height / by),
				]);
				const means = [whole, scaled].map(({ data }) => data.reduce((sum, v) => sum + v, 0) / data.length);
				expect(Math.abs((means[0] ?? 0) - (means[1] ?? 0))).toBeLessThan(8);
			}
			const { width, height } = whole;
			const most = await decodeImage(bytes, { applyOrientation, atLeast: { width: width - 1, height } });
			expect([most.width, most.height]).toEqual([width, height]);
		}
	});

	test("other formats are not scaled", async () => {
		const bytes = read("decode/fixtures/png-rgb.png");
		const whole = await decodeImage(bytes);
		expect(await decodeImage(bytes, { atLeast: { width: 1, height: 1 } })).toEqual(whole);
	});
});

describe("refuses in one line", () => {
	test.each(
		entries.filter(([, { refused }]) => refused !== undefined),
	)("%s, as Pillow does", async (file) => {
		await expect(decodeImage(read(file))).rejects.toMatchObject({ code: "unreadable-file" });
	});

	test.each([
		["nothing", Buffer.alloc(0), "unreadable-file"],
		[
			"text",
			Buffer.from("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"),
			"unreadable-file",
		],
		["a video", read("fixtures/webm-vp9.webm"), "unreadable-file"],
		["HEIC", read("fixtures/heic-grid.heic"), "unsupported"],
	])("%s", async (_, bytes, code) => {
		await expect(decodeImage(bytes)).rejects.toMatchObject({
			code,
			message: expect.not.stringContaining("\n"),
		});
	});

	test("more pixels than allowed, before anything is decoded", async () => {
		await expect(decodeImage(read("decode/fixtures/jpeg-444.jpg"), { maxPixels: 900 })).rejects.toThrow(
			"jpeg of 37x26 has 962 pixels, over the limit of 900; scale it down",
		);
	});
});

describe("refuses kinds of TIFF that would differ from Pillow's, by name", () => {
	test.each(Object.entries(UNDECODED_TIFFS))("%s: %s", async (file, why) => {
		await expect(decodeImage(read(file))).rejects.toMatchObject({
			code: "unsupported",
			message: expect.stringContaining(why),
		});
	});

	/** Sets the value of a SHORT tag in a little-endian file with one directory; may also renumber the tag. */
	const changed = (file: string, tag: number, change: { value?: number; tag?: number }): Buffer => {
		const bytes = Buffer.from(read(`decode/fixtures/${file}`));
		const start = bytes.readUInt32LE(4) + 2;
		const at = Array.from({ length: bytes.readUInt16LE(start - 2) }, (_, i) => start + i * 12).find(
			(place) => bytes.readUInt16LE(place) === tag,
		);
		if (at === undefined) throw new Error(`no tag ${tag} in ${file}`);
		if (change.value !== undefined) bytes.writeUInt16LE(change.value, at + 8);
		if (change.tag !== undefined) bytes.writeUInt16LE(change.tag, at);
		return bytes;
	};

	test.each([
		["old-style JPEG", changed("tiff-jpeg.tiff", 259, { value: 6 }), "old-style JPEG compression"],
		["WebP", changed("tiff-rgb.tiff", 259, { value: 50_001 }), "WebP compression"],
		["a compression of no name", changed("tiff-rgb.tiff", 259, { value: 99 }), "number 99 compression"],
		["fax of 8 bits", changed("tiff-gray.tiff", 259, { value: 4 }), "gray in fax compression"],
		["tiles", changed("tiff-rgb.tiff", 278, { tag: 322 }), "pixels in tiles"],
		["alpha in planes", changed("tiff-rgba.tiff", 284, { value: 2 }), "alpha in planes"],
		["bits the other way", changed("tiff-rgb.tiff", 284, { tag: 266, value: 2 }), "the other way round"],
		["32 bits", changed("tiff-gray.tiff", 258, { value: 32 }), "32 bits a sample"],
	])("%s", async (_, bytes, why) => {
		await expect(decodeImage(bytes)).rejects.toMatchObject({
			code: "unsupported",
			message: expect.stringContaining(why),
		});
	});

	test.each([
		[
			"fewer strips than rows need",
			changed("tiff-rgb.tiff", 278, { value: 7 }),
			"1 strips where its rows need 4",
		],
		["no counts of bytes", changed("tiff-rgb.tiff", 279, { tag: 280 }), "without the length of its strips"],
	])("%s: readers go on in different ways", async (_, bytes, why) => {
		await expect(decodeImage(bytes)).rejects.toMatchObject({
			code: "unreadable-file",
			message: expect.stringContaining(why),
		});
	});

	test("a tag given twice is damage: readers differ in which they take", async () => {
		const bytes = changed("tiff-rgb.tiff", 278, { tag: 277 });
		await expect(decodeImage(bytes)).rejects.toThrow("gives its samples twice");
	});
});

describe("bitmaps crafted to be expensive", () => {
	const bitmap = (
		width: number,
		height: number,
		bits: number,
		compression: number,
		rows: Uint8Array,
	): Buffer => {
		const head = Buffer.alloc(54 + 8);
		head.write("BM");
		head.writeUInt32LE(62, 10);
		head.writeUInt32LE(40, 14);
		head.writeInt32LE(width, 18);
		head.writeInt32LE(height, 22);
		head.writeUInt16LE(1, 26);
		head.writeUInt16LE(bits, 28);
		head.writeUInt32LE(compression, 30);
		head.writeUInt32LE(2, 46);
		return Buffer.concat([head, rows]);
	};

	test("refuses run lengths for millions of pixels in a few bytes", async () => {
		await expect(decodeImage(bitmap(13_000, 13_000, 8, 1, new Uint8Array([0, 1])))).rejects.toThrow(
			"truncated",
		);
	});

	test("runs past the end of a row are not walked", async () => {
		const runs = new Uint8Array(4_000_000).fill(255);
		const { width, height } = await decodeImage(
			bitmap(100, 100, 8, 1, Buffer.concat([runs, Buffer.from([0, 1])])),
		);
		expect([width, height]).toEqual([100, 100]);
	});
});

describe("GIFs crafted to be expensive", () => {
	/** A frame as large as the screen, without a palette. */
	const gif = (width: number, height: number, codes: Uint8Array): Buffer => {
		const head = Buffer.alloc(13 + 10);
		head.write("GIF89a");
		head.writeUInt16LE(width, 6);
		head.writeUInt16LE(height, 8);
		head.write(",", 13);
		head.writeUInt16LE(width, 18);
		head.writeUInt16LE(height, 20);
		return Buffer.concat([head, codes]);
	};
	const blocks = (count: number, fill: number): Buffer =>
		Buffer.concat(Array.from({ length: count }, () => Buffer.alloc(256, fill).fill(255, 0, 1)));

	test.each([
		["millions of pixels in a few bytes", gif(13_000, 13_000, new Uint8Array([8, 1, 0, 0])), "truncated"],
		[
			"nothing but clears",
			gif(9_000, 9_000, Buffer.concat([Buffer.from([0]), blocks(4000, 0xff)])),
			"truncated",
		],
		["nothing but ends", gif(99, 99, Buffer.concat([Buffer.from([7]), blocks(4000, 0x81)])), "GIF"],
		[
			"nothing but empty blocks",
			gif(99, 99, Buffer.concat([Buffer.from([2]), Buffer.alloc(4e6)])),
			"truncated",
		],
	])("%s", async (_, bytes, message) => {
		await expect(decodeImage(bytes)).rejects.toThrow(message);
	});

	test("a frame of one pixel on a screen over the limit is refused before it is painted", async () => {
		const bytes = gif(1, 1, new Uint8Array([2, 2, 0x44, 1, 0]));
		bytes.writeUInt32LE(0xffff_ffff, 6);
		await expect(decodeImage(bytes)).rejects.toMatchObject({ code: "over-limit" });
	});
});

test.each([
	[{ maxPixels: Number.NaN }, "maxPixels NaN"],
	[{ maxSeconds: 0 }, "maxSeconds 0"],
])("limits that are none are refused: %o", async (options, message) => {
	for (const name of ["jpeg-444.jpg", "bmp-1-bit.bmp"]) {
		await expect(decodeImage(read(`decode/fixtures/${name}`), options)).rejects.toThrow(message);
	}
});

test("a limit may be a fraction of a second, or no limit of pixels", async () => {
	const options = { maxSeconds: 0.5, maxPixels: Number.POSITIVE_INFINITY };
	expect((await decodeImage(read("decode/fixtures/jpeg-444.jpg"), options)).width).toBe(37);
});

test("a file's name does not matter", async () => {
	expect((await decodeImage(read("fixtures/png-named-jpeg.jpg"))).width).toBeGreaterThan(0);
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])("orientation %i is undone by its inverse", (orientation) => {
	const source = testImage({ width: 5, height: 3 }, 1, "noise");
	expect(applyOrientation(applyOrientation(source, orientation), inverseOrientation(orientation))).toEqual(
		source,
	);
});

test("damaged files give an image or one clear line, never anything else", async () => {
	const small = entries.map(([file]) => read(file)).filter((bytes) => bytes.length < 20_000);
	const mutation = fc.tuple(
		fc.nat(),
		fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 12 }),
		fc.nat(100),
	);
	let decoded = 0;
	await fc.assert(
		fc.asyncProperty(mutation, async ([which, changes, kept]) => {
			const bytes = Buffer.from(small[which % small.length] ?? []);
			for (const [at, value] of changes) bytes[at % bytes.length] = value;
			const cut = kept > 60 ? bytes : bytes.subarray(0, Math.ceil((bytes.length * (kept + 40)) / 100));
			try {
				const { width, height, data } = await decodeImage(cut, { maxPixels: 4_000_000 });
				expect(data.length).toBe(width * height * 3);
				decoded++;
			} catch (error) {
				expect(error).toMatchObject({ name: "OnevisionError", message: expect.stringMatching(/^[^\n]+$/) });
			}
		}),
		{ numRuns: 4000, seed: 11 },
	);
	expect(decoded).toBeGreaterThan(200);
}, 120_000);
