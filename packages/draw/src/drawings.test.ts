/**
 * Everything that can be drawn, against pixels that a person reviewed before they were committed
 * (scripts/drawings.ts).
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { decodeImage, encodePng } from "@onevision/media/node";
import { expect, test } from "vitest";
import { DRAWINGS } from "./testing/drawings.ts";

const folder = new URL("goldens/", import.meta.url);
const hashes = JSON.parse(readFileSync(new URL("pixels.sha256.json", folder), "utf8")) as Record<
	string,
	string
>;
const sha256 = (data: Uint8Array): string => createHash("sha256").update(data).digest("hex");

test("every drawing has a hash, and every hash a drawing", () => {
	expect(Object.keys(hashes)).toEqual(Object.keys(DRAWINGS));
});

test.each(Object.entries(DRAWINGS))("%s is the same to the bit, and its PNG shows it", async (name, draw) => {
	const drawn = draw();
	expect(sha256(drawn.data)).toBe(hashes[name]);
	const shown = await decodeImage(readFileSync(new URL(`${name}.png`, folder)));
	expect(sha256(shown.data)).toBe(hashes[name]);
});

test("PNG encoding is lossless and deterministic", async () => {
	const drawn = DRAWINGS["marks-noise"]();
	const bytes = await encodePng(drawn);
	expect(sha256((await decodeImage(bytes)).data)).toBe(sha256(drawn.data));
	expect(await encodePng(drawn)).toEqual(bytes);
});
