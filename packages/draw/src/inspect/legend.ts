/** Explains the colors and lines of a page; lists only those on it. */

import type { RgbImage } from "@onevision/media";
import { type Color, gray, WHITE } from "../shapes/color.ts";
import { fill } from "../shapes/fill.ts";
import { centeredTextPath } from "../shapes/label.ts";
import { type Box, discPath, framePath, type Point, roundedRectanglePath } from "../shapes/path.ts";
import { contrastBox, hatch, veil } from "./paint.ts";
import { COLORS, TYPE, wrapText, write } from "./style.ts";

interface LegendEntry {
	readonly text: string;
	draw(target: RgbImage, swatch: Box): void;
}

const framed = (target: RgbImage, swatch: Box): void => {
	veil(target, swatch, gray(205), 1);
};

const LEGEND = {
	tiles: {
		text: "tile: one view of the tower",
		draw: (target, swatch) => {
			framed(target, swatch);
			fill(target, framePath(swatch, 2), { color: WHITE });
			fill(target, framePath(swatch, 1), { color: COLORS.tile });
		},
	},
	numbers: {
		text: "number of a view in the tensor",
		draw: (target, swatch) => {
			const plate = { ...swatch, x: swatch.x + 4, width: 18 };
			fill(target, roundedRectanglePath(plate, 3), { color: COLORS.tile });
			fill(target, centeredTextPath("1", TYPE.small, plate), { color: WHITE });
		},
	},
	padding: {
		text: "padding: no image there",
		draw: (target, swatch) => {
			veil(target, swatch, COLORS.padding, 1);
			hatch(target, swatch, COLORS.stripe, 0.8, 9);
		},
	},
	cropped: {
		text: "cropped away before the tower",
		draw: (target, swatch) => {
			veil(target, swatch, COLORS.tile, 1);
			veil(target, swatch, COLORS.page, 0.72);
		},
	},
	dropped: {
		text: "features dropped by unpadding",
		draw: (target, swatch) => {
			veil(target, swatch, COLORS.padding, 1);
			veil(target, swatch, COLORS.dropped, 0.3);
			hatch(target, swatch, COLORS.dropped, 0.75, 7);
		},
	},
	unseen: {
		text: "rest of a tile that holds no whole patch",
		draw: (target, swatch) => {
			framed(target, swatch);
			veil(target, { ...swatch, x: swatch.x + swatch.width - 6, width: 6 }, COLORS.unseen, 0.55);
		},
	},
	patches: { text: "patches", draw: (target, swatch) => cells(target, swatch, 5, 0.3) },
	patchTokens: { text: "patches, one token each", draw: (target, swatch) => cells(target, swatch, 5, 0.42) },
	tokens: { text: "tokens after pooling", draw: (target, swatch) => cells(target, swatch, 9, 0.6) },
	cappedTokens: { text: "tokens after the cap", draw: (target, swatch) => cells(target, swatch, 9, 0.6) },
	closeUp: {
		text: "close-up, a square for each pixel",
		draw: (target, swatch) => {
			framed(target, swatch);
			fill(target, framePath(swatch, 2), { color: COLORS.closeUp });
		},
	},
	chosenFrame: {
		text: "frame that is used",
		draw: (target, swatch) => {
			veil(target, swatch, COLORS.token, 0.16);
			const middle = { x: swatch.x + swatch.width / 2, y: swatch.y + swatch.height / 2 };
			fill(target, discPath(middle, 4), { color: COLORS.token });
		},
	},
	keyFrame: {
		text: "key frame: stands alone in the file",
		draw: (target, swatch) => bars(target, swatch, COLORS.tile),
	},
	otherFrame: {
		text: "frame told by its difference to others",
		draw: (target, swatch) => bars(target, swatch, COLORS.bar),
	},
	closeUpTokens: {
		text: "tokens in the close-up",
		draw: (target, swatch) => {
			framed(target, swatch);
			veil(
				target,
				{ ...swatch, x: swatch.x + Math.floor(swatch.width / 2) - 1, width: 2 },
				COLORS.token,
				0.95,
			);
			veil(
				target,
				{ ...swatch, y: swatch.y + Math.floor(swatch.height / 2) - 1, height: 2 },
				COLORS.token,
				0.95,
			);
		},
	},
} as const satisfies Readonly<Record<string, LegendEntry>>;

export type LegendKey = keyof typeof LEGEND;

function bars(target: RgbImage, swatch: Box, color: Color): void {
	[10, 16, 7, 12].forEach((height, index) => {
		const x = swatch.x + 2 + index * 6;
		veil(target, { x, y: swatch.y + swatch.height - height, width: 5, height }, color, 1);
	});
}

function cells(target: RgbImage, swatch: Box, step: number, strength: number): void {
	framed(target, swatch);
	for (let x = step; x < swatch.width; x += step) {
		contrastBox(target, { x: swatch.x + x, y: swatch.y, width: 1, height: swatch.height }, strength);
	}
	for (let y = step; y < swatch.height; y += step) {
		contrastBox(target, { x: swatch.x, y: swatch.y + y, width: swatch.width, height: 1 }, strength);
	}
}

const SWATCH = { width: 26, height: 18 };
const LINE = 18;

/** Height of the legend, px. */
export function legendHeight(keys: readonly LegendKey[], width: number): number {
	return keys.reduce((sum, key) => sum + Math.max(1, linesOf(key, width).length) * LINE + 8, 0);
}

export function drawLegend(target: RgbImage, keys: readonly LegendKey[], at: Point, width: number): void {
	let y = at.y;
	for (const key of keys) {
		LEGEND[key].draw(target, { x: at.x, y, ...SWATCH });
		const lines = linesOf(key, width);
		lines.forEach((line, index) => {
			const baseline = y + 14 + index * LINE;
			write(
				target,
				line,
				{ x: at.x + SWATCH.width + 10, y: baseline },
				{ size: TYPE.small, color: COLORS.ink },
			);
		});
		y += Math.max(1, lines.length) * LINE + 8;
	}
}

function linesOf(key: LegendKey, width: number): string[] {
	return wrapText(LEGEND[key].text, TYPE.small, width - SWATCH.width - 10);
}
