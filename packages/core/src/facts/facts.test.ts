/** Every table row has a source, valid numbers and a kebab-case id. */

import type { Fact } from "@onevision/base";
import { expect, test } from "vitest";
import {
	ONE_VISION_MIXTURE,
	ONE_VISION_SAMPLES,
	ONEVISION_15_STAGES,
	ONEVISION_15_TOTALS,
	ONEVISION_STAGES,
	SINGLE_IMAGE_MIXTURE,
} from "./curriculum.ts";
import { HARDWARE, type Hardware } from "./hardware.ts";
import { LANGUAGE_MODELS, type LanguageModel } from "./language-models.ts";
import { TOWERS, type Tower } from "./towers.ts";

const TABLES: Readonly<Record<string, Readonly<Record<string, object>>>> = {
	HARDWARE,
	LANGUAGE_MODELS,
	TOWERS,
	ONEVISION_STAGES,
	ONEVISION_15_STAGES,
	SINGLE_IMAGE_MIXTURE,
	ONE_VISION_MIXTURE,
	ONE_VISION_SAMPLES,
	ONEVISION_15_TOTALS,
};

/** Lowercase words and version numbers joined by hyphens. A dot may only appear between digits. */
const ID = /^[a-z0-9]+(?:\.[0-9]+[a-z0-9]*)?(?:-[a-z0-9]+(?:\.[0-9]+[a-z0-9]*)?)*$/;

/** Numbers that may be 0: counts of absent things, layers counted from 0, towers that are not transformers. */
const MAY_BE_ZERO = new Set([
	"classTokens",
	"positionParameters",
	"maxTiles",
	"deepstack",
	"layers",
	"featureLayer",
]);
/** Numbers that may have either sign. */
const MAY_BE_NEGATIVE = new Set(["difference"]);

for (const [table, rows] of Object.entries(TABLES)) {
	for (const [id, row] of Object.entries(rows)) {
		test(`${table}: ${id}`, () => {
			expect(id).toMatch(ID);
			const sources: string[] = [];
			walk(row, id, sources);
			expect(sources.length).toBeGreaterThan(0);
			for (const source of sources) expect(source.trim().length).toBeGreaterThan(10);
		});
	}
}

/** Collects every `source` below `value`. Every number must be finite and positive, and every fact complete. */
function walk(value: unknown, key: string, sources: string[]): void {
	if (typeof value === "number") {
		expect(Number.isFinite(value), key).toBe(true);
		if (MAY_BE_NEGATIVE.has(key)) expect(value, key).not.toBe(0);
		else if (MAY_BE_ZERO.has(key)) expect(value, key).toBeGreaterThanOrEqual(0);
		else expect(value, key).toBeGreaterThan(0);
	}
	if (Array.isArray(value)) for (const item of value) walk(item, key, sources);
	else if (typeof value === "object" && value !== null) {
		if ("value" in value) expect(Object.keys(value).sort(), key).toEqual(["source", "unit", "value"]);
		for (const [name, item] of Object.entries(value)) {
			if (name === "source") sources.push(String(item));
			else walk(item, name, sources);
		}
	}
}

test("hardware: no data-center rate includes sparsity, and sibling chips share a rate", () => {
	const all: Record<string, Hardware> = HARDWARE;
	for (const [id, row] of Object.entries(all)) {
		// The maximum here is 419 FLOPs per byte (L40S). With sparsity, an H100, L4 or L40S would exceed this bound.
		expect(row.flopsPerSecond / row.bandwidthBytesPerSecond, id).toBeLessThan(430);
	}
	expect(HARDWARE["h100-sxm"].flopsPerSecond).toBe(HARDWARE.h200.flopsPerSecond);
	expect(HARDWARE["a100-40gb"].flopsPerSecond).toBe(HARDWARE["a100-80gb"].flopsPerSecond);
});

test("language models: heads are a multiple of key-value heads, and active experts are at most all experts", () => {
	const all: Record<string, LanguageModel> = LANGUAGE_MODELS;
	for (const [id, row] of Object.entries(all)) {
		expect(row.heads % row.kvHeads, id).toBe(0);
		expect(row.slidingWindow?.fullLayers ?? 0, id).toBeLessThanOrEqual(row.layers);
		if (row.experts !== undefined) expect(row.experts.active, id).toBeLessThanOrEqual(row.experts.count);
	}
});

test("towers: heads divide the width, inputs are at least one patch, feature layers exist", () => {
	const all: Record<string, Tower> = TOWERS;
	for (const [id, row] of Object.entries(all)) {
		expect(row.hidden % row.heads, id).toBe(0);
		expect(row.featureLayer, id).toBeLessThanOrEqual(row.layers);
		for (const layer of row.deepstack ?? []) expect(layer, id).toBeLessThan(row.layers);
		if (row.imageSize !== undefined) expect(row.imageSize, id).toBeGreaterThanOrEqual(row.patchSize);
	}
});

test.each([
	["single-image stage", SINGLE_IMAGE_MIXTURE, 1],
	["one-vision stage, as printed", ONE_VISION_MIXTURE, 1.001],
] as const)("mixture of the %s sums to %d", (_name, mixture, sum) => {
	const shares: readonly Fact<number>[] = Object.values(mixture);
	expect(shares.reduce((total, share) => total + share.value, 0)).toBeCloseTo(sum, 9);
});

test("curriculum: stages are in training order, and each trains exactly the parts with a learning rate", () => {
	expect(Object.keys(ONEVISION_STAGES)).toEqual(["alignment", "knowledge", "single-image", "one-vision"]);
	for (const stage of Object.values(ONEVISION_STAGES)) {
		expect(Object.keys(stage.learningRates).sort()).toEqual([...stage.trainable.value].sort());
	}
});
