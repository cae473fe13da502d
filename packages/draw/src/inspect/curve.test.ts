/** The curve of a clip: heights match frame sizes, marks are at the chosen frames, and long clips draw quickly. */

import type { RgbImage } from "@onevision/media";
import { expect, test } from "vitest";
import { blankImage } from "../shapes/blank.ts";
import { type Color, WHITE } from "../shapes/color.ts";
import { drawCurve, type WeighedFrame } from "./curve.ts";
import { COLORS } from "./style.ts";

const SIZE = { width: 474, height: 176 };
const AREA = { x: 0, y: 0, ...SIZE };

function curve(bytes: readonly number[], keys: readonly number[], chosen: readonly number[]): RgbImage {
	const target = blankImage(SIZE, WHITE);
	const frames = bytes.map(
		(size, frame): WeighedFrame => ({ seconds: frame / 25, bytes: size, isKey: keys.includes(frame) }),
	);
	drawCurve(target, frames, chosen, AREA);
	return target;
}

/** Number of pixels of this color in a column. */
function count({ data, width, height }: RgbImage, x: number, { red, green, blue }: Color): number {
	return Array.from({ length: height }, (_, y) => (y * width + x) * 3).filter(
		(at) => data[at] === red && data[at + 1] === green && data[at + 2] === blue,
	).length;
}

test("heights are square roots of the bytes, key frames have their own color", () => {
	const drawn = curve([10_000, 2500, 0, 100], [0], []);
	// 400 px for four frames, to the right of a 74-px scale; 140 px high.
	expect(count(drawn, 74 + 50, COLORS.tile)).toBe(140);
	expect(count(drawn, 74 + 150, COLORS.bar)).toBe(70);
	expect(count(drawn, 74 + 250, COLORS.bar)).toBe(1);
	expect(count(drawn, 74 + 350, COLORS.bar)).toBe(14);
});

test("marks the chosen frames, unless every frame is chosen", () => {
	expect(count(curve([9, 9, 9, 9], [], [2]), 74 + 250, COLORS.token)).toBeGreaterThan(4);
	expect(count(curve([9, 9, 9, 9], [], [2]), 74 + 150, COLORS.token)).toBe(0);
	expect(count(curve([9, 9, 9, 9], [], [0, 1, 2, 3]), 74 + 250, COLORS.token)).toBe(0);
});

test("draws the largest of the frames that share a column", () => {
	const bytes = Array.from({ length: 200_000 }, (_, frame) => (frame === 100_250 ? 10_000 : 4));
	const drawn = curve(bytes, [100_250], [100_250]);
	expect(count(drawn, 74 + 200, COLORS.tile)).toBe(140);
	expect(count(drawn, 74 + 203, COLORS.tile)).toBe(0);
});

test("a clip of one frame, and one without bytes", () => {
	expect(count(curve([500], [0], [0]), 74 + 200, COLORS.tile)).toBe(140);
	expect(count(curve([0, 0], [], [0]), 74 + 100, COLORS.bar)).toBe(1);
});
