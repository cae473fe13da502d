/**
 * Whole pages against pixels that a person reviewed before they were committed (scripts/drawings.ts), and their
 * bounds.
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { decodeImage } from "@onevision/media/node";
import { expect, test } from "vitest";
import { testImage } from "../../../media/src/testing/images.ts";
import { PAGES, processorOf, SHOWN_PAGES } from "../testing/pages.ts";
import { framesToShow, inspectImage, inspectSample } from "./index.ts";

const folder = new URL("goldens/", import.meta.url);
const hashes = JSON.parse(readFileSync(new URL("pixels.sha256.json", folder), "utf8")) as Record<
	string,
	string
>;
const sha256 = (data: Uint8Array): string => createHash("sha256").update(data).digest("hex");

test("every page has a hash, and every hash a page", () => {
	expect(Object.keys(hashes)).toEqual(Object.keys(PAGES));
});

test.each(Object.entries(PAGES))("%s is the same to the bit, and no side is over 1600 px", (name, draw) => {
	const { data, width, height } = draw();
	expect(sha256(data)).toBe(hashes[name]);
	expect(Math.max(width, height)).toBeLessThanOrEqual(1600);
});

test.each(SHOWN_PAGES)("the PNG of %s shows it", async (name) => {
	const shown = await decodeImage(readFileSync(new URL(`${name}.png`, folder)));
	expect(sha256(shown.data)).toBe(hashes[name]);
});

test.each([
	["one pixel", 1, 1],
	["a line across", 3000, 3],
	["a line down", 3, 3000],
])("extreme shapes are drawn in bounds: %s", (_, width, height) => {
	for (const model of [
		"llava-1.5-7b",
		"llava-onevision-qwen2-7b-ov",
		"internvl3-8b",
		"llama-4-scout-17b-16e",
	]) {
		const processor = processorOf(model, {});
		const layout = processor?.layout({ kind: "image", width, height });
		if (processor === undefined || layout === undefined) throw new Error("no processor");
		const source = testImage({ width, height }, 1, "noise");
		const page = inspectImage(source, layout, { title: model, viewPlan: processor.planViews(layout) });
		expect(Math.max(page.width, page.height)).toBeLessThanOrEqual(1600);
	}
});

test("draws as many frames as fit, including the first and the last", () => {
	const shown = framesToShow(Array.from({ length: 1000 }, (_, place) => 3 * place));
	expect(shown).toHaveLength(64);
	expect([shown[0], shown.at(-1)]).toEqual([0, 2997]);
	expect(new Set(shown).size).toBe(64);
	expect(framesToShow([4, 9])).toEqual([4, 9]);
});

test("refuses more images than fit on a page", () => {
	const processor = processorOf("llava-1.5-7b", {});
	const layout = processor?.layout({ kind: "image", width: 4, height: 4 });
	if (layout === undefined) throw new Error("no layout");
	const image = { name: "x", layout, image: testImage({ width: 4, height: 4 }, 1, "noise") };
	const many = Array.from({ length: 33 }, () => image);
	expect(() => inspectSample(many, { title: "x" })).toThrow(/33 images: a page takes at most 32; give fewer/);
});
