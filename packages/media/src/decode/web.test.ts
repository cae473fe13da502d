/**
 * Images decoded and processed in Chromium against Node. Runs where Chromium is installed, as in continuous
 * integration.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createProcessor } from "../preprocess/processor.ts";
import { digestsOf } from "../testing/goldens.ts";
import { CHROMIUM, openTestPage, type TestPage } from "../testing/page.ts";
import type { DecodeOptions } from "./limits.ts";
import { decodeImage } from "./node.ts";
import type { PageImage } from "./testing/web-page.ts";

const FIXTURES = fileURLToPath(new URL("fixtures/", import.meta.url));
const read = (file: string): Buffer => readFileSync(join(FIXTURES, file));

describe.skipIf(CHROMIUM === undefined)("in Chromium", () => {
	let page: TestPage | undefined;

	beforeAll(async () => {
		page = await openTestPage(fileURLToPath(new URL("testing/web-page.ts", import.meta.url)), FIXTURES);
	}, 120_000);

	afterAll(() => page?.close());

	const decode = (file: string, options: DecodeOptions = {}) =>
		page?.call("decodeInPage", file, options) as Promise<PageImage | string>;

	/** Maximum difference of a value from the result of decoding on Node. */
	async function difference(file: string, options: DecodeOptions = {}): Promise<number> {
		const there = await decode(file, options);
		if (typeof there === "string") throw new Error(there);
		const here = await decodeImage(read(file), options);
		expect([there.width, there.height]).toEqual([here.width, here.height]);
		return here.data.reduce(
			(most, value, at) => Math.max(most, Math.abs(value - (there.pixels[at] ?? 999))),
			0,
		);
	}

	test.each([
		"png-rgb.png",
		"png-gray.png",
		"png-palette.png",
		"jpeg-444.jpg",
		"jpeg-420.jpg",
		"jpeg-progressive.jpg",
		"jpeg-gray.jpg",
		"jpeg-icc.jpg",
		"bmp-24-bit.bmp",
		"gif.gif",
	])("%s is equal", async (file) => {
		expect(await difference(file)).toBe(0);
	});

	test.each([2, 3, 4, 5, 6, 7, 8])("orientation %i is ignored, or applied", async (orientation) => {
		const file = `jpeg-exif-${orientation}.jpg`;
		expect(await difference(file)).toBe(0);
		expect(await difference(file, { applyOrientation: true })).toBe(0);
	});

	test("orientation of a square WebP, which the browser leaves alone, is ignored, or applied", async () => {
		expect(await difference("webp-square-exif-6.webp")).toBe(0);
		expect(await difference("webp-square-exif-6.webp", { applyOrientation: true })).toBe(0);
	});

	test("the tensors are those made in Node", async () => {
		for (const [model, options] of [
			["llava-onevision-qwen2-7b-ov", {}],
			["qwen2.5-vl-7b", { backend: "pillow", dtype: "bfloat16" }],
		] as const) {
			const processor = createProcessor(model, options);
			const { tensors } = processor.images([[await decodeImage(read("jpeg-420.jpg"))]]);
			const digests = Object.entries(digestsOf(tensors)).map(([name, [, , digest]]) => [name, digest]);
			expect(await page?.call("processInPage", "jpeg-420.jpg", model, options)).toEqual(
				Object.fromEntries(digests),
			);
		}
	});

	test.each([
		["jpeg-444.jpg", { maxPixels: 10 }, /^over-limit: jpeg of 37x26 has 962 pixels/],
		["decode.json", {}, /^unreadable-file: is not an image/],
		["png-damaged.png", {}, /^unreadable-file: cannot be decoded as png/],
	])("%s is refused in one line", async (file, options, message) => {
		expect(await decode(file, options)).toMatch(message);
	});
});
