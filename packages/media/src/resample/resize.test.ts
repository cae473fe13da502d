/** Every row of the goldens from Pillow 12.3 and torchvision 0.28, bit for bit, with and without WebAssembly. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Pattern, testImage } from "../testing/images.ts";
import type { Filter } from "./filters.ts";
import { resize } from "./resize.ts";
import type { Backend } from "./weights.ts";

type Row = readonly [
	width: number,
	height: number,
	toWidth: number,
	toHeight: number,
	filter: Filter,
	backend: Backend,
	pattern: Pattern,
	seed: number,
	sha256: string,
];

const goldens = readFileSync(new URL("./goldens/resize.json", import.meta.url), "utf8");
const { rows } = JSON.parse(goldens) as { readonly rows: readonly Row[] };

function digestOf(row: Row, scalar: boolean): string {
	const [width, height, toWidth, toHeight, filter, backend, pattern, seed] = row;
	const source = testImage({ width, height }, seed, pattern);
	const made = resize(source, { width: toWidth, height: toHeight }, { filter, backend, scalar });
	expect([made.width, made.height]).toEqual([toWidth, toHeight]);
	return createHash("sha256").update(made.data).digest("hex").slice(0, 16);
}

describe.each([
	["by the kernel", false],
	["in plain JavaScript", true],
])("%s", (_, scalar) => {
	test.each(["pillow", "torchvision"] as const)("resizes as %s does", (backend) => {
		const own = rows.filter((row) => row[5] === backend);
		const wrong = own
			.filter((row) => digestOf(row, scalar) !== row[8])
			.map((row) => row.slice(0, 8).join(" "));
		expect(wrong).toEqual([]);
		expect(own.length).toBeGreaterThan(200);
	});
});

test.each([
	["a side of half pixels", { width: 2.5, height: 2 }, "bicubic"],
	["no pixels", { width: 0, height: 2 }, "bicubic"],
	["an unknown filter", { width: 2, height: 2 }, "cubic" as Filter],
] as const)("refuses %s", (_, size, filter) => {
	const source = testImage({ width: 5, height: 4 }, 0, "noise");
	expect(() => resize(source, size, { filter, backend: "pillow" })).toThrow("expected whole px from 1");
});

test("refuses pixels with an alpha channel, and sides that would take hours", () => {
	const rgba = { width: 5, height: 4, data: new Uint8Array(80) };
	const options = { filter: "bicubic", backend: "pillow" } as const;
	expect(() => resize(rgba, { width: 2, height: 2 }, options)).toThrow("it looks like RGBA");
	const thread = { width: 2_000_000, height: 1, data: new Uint8Array(6_000_000) };
	expect(() => resize(thread, { width: 384, height: 1 }, options)).toThrow("crop it first");
});

test("returns an image that already has the requested size", () => {
	const source = testImage({ width: 5, height: 4 }, 0, "noise");
	expect(resize(source, source, { filter: "bicubic", backend: "pillow" })).toBe(source);
});
