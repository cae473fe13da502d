/** Every family folder is listed, and every listed family has goldens. */

import { readdirSync, readFileSync } from "node:fs";
import { CHECKPOINT_IDS, CHECKPOINTS, checkpointFromSnapshot } from "@onevision/core";
import { expect, test } from "vitest";
import type { PixelRow } from "../testing/goldens.ts";
import { PIXEL_FAMILIES, pixelFamily } from "./index.ts";

test("the list names every folder", () => {
	const folders = readdirSync(new URL(".", import.meta.url), { withFileTypes: true })
		.filter((entry) => entry.isDirectory())
		.map(({ name }) => name);
	expect([...PIXEL_FAMILIES].sort()).toEqual(folders.sort());
});

const goldens = readFileSync(new URL("../preprocess/goldens/pixels.json", import.meta.url), "utf8");
const { rows } = JSON.parse(goldens) as { readonly rows: readonly PixelRow[] };

function familyOf({ checkpoint, files }: PixelRow): string {
	const id = CHECKPOINT_IDS.find((known) => known === checkpoint);
	if (id !== undefined) return CHECKPOINTS[id].family;
	if (files === undefined) throw new Error(`a golden row of an unknown checkpoint: ${checkpoint}`);
	return checkpointFromSnapshot(files).checkpoint.family;
}

test.each(PIXEL_FAMILIES)("%s: oracle/pixels.py has rows of each medium it takes", (family) => {
	const own = rows.filter((row) => familyOf(row) === family);
	expect(own.some(({ images }) => images !== undefined)).toBe(true);
	expect(own.some(({ video }) => video !== undefined)).toBe(pixelFamily(family)?.video !== undefined);
});

test.each(PIXEL_FAMILIES)("%s: every checkpoint states its normalization", (family) => {
	const silent = CHECKPOINT_IDS.filter(
		(id) => CHECKPOINTS[id].family === family && CHECKPOINTS[id].pixels === undefined,
	);
	expect(silent).toEqual([]);
});
