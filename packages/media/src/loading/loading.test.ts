/** Files of every orientation as `PIL.Image.open` and transformers' `load_image` give them (oracle/loading.py). */

import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { crc32 } from "node:zlib";
import { createCounter } from "@onevision/core";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { preprocessBatch } from "../batch/one-batch.ts";
import { decodeImage } from "../decode/node.ts";
import { readHeader } from "../file.ts";
import { readMediaHeader } from "../header.ts";
import { bytesSource } from "../reading.ts";
import type { RgbImage } from "../rgb-image.ts";
import { mediaItemOf } from "../samples.ts";
import { digestsOf } from "../testing/goldens.ts";
import { LOADINGS, loadingOf } from "./loading.ts";

interface Loaded {
	readonly width: number;
	readonly height: number;
	readonly sha256: string;
}

const folder = fileURLToPath(new URL("./fixtures/", import.meta.url));
const { files } = JSON.parse(readFileSync(`${folder}loading.json`, "utf8")) as {
	readonly files: Readonly<
		Record<
			string,
			{
				readonly stored: Loaded;
				readonly upright: Loaded;
				readonly tensors?: Readonly<Record<string, unknown>>;
			}
		>
	>;
};
const rows = Object.entries(files);
const scratch = mkdtempSync(join(tmpdir(), "onevision-loading-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const facts = ({ width, height, data }: RgbImage): Loaded => ({
	width,
	height,
	sha256: createHash("sha256").update(data).digest("hex").slice(0, 16),
});

test("every orientation is there in every format", () => {
	for (const format of ["jpg", "png", "webp", "tiff"]) {
		const kept = Array.from({ length: 8 }, (_, i) => `${i + 1}.${format}`).map(
			(name) => files[name]?.upright.sha256,
		);
		expect(new Set(kept).size, format).toBe(8);
	}
});

describe.each(LOADINGS)("%s", (loading) => {
	const applyOrientation = loading === "upright";
	test.each(rows)("%s", async (name, golden) => {
		const { width, height } = golden[loading];
		expect(await readHeader(folder + name, { applyOrientation })).toMatchObject({ width, height });
		expect(facts(await decodeImage(readFileSync(folder + name), { applyOrientation }))).toEqual(
			golden[loading],
		);
	});
});

describe("a Pillow-backed processor that is given the path", () => {
	const plain = rows.flatMap(([name, { tensors }]) =>
		Object.entries(tensors ?? {}).map(([checkpoint, digests]) => [name, checkpoint, digests] as const),
	);
	test.each(plain)("%s %s", async (name, checkpoint, digests) => {
		const { loading } = loadingOf("transformers", "pillow");
		const decode = { applyOrientation: loading === "upright" };
		const { tensors } = await preprocessBatch(checkpoint, [[folder + name]], { backend: "pillow", decode });
		expect(digestsOf(tensors)).toEqual(digests);
	});
});

test("counts follow the size after loading", async () => {
	const counter = createCounter("qwen2.5-vl-7b");
	const path = fileURLToPath(new URL("../decode/fixtures/jpeg-exif-6.jpg", import.meta.url));
	const grids = [];
	for (const applyOrientation of [false, true]) {
		const item = mediaItemOf(await readHeader(path, { applyOrientation }));
		grids.push(counter.count({ media: [item] }).items[0]?.patchGrid);
	}
	expect(grids[1]).toEqual({ rows: grids[0]?.cols, cols: grids[0]?.rows });
	expect(grids[0]?.rows).not.toBe(grids[0]?.cols);
});

test("says which orientation was applied, and leaves that of videos alone", async () => {
	expect(await readHeader(`${folder}6.png`)).toEqual({
		kind: "image",
		format: "png",
		width: 37,
		height: 26,
		orientation: 6,
	});
	expect(await readHeader(`${folder}6.png`, { applyOrientation: true })).toEqual({
		kind: "image",
		format: "png",
		width: 26,
		height: 37,
		orientation: 1,
		appliedOrientation: 6,
	});
	const clip = fileURLToPath(new URL("../fixtures/mp4-turned-quarter.mp4", import.meta.url));
	expect(await readHeader(clip, { applyOrientation: true, applyRotation: false })).toMatchObject({
		width: 64,
		height: 48,
		rotation: 270,
	});
});

test("an eXIf chunk is found behind thousands of chunks of image data, without reading those", async () => {
	const bytes = readFileSync(`${folder}late.png`);
	const end = bytes.lastIndexOf("eXIf") - 4;
	const piece = Buffer.alloc(8192 + 12);
	piece.writeUInt32BE(8192);
	piece.write("IDAT", 4, "latin1");
	piece.writeUInt32BE(crc32(piece.subarray(4, 8 + 8192)), 8 + 8192);
	const path = join(scratch, "long.png");
	writeFileSync(
		path,
		Buffer.concat([bytes.subarray(0, end), ...Array(1200).fill(piece), bytes.subarray(end)]),
	);
	expect(await readHeader(path, { applyOrientation: true })).toMatchObject({ appliedOrientation: 6 });
	expect(await readHeader(path)).toMatchObject({ orientation: 1 });
});

test("damaged files, walked to the end, give a header or an error", async () => {
	const names = rows.map(([name]) => name).filter((name) => /^(6|late|xmp|two)/.test(name));
	const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });
	for (const name of names) {
		const whole = readFileSync(folder + name);
		await fc.assert(
			fc.asyncProperty(changes, fc.nat(8), async (bytes, cut) => {
				const copy = new Uint8Array(whole);
				for (const [at, value] of bytes) copy[at % copy.length] = value;
				const source = bytesSource(cut === 0 ? copy.subarray(0, copy.length >> 1) : copy);
				try {
					const header = await readMediaHeader(source, { applyOrientation: true });
					if (header?.kind === "image") expect(header.orientation).toBe(1);
				} catch (error) {
					expect(error).toMatchObject({ code: expect.stringMatching(/^(unreadable-file|over-limit)$/) });
				}
			}),
			{ seed: 7, numRuns: 100 },
		);
	}
});

test("references differ, and a closed table says how", () => {
	const loadings = (["original", "vllm", "qwen-vl-utils", "mistral-common"] as const).map((parity) => [
		parity,
		loadingOf(parity).loading,
	]);
	expect(Object.fromEntries(loadings)).toEqual({
		original: "stored",
		vllm: "upright",
		"qwen-vl-utils": "stored",
		"mistral-common": "stored",
	});
	expect(loadingOf().loading).toBe("stored");
	expect(loadingOf("transformers", "pillow").loading).toBe("upright");
});
