/** Damaged, cut and forged files: a usable header or an OnevisionError, soon. */

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { OnevisionError } from "@onevision/base";
import { expect, test } from "vitest";
import { type MediaHeader, readMediaHeader } from "./header.ts";
import {
	type ByteSource,
	bytesSource,
	readImageHeader,
	readImageHeaderFrom,
	readVideoHeader,
} from "./node.ts";
import { MAX_IMAGE_HEADER_BYTES } from "./reading.ts";

const folder = fileURLToPath(new URL("fixtures/", import.meta.url));
const names = readdirSync(folder).filter((name) => name !== "headers.json" && name !== "mkv-long.mkv");
const read = (name: string) => new Uint8Array(readFileSync(folder + name));

/** Small seeded generator (mulberry32, public domain, by Tommy Ettinger): the runs are the same each time. */
function generator(seed: number): (below: number) => number {
	let state = seed;
	return (below) => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
	};
}

const ODD_BYTES = [0, 1, 0x7f, 0x80, 0xff];

/** One to six bytes changed, most of them near the front where headers are; one file in eight is cut as well. */
function mutate(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
	const copy = bytes.slice();
	for (let change = 0; change <= random(6); change++) {
		const at = random(2) ? random(Math.min(copy.length, 256)) : random(copy.length);
		copy[at] = random(2) ? random(256) : (ODD_BYTES[random(ODD_BYTES.length)] ?? 0);
	}
	return random(8) === 0 ? copy.subarray(0, random(copy.length)) : copy;
}

function expectUsable(header: MediaHeader | undefined): void {
	if (header === undefined) return;
	for (const side of [header.width, header.height]) {
		expect(Number.isInteger(side) && side >= 1 && side <= 2 ** 24).toBe(true);
	}
	if (header.kind === "image") expect([1, 2, 3, 4, 5, 6, 7, 8]).toContain(header.orientation);
	else expect([0, 90, 180, 270]).toContain(header.rotation);
}

async function expectHeaderOrRefusal(bytes: Uint8Array): Promise<void> {
	try {
		expectUsable(await readMediaHeader(bytesSource(bytes)));
	} catch (error) {
		if (!(error instanceof OnevisionError)) throw error;
		expect(["unreadable-file", "over-limit"]).toContain(error.code);
		expect(error.message).not.toContain("\n");
	}
}

for (const name of names) {
	test(`mutated ${name}`, async () => {
		const bytes = read(name);
		const random = generator(bytes.length);
		const isVideo = /\.(mp4|mov|mkv|webm|avi)$/.test(name);
		for (let run = 0; run < (isVideo ? 200 : 500); run++) await expectHeaderOrRefusal(mutate(bytes, random));
	});
}

test("every cut of an image gives its header or a refusal, never another size", async () => {
	for (const name of names.filter((name) => /\.(jpg|png|webp|gif|bmp|tif|avif|heic)$/.test(name))) {
		const bytes = read(name);
		const { width, height } = readImageHeader(bytes);
		for (let length = 0; length < Math.min(bytes.length, 800); length++) {
			try {
				expect(readImageHeader(bytes.subarray(0, length))).toMatchObject({ width, height });
			} catch (error) {
				if (!(error instanceof OnevisionError)) throw error;
				expect(error.code).toBe("unreadable-file");
			}
		}
	}
});

/** A BMP header with the given sides. */
function bmp(width: number, height: number): Uint8Array {
	const bytes = new Uint8Array(54);
	const view = new DataView(bytes.buffer);
	bytes.set([0x42, 0x4d]);
	view.setUint32(14, 40, true);
	view.setUint32(18, width, true);
	view.setInt32(22, height, true);
	return bytes;
}

test("sides from 1 to 2^24 are taken", () => {
	expect(readImageHeader(bmp(2 ** 24, 1))).toMatchObject({ width: 2 ** 24, height: 1 });
	expect(() => readImageHeader(bmp(2 ** 24 + 1, 1))).toThrowErrorMatchingInlineSnapshot(
		`[OnevisionError: bmp of 16777217x1: sides over 16777216 px are not counted; scale it down]`,
	);
	expect(() => readImageHeader(bmp(5, 0))).toThrowErrorMatchingInlineSnapshot(
		`[OnevisionError: bmp of 5x0: it has no pixels; the file is damaged]`,
	);
});

