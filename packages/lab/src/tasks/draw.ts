/** Draws scenes as images and frames, with the drawing code of marks and sheets. */

import type { Scenario } from "@onevision/core";
import {
	BLACK,
	blankImage,
	type Color,
	discPath,
	fill,
	framePath,
	hexColor,
	linePath,
	type Path,
	rectanglePath,
} from "@onevision/draw";
import type { RgbImage } from "@onevision/media";
import { type ColorName, OBJECT_SIDE, type SceneObject, type Scenes, type ShapeName } from "./scenes.ts";

const PAINTS: Readonly<Record<ColorName, Color>> = {
	red: hexColor("#e02020"),
	green: hexColor("#20c040"),
	blue: hexColor("#2848f0"),
	yellow: hexColor("#f0d820"),
	purple: hexColor("#b030d0"),
	white: hexColor("#f0f0f0"),
};

const S = OBJECT_SIDE;

/** Outlines in a box of `OBJECT_SIDE` at (x, y). */
const OUTLINES: Readonly<Record<ShapeName, (x: number, y: number) => Path>> = {
	square: (x, y) => rectanglePath({ x, y, width: S, height: S }),
	disc: (x, y) => discPath({ x: x + S / 2, y: y + S / 2 }, S / 2),
	triangle: (x, y) => [
		[
			{ x: x + S / 2, y },
			{ x: x + S, y: y + S },
			{ x, y: y + S },
		],
	],
	cross: (x, y) => [
		...linePath(
			[
				{ x: x + S / 2, y },
				{ x: x + S / 2, y: y + S },
			],
			S / 3,
		),
		...linePath(
			[
				{ x, y: y + S / 2 },
				{ x: x + S, y: y + S / 2 },
			],
			S / 3,
		),
	],
	ring: (x, y) => framePath({ x, y, width: S, height: S }, 1.5, S / 2),
};

/** The images of a scene, or the frames of its clip. */
export const DRAWINGS: { readonly [K in Scenario]: (scene: Scenes[K]) => readonly RgbImage[] } = {
	"single-image": ({ side, objects }) => [drawn(side, objects)],
	"multi-image": (scene) => scene.map(({ side, objects }) => drawn(side, objects)),
	video: ({ side, frames, objects }) =>
		Array.from({ length: frames }, (_, frame) =>
			drawn(
				side,
				objects.filter(({ from, until }) => from <= frame && frame < until),
			),
		),
};

function drawn(side: number, objects: readonly SceneObject[]): RgbImage {
	const image = blankImage({ width: side, height: side }, BLACK);
	for (const { color, shape, x, y } of objects) fill(image, OUTLINES[shape](x, y), { color: PAINTS[color] });
	return image;
}
