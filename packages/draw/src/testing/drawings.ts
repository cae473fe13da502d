/** Small drawings of everything that can be drawn; draw/goldens stores them as PNG, for tests and for people. */

import type { RgbImage } from "@onevision/media";
import {
	BLACK,
	barsPath,
	beforeAfterPair,
	blankImage,
	contactSheet,
	curvePoints,
	discPath,
	drawLabel,
	drawMarks,
	fill,
	framePath,
	gray,
	gridCells,
	gridPath,
	hexColor,
	linePath,
	type Region,
	roundedRectanglePath,
	textPath,
	WHITE,
} from "../index.ts";
import { BACKGROUNDS } from "./backgrounds.ts";

const SIZE = { width: 320, height: 200 };

export const DRAWINGS = {
	shapes: () => {
		const target = blankImage(SIZE, WHITE);
		fill(target, framePath({ x: 10, y: 10, width: 90, height: 50 }, 4, 12), { color: BLACK });
		fill(target, roundedRectanglePath({ x: 60, y: 30, width: 90, height: 50 }, 20), {
			color: hexColor("#0a6b35"),
			alpha: 0.5,
		});
		for (let radius = 1; radius <= 12; radius++) {
			fill(target, discPath({ x: 165 + radius * 12.3, y: 30 }, radius / 2), { color: hexColor("#1550c8") });
		}
		fill(target, gridPath({ x: 170, y: 50, width: 140, height: 40 }, { rows: 4, cols: 9 }, 1), {
			color: BLACK,
		});
		const plot = { x: 10, y: 100, width: 300, height: 90 };
		const values = [3, 5, 4, 8, 12, 9, 7, 2, 1, 6, 10, 11, 4, 3, 3];
		fill(target, barsPath(plot, values), { color: gray(200) });
		fill(target, linePath(curvePoints(plot, values), 2.5), { color: hexColor("#b3161f") });
		return target;
	},
	text: () => {
		const target = blankImage(SIZE, WHITE);
		let y = 2;
		for (const size of [9, 12, 16, 24, 40]) {
			y += Math.round(size * 1.3);
			const text = `${size} px: 384×384 Qq — 1Il|0O é ß 25°…`;
			fill(target, textPath(text, size, { x: 8, y }), { color: BLACK });
		}
		drawLabel(target, "label", { x: 300, y: 190 }, { size: 14 });
		return target;
	},
	"marks-black": () => marks(BACKGROUNDS.black(SIZE)),
	"marks-white": () => marks(BACKGROUNDS.white(SIZE)),
	"marks-mid-gray": () => marks(BACKGROUNDS["mid-gray"](SIZE)),
	"marks-noise": () => marks(BACKGROUNDS.noise(SIZE)),
	"marks-photo": () => marks(BACKGROUNDS.photo(SIZE)),
	grid: () => drawMarks(BACKGROUNDS.photo(SIZE), gridCells(SIZE, { rows: 3, cols: 5 })).image,
	sheet: () => {
		const sizes = [SIZE, { width: 200, height: 300 }, SIZE, { width: 400, height: 100 }, SIZE];
		const labels = ["front", "left", "a name that is far too long", "right", "rear"];
		return contactSheet(sizes.map(BACKGROUNDS.photo), { labels, width: 480 }).image;
	},
	pair: () =>
		beforeAfterPair(BACKGROUNDS.photo(SIZE), BACKGROUNDS.white({ width: 90, height: 120 }), { width: 400 })
			.image,
} as const satisfies Readonly<Record<string, () => RgbImage>>;

/** Points near each other and at the border, boxes with and without room, a ring-shaped and a thin mask. */
function marks(ground: RgbImage): RgbImage {
	const mask = (inside: (x: number, y: number) => boolean): Region => ({
		kind: "mask",
		mask: Uint8Array.from({ length: ground.width * ground.height }, (_, at) =>
			inside(at % ground.width, Math.floor(at / ground.width)) ? 1 : 0,
		),
	});
	const fromCenter = (x: number, y: number): number => (x - 240) ** 2 + (y - 130) ** 2;
	const regions: readonly Region[] = [
		{ kind: "point", x: 30, y: 40 },
		{ kind: "point", x: 40, y: 44 },
		{ kind: "point", x: 319, y: 0 },
		{ kind: "box", x: 90, y: 20, width: 100, height: 60 },
		{ kind: "box", x: 30, y: 100, width: 18, height: 14 },
		mask((x, y) => fromCenter(x, y) < 55 ** 2 && fromCenter(x, y) > 25 ** 2),
		mask((x, y) => x >= 20 && x < 140 && y >= 170 && y < 176),
	];
	return drawMarks(ground, regions, { size: 22 }).image;
}
