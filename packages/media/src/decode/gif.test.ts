/** The GIF kernel against plain JavaScript: the same pixels for valid files, the same errors for invalid ones. */

import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { kernelOfThread } from "../kernel/kernel.ts";
import { decodeGif } from "./gif.ts";

const FIXTURES = new URL("./fixtures/", import.meta.url);
const files = readdirSync(FIXTURES).filter((name) => name.endsWith(".gif"));

/** A decoder's result for some bytes: the image, or its error message. */
function madeOf(bytes: Uint8Array, kernel: Parameters<typeof decodeGif>[1]) {
	try {
		const { width, height, data } = decodeGif(bytes, kernel);
		return { width, height, data: Buffer.from(data).toString("base64") };
	} catch (error) {
		return String(error);
	}
}

const kernel = kernelOfThread();

test.each(files)("%s", (name) => {
	const bytes = readFileSync(new URL(name, FIXTURES));
	expect(madeOf(bytes, kernel)).toEqual(madeOf(bytes, undefined));
});

test("damaged files", () => {
	const seeds = files
		.map((name) => readFileSync(new URL(name, FIXTURES)))
		.filter(({ length }) => length < 20_000);
	const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 });
	let decoded = 0;
	fc.assert(
		fc.property(fc.nat(), changes, fc.integer({ min: 30, max: 130 }), (which, changed, kept) => {
			const bytes = Buffer.from(seeds[which % seeds.length] ?? []);
			// Past the header, which holds the image size.
			for (const [at, value] of changed) bytes[13 + (at % (bytes.length - 13))] = value;
			const cut = bytes.subarray(0, Math.min(bytes.length, Math.ceil((bytes.length * kept) / 100)));
			const made = madeOf(cut, kernel);
			expect(made).toEqual(madeOf(cut, undefined));
			if (typeof made !== "string") decoded++;
		}),
		{ numRuns: 1200, seed: 5 },
	);
	expect(decoded).toBeGreaterThan(200);
});

/** A gray GIF whose rows are encoded by the standard: clear code, growing strings, end code. */
function gifOf(width: number, height: number, indices: Uint8Array, isInterlaced = false): Buffer {
	const bits: number[] = [];
	const push = (code: number, count: number): void => {
		for (let bit = 0; bit < count; bit++) bits.push((code >> bit) & 1);
	};
	let codes = new Map<string, number>();
	let codeBits = 9;
	push(256, codeBits);
	let string = "";
	const codeOf = (text: string): number => (text.length === 1 ? text.charCodeAt(0) : (codes.get(text) ?? 0));
	for (const index of indices) {
		const longer = string + String.fromCharCode(index);
		if (longer.length === 1 || codes.has(longer)) {
			string = longer;
			continue;
		}
		push(codeOf(string), codeBits);
		codes.set(longer, 258 + codes.size);
		if (258 + codes.size > 2 ** codeBits && codeBits < 12) codeBits++;
		if (codes.size === 4096 - 258 && index % 2 === 0) {
			push(256, codeBits);
			codes = new Map();
			codeBits = 9;
		} else if (codes.size > 4096 - 258) codes.delete(longer);
		string = longer.slice(-1);
	}
	push(codeOf(string), codeBits);
	push(257, codeBits);
	const bytes = Buffer.alloc(Math.ceil(bits.length / 8));
	bits.forEach((bit, at) => {
		bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (bit << (at & 7));
	});
	const head = Buffer.alloc(24);
	head.write("GIF89a");
	head.writeUInt16LE(width, 6);
	head.writeUInt16LE(height, 8);
	head.write(",", 13);
	head.writeUInt16LE(width, 18);
	head.writeUInt16LE(height, 20);
	head[22] = isInterlaced ? 0x40 : 0;
	head[23] = 8;
	const blocks: Buffer[] = [];
	for (let at = 0; at < bytes.length; at += 255) {
		const block = bytes.subarray(at, at + 255);
		blocks.push(Buffer.from([block.length]), block);
	}
	return Buffer.concat([head, ...blocks, Buffer.from([0, 0x3b])]);
}

const PATTERNS = {
	"one shade, strings thousands long": () => 7,
	"rows alike": (at: number, width: number) => Math.floor((at % width) / 40) * 9,
	noise: (at: number) => (Math.imul(at + 1, 2654435761) >>> 24) & 255,
	"noise between rows alike": (at: number, width: number) =>
		Math.floor(at / width) % 50 < 5 ? (Math.imul(at + 1, 2654435761) >>> 27) & 255 : 90,
} as const;

test.each(Object.entries(PATTERNS))("%s: larger than what goes through the kernel at once", (_, shade) => {
	const [width, height] = [640, 420];
	const indices = Uint8Array.from({ length: width * height }, (_, at) => shade(at, width));
	for (const decoder of [kernel, undefined]) {
		const { data } = decodeGif(gifOf(width, height, indices), decoder);
		const wrong = indices.findIndex((index, at) => [0, 1, 2].some((c) => data[at * 3 + c] !== index));
		expect(wrong).toBe(-1);
		const interlaced = decodeGif(gifOf(width, height, indices, true), decoder);
		// The second stored row is the ninth of the image.
		expect([...interlaced.data.subarray(8 * width * 3, 8 * width * 3 + 3)]).toEqual(
			Array(3).fill(indices[width]),
		);
	}
});