test("a TIFF whose directory points at itself is read once", () => {
	const bytes = read("tiff-little-endian.tif");
	const view = new DataView(bytes.buffer);
	const directory = view.getUint32(4, true);
	const next = directory + 2 + 12 * view.getUint16(directory, true);
	view.setUint32(next, directory, true);
	expect(readImageHeader(bytes)).toMatchObject({ width: 31, height: 21 });
});

test("boxes inside boxes with absurd sizes are refused", async () => {
	const bytes = read("avif-plain.avif");
	const view = new DataView(bytes.buffer);
	const meta = view.getUint32(0);
	for (const size of [0xffffffff, 7, 2]) {
		view.setUint32(meta, size);
		expect(() => readImageHeader(bytes)).toThrow(OnevisionError);
	}
	const clip = read("mp4-h264-b-frames.mp4");
	const clipView = new DataView(clip.buffer);
	const sampleCount = Buffer.from(clip).indexOf("stsz") + 12;
	clipView.setUint32(sampleCount, 0xfffffff0);
	await expectHeaderOrRefusal(clip);
});

test("a chunk that claims millions of frames costs nothing", async () => {
	const clip = read("mov-mjpeg.mov");
	const samplesPerChunk = Buffer.from(clip).indexOf("stsc") + 16;
	new DataView(clip.buffer).setUint32(samplesPerChunk, 2 ** 31);
	expect(await readVideoHeader(clip)).toMatchObject({ frames: 5, fps: 5 });
});

/** A file of `size` bytes that holds `parts` at their offsets and zeros elsewhere, and counts what is read of it. */
function sparse(
	size: number,
	parts: Record<number, Uint8Array>,
): ByteSource & { read: ByteSource["read"]; total(): number } {
	let total = 0;
	return {
		size,
		total: () => total,
		read: async (offset, length) => {
			total += length;
			const bytes = new Uint8Array(length);
			for (const [at, part] of Object.entries(parts)) {
				for (let i = 0; i < part.length; i++) {
					const where = Number(at) + i - offset;
					if (where >= 0 && where < length) bytes[where] = part[i] ?? 0;
				}
			}
			return bytes;
		},
	};
}

test("a directory at the end of a large TIFF costs two small reads", async () => {
	const small = read("tiff-directory-at-end.tif");
	const directory = new DataView(small.buffer).getUint32(4, true);
	const at = 900_000_000;
	const head = small.slice(0, 8);
	new DataView(head.buffer).setUint32(4, at, true);
	const source = sparse(at + 10_000, { 0: head, [at]: small.subarray(directory) });
	expect(await readImageHeaderFrom(source)).toMatchObject({ width: 26, height: 14 });
	expect(source.total()).toBeLessThan(200_000);
});

test("a JPEG with megabytes of metadata is read up to the limit", async () => {
	const plain = read("jpeg-baseline.jpg");
	const segment = new Uint8Array(65_537);
	segment.set([0xff, 0xe2, 0xff, 0xff]);
	const build = (segments: number) => {
		const parts = [plain.subarray(0, 2), ...Array<Uint8Array>(segments).fill(segment), plain.subarray(2)];
		return new Uint8Array(Buffer.concat(parts));
	};
	expect(await readImageHeaderFrom(bytesSource(build(40)))).toMatchObject({ width: 61, height: 43 });
	await expect(readImageHeaderFrom(bytesSource(build(1000)))).rejects.toThrowErrorMatchingInlineSnapshot(
		`[OnevisionError: header needs more than 4194304 bytes; re-save the file without its large metadata]`,
	);
	expect(MAX_IMAGE_HEADER_BYTES).toBe(4 * 1024 * 1024);
});

test("audio alone is no video", async () => {
	const clip = read("mp4-moov-first-audio.mp4");
	// The video track's handler, renamed: what is left is sound.
	const handler = Buffer.from(clip).indexOf("vide");
	clip.set(Buffer.from("text"), handler);
	await expect(readVideoHeader(clip)).rejects.toThrowErrorMatchingInlineSnapshot(
		`[OnevisionError: has no video track]`,
	);
});
