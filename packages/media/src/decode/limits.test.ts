/** Limits at their edges, and the size to which a JPEG is scaled during decoding. */

import { describe, expect, test } from "vitest";
import type { ImageHeader } from "../image/image.ts";
import { assertPixels, assertSize, decodedSize, MAX_PIXELS, MAX_SECONDS } from "./limits.ts";

const header = (width: number, height: number, format: ImageHeader["format"] = "jpeg", orientation = 1) =>
	({ format, width, height, orientation }) as ImageHeader;

describe("pixels", () => {
	test("decodes images up to the limit, and not one pixel more", () => {
		expect(() => assertPixels(header(37, 26), 962)).not.toThrow();
		expect(() => assertPixels(header(37, 26), 961)).toThrow("962 pixels, over the limit of 961");
		expect(() => assertPixels(header(1, 1), 1)).not.toThrow();
	});
	test("the default limit is Pillow's: twice MAX_IMAGE_PIXELS", () => {
		const half = Math.trunc(1024 ** 3 / 4 / 3);
		expect(MAX_PIXELS).toBe(2 * half);
		expect(() => assertPixels(header(half, 2), MAX_PIXELS)).not.toThrow();
		expect(() => assertPixels(header(MAX_PIXELS + 1, 1), MAX_PIXELS)).toThrow(/over the limit/);
	});
	test.each([0, -1, 0.5, Number.NaN])("%d is no limit", (limit) => {
		expect(() => assertPixels(header(1, 1), limit)).toThrow(/expected a number of pixels from 1/);
	});
});

test("by default 30 seconds, as documented", () => {
	expect(MAX_SECONDS).toBe(30);
});

test("refuses either side if it differs from the header", () => {
	expect(() => assertSize({ width: 4, height: 3 }, header(4, 3))).not.toThrow();
	for (const [width, height] of [
		[5, 3],
		[4, 2],
		[3, 4],
	] as const) {
		expect(() => assertSize({ width, height }, header(4, 3))).toThrow(
			`4x3 in its header, ${width}x${height}`,
		);
	}
});

describe("a JPEG is scaled to no less than what is needed", () => {
	test.each([
		["exactly an eighth", header(800, 640), { width: 100, height: 80 }, { width: 100, height: 80 }],
		["a pixel more across", header(800, 640), { width: 101, height: 80 }, { width: 200, height: 160 }],
		["a pixel more down", header(800, 640), { width: 100, height: 81 }, { width: 200, height: 160 }],
		["exactly a quarter", header(800, 640), { width: 200, height: 160 }, { width: 200, height: 160 }],
		["exactly a half", header(800, 640), { width: 400, height: 320 }, { width: 400, height: 320 }],
		["more than a half", header(800, 640), { width: 401, height: 1 }, { width: 800, height: 640 }],
		[
			"sides that do not divide are rounded up",
			header(807, 643),
			{ width: 100, height: 80 },
			{ width: 101, height: 81 },
		],
		[
			"other formats are not scaled",
			header(800, 640, "png"),
			{ width: 1, height: 1 },
			{ width: 800, height: 640 },
		],
	])("%s", (_, image, atLeast, size) => {
		expect(decodedSize(image, { atLeast })).toEqual(size);
	});
	test("the needed size is rotated along with the image", () => {
		const needed = { atLeast: { width: 80, height: 100 } };
		for (const orientation of [5, 8]) {
			const image = header(800, 640, "jpeg", orientation);
			expect(decodedSize(image, { ...needed, applyOrientation: true })).toEqual({ width: 100, height: 80 });
			expect(decodedSize(image, needed)).toEqual({ width: 200, height: 160 });
		}
		const mirrored = header(800, 640, "jpeg", 4);
		expect(decodedSize(mirrored, { ...needed, applyOrientation: true })).toEqual({ width: 200, height: 160 });
	});
	test("without a needed size, keeps its own", () => {
		expect(decodedSize(header(800, 640), {})).toEqual({ width: 800, height: 640 });
	});
});
