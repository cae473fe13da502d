/** Layouts sum: parts to visual tokens, items to a sample. A non-integer count is a bug and is reported as one. */

import { expect, test } from "vitest";
import { type ItemLayout, itemLayout, markersOnly, NO_WRAPPER, sampleLayout } from "./layout.ts";

const ONE = { rows: 1, cols: 1 };
const SIDE = { width: 14, height: 14 };
const FIELDS: Omit<ItemLayout, "visualTokens"> = {
	kind: "image",
	source: SIDE,
	frames: 1,
	canvas: SIDE,
	content: SIDE,
	tileGrid: ONE,
	views: 1,
	patchGrid: ONE,
	pooledGrid: ONE,
	unpaddedGrid: ONE,
	cappedGrid: ONE,
	parts: { overview: 1, grid: 20, newlines: 300, markers: 4000 },
	towerTokens: 7,
	wrapper: NO_WRAPPER,
};

const withParts = (parts: Partial<ItemLayout["parts"]>) => () =>
	itemLayout({ ...FIELDS, parts: { ...FIELDS.parts, ...parts } });

test("visual tokens are the sum of the four parts", () => {
	expect(itemLayout(FIELDS).visualTokens).toBe(4321);
});

test("optional fields are present when given, otherwise absent rather than undefined", () => {
	expect(Object.keys(itemLayout(FIELDS))).not.toContain("range");
	const full = itemLayout({
		...FIELDS,
		frameIndices: [0, 2],
		range: { min: 1, max: 2, why: "x" },
		notes: ["n"],
	});
	expect(full).toMatchObject({ frameIndices: [0, 2], range: { min: 1, max: 2, why: "x" }, notes: ["n"] });
});

test.each([
	0.5,
	Number.NaN,
	Number.POSITIVE_INFINITY,
	-5000,
	2 ** 53,
])("a part of %d is an internal error", (grid) => {
	expect(withParts({ grid })).toThrow("internal: token counts of a 14x14 image are not whole numbers");
});

test("non-integer tower tokens are an internal error", () => {
	expect(() => itemLayout({ ...FIELDS, towerTokens: 0.5 })).toThrow("internal:");
});

test("a sample sums its items; context adds markers, estimated text and its own text", () => {
	const timed = itemLayout({
		...FIELDS,
		wrapper: { markers: 2, text: ["<0.5 seconds>"], estimatedTextTokens: 6 },
	});
	const marked = itemLayout({ ...FIELDS, wrapper: markersOnly(10) });
	expect(sampleLayout([timed, marked], 1000)).toMatchObject({
		visualTokens: 2 * 4321,
		towerTokens: 14,
		contextTokens: 2 * 4321 + 2 + 6 + 10 + 1000,
		exact: false,
	});
	expect(sampleLayout([marked], 0).exact).toBe(true);
});

test("a range makes a sample inexact", () => {
	const ranged = itemLayout({ ...FIELDS, range: { min: 1, max: 4321, why: "read from code only" } });
	expect(sampleLayout([ranged], 0).exact).toBe(false);
});

test("without media, only the text is counted, exactly", () => {
	expect(sampleLayout([], 12)).toEqual({
		items: [],
		visualTokens: 0,
		towerTokens: 0,
		contextTokens: 12,
		exact: true,
	});
});

test("a caller cannot modify the shared empty wrapper", () => {
	expect(Object.isFrozen(NO_WRAPPER)).toBe(true);
	expect(Object.isFrozen(NO_WRAPPER.text)).toBe(true);
});
