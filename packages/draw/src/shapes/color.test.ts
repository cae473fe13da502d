/** Contrast as defined by WCAG, and mark colors that meet it. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { MARK_HUES, markColors, NEUTRAL_HUE } from "../marks/badge.ts";
import {
	BLACK,
	contrasting,
	contrastRatio,
	gray,
	hexColor,
	luminanceOf,
	READABLE_CONTRAST,
	WHITE,
} from "./color.ts";

const ratio = (one: Parameters<typeof luminanceOf>[0], other: Parameters<typeof luminanceOf>[0]): number =>
	contrastRatio(luminanceOf(one), luminanceOf(other));

test.each([
	["black on white", BLACK, WHITE, 21],
	["nothing", WHITE, WHITE, 1],
	["the darkest gray that passes on white", gray(118), WHITE, 4.54],
	["the lightest that fails", gray(119), WHITE, 4.48],
	["red on white", hexColor("#ff0000"), WHITE, 4.0],
	["blue on black", hexColor("#0000ff"), BLACK, 2.44],
])("%s", (_name, one, other, expected) => {
	expect(ratio(one, other)).toBeCloseTo(expected, 2);
	expect(ratio(other, one)).toBe(ratio(one, other));
});

test("black or white stands out from every luminance", () => {
	fc.assert(
		fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (luminance) => {
			const chosen = luminanceOf(contrasting(luminance));
			expect(contrastRatio(luminance, chosen)).toBeGreaterThanOrEqual(4.58);
			expect(contrastRatio(luminance, chosen)).toBeGreaterThanOrEqual(contrastRatio(luminance, 1 - chosen));
		}),
	);
});

test.each(
	[...MARK_HUES, NEUTRAL_HUE].map((hue, index) => [index + 1, hue] as const),
)("hue %i carries its text on dark and light ground", (_index, hue) => {
	for (const luminance of [0, 0.1, 0.18, 0.5, 1]) {
		const { text, fill, ring, hairline } = markColors(hue, luminance);
		expect(ratio(text, fill)).toBeGreaterThanOrEqual(READABLE_CONTRAST);
		expect(ratio(ring, hairline)).toBe(21);
		expect(contrastRatio(luminanceOf(ring), luminance)).toBeGreaterThanOrEqual(READABLE_CONTRAST);
	}
});
