/** Painting for inspection: the source at any scale, and lines, hatching and veils that are visible on any image. */

import type { Size } from "@onevision/base";
import { type ResizeOptions, type RgbImage, resize, rgbImage } from "@onevision/media";
import { paste } from "../shapes/blank.ts";
import { type Color, luminanceOf } from "../shapes/color.ts";
import { mix } from "../shapes/fill.ts";
import type { Box } from "../shapes/path.ts";

/** Pillow's default for `resize`. */
export const FITTING: ResizeOptions = { filter: "bicubic", backend: "pillow" };
/** A larger image is first cropped to the visible part and then resized, px. */
const WHOLE_PIXELS = 8_000_000;

/**
 * Paints the part of the source inside `clip`, scaled so that the whole source would fill `whole` (px of the target).
 */
export function paintSource(target: RgbImage, source: RgbImage, whole: Box, clip: Box): void {
	const shown = intersection(whole, clip);
	if (shown === undefined) return;
	const isSmall = whole.width * whole.height <= WHOLE_PIXELS;
	const part = isSmall
		? { x: 0, y: 0, width: source.width, height: source.height }
		: partOf(source, whole, shown);
	const [across, down] = [whole.width / source.width, whole.height / source.height];
	const at = rounded({
		x: whole.x + part.x * across,
		y: whole.y + part.y * down,
		width: part.width * across,
		height: part.height * down,
	});
	const resizedPart = resize(cut(source, part), at, FITTING);
	const visible = intersection(at, rounded(clip));
	if (visible === undefined) return;
	paste(target, cut(resizedPart, { ...visible, x: visible.x - at.x, y: visible.y - at.y }), visible);
}

/** The whole pixels of the source that are visible in `shown`. */
function partOf({ width, height }: Size, whole: Box, shown: Box): Box {
	const [across, down] = [width / whole.width, height / whole.height];
	const x = Math.max(0, Math.floor((shown.x - whole.x) * across));
	const y = Math.max(0, Math.floor((shown.y - whole.y) * down));
	const right = Math.min(width, Math.ceil((shown.x + shown.width - whole.x) * across));
	const bottom = Math.min(height, Math.ceil((shown.y + shown.height - whole.y) * down));
	return { x, y, width: Math.max(1, right - x), height: Math.max(1, bottom - y) };
}

/** Cuts a part out of an image, on whole px. */
function cut(from: RgbImage, { x, y, width, height }: Box): RgbImage {
	if (x === 0 && y === 0 && width === from.width && height === from.height) return from;
	const data = new Uint8Array(width * height * 3);
	for (let row = 0; row < height; row++) {
		const at = ((y + row) * from.width + x) * 3;
		data.set(from.data.subarray(at, at + width * 3), row * width * 3);
	}
	return rgbImage({ width, height }, data);
}

/** Enlarges every pixel to a square of `times` by `times`. */
export function magnify({ data, width, height }: RgbImage, times: number): RgbImage {
	const size = { width: width * times, height: height * times };
	const large = new Uint8Array(size.width * size.height * 3);
	for (let y = 0; y < size.height; y++) {
		for (let x = 0; x < size.width; x++) {
			const from = (Math.floor(y / times) * width + Math.floor(x / times)) * 3;
			large.set(data.subarray(from, from + 3), (y * size.width + x) * 3);
		}
	}
	return rgbImage(size, large);
}

/** Strength of a line at a pixel of the target, 0 to 1. */
export type Strength = (x: number, y: number) => number;

const everywhere: Strength = () => 1;

/** Darkens bright pixels and lightens dark ones within the box, for a line that is visible on any image. */
export function contrastBox(target: RgbImage, box: Box, strength: number, at = everywhere): void {
	eachPixel(target, box, (place, x, y) => {
		const { data } = target;
		const [red = 0, green = 0, blue = 0] = [data[place], data[place + 1], data[place + 2]];
		const over = luminanceOf({ red, green, blue }) > 0.3 ? 0 : 255;
		blend(target, place, { red: over, green: over, blue: over }, strength * at(x, y));
	});
}

export function veil(target: RgbImage, box: Box, color: Color, share: number, at = everywhere): void {
	eachPixel(target, box, (place, x, y) => blend(target, place, color, share * at(x, y)));
}

/** Diagonal stripes within the box, rising to the right. */
export function hatch(target: RgbImage, box: Box, color: Color, share: number, step: number): void {
	eachPixel(target, box, (at, x, y) => {
		const along = (x + y) % step;
		if (along <= 2) blend(target, at, color, along === 1 ? share : share / 2);
	});
}

/** Calls back with each pixel's offset in the data, its column and its row. */
export function eachPixel(
	{ width, height }: RgbImage,
	box: Box,
	paint: (at: number, x: number, y: number) => void,
): void {
	const inside = intersection(rounded(box), { x: 0, y: 0, width, height });
	if (inside === undefined) return;
	for (let y = inside.y; y < inside.y + inside.height; y++) {
		for (let x = inside.x; x < inside.x + inside.width; x++) paint((y * width + x) * 3, x, y);
	}
}

function blend({ data }: RgbImage, at: number, { red, green, blue }: Color, share: number): void {
	data[at] = mix(data[at] ?? 0, red, share);
	data[at + 1] = mix(data[at + 1] ?? 0, green, share);
	data[at + 2] = mix(data[at + 2] ?? 0, blue, share);
}

/** The box with its edges rounded to whole px. */
export function rounded({ x, y, width, height }: Box): Box {
	const [left, top] = [Math.round(x), Math.round(y)];
	return {
		x: left,
		y: top,
		width: Math.max(1, Math.round(x + width) - left),
		height: Math.max(1, Math.round(y + height) - top),
	};
}

export function intersection(one: Box, other: Box): Box | undefined {
	const x = Math.max(one.x, other.x);
	const y = Math.max(one.y, other.y);
	const width = Math.min(one.x + one.width, other.x + other.width) - x;
	const height = Math.min(one.y + one.height, other.y + other.height) - y;
	return width > 0 && height > 0 ? { x, y, width, height } : undefined;
}

/** The part of a box outside another one, as up to four boxes. */
export function outside(box: Box, hole: Box): Box[] {
	const inner = intersection(box, hole);
	if (inner === undefined) return [box];
	const [right, bottom] = [inner.x + inner.width, inner.y + inner.height];
	return [
		{ x: box.x, y: box.y, width: box.width, height: inner.y - box.y },
		{ x: box.x, y: bottom, width: box.width, height: box.y + box.height - bottom },
		{ x: box.x, y: inner.y, width: inner.x - box.x, height: inner.height },
		{ x: right, y: inner.y, width: box.x + box.width - right, height: inner.height },
	].filter(({ width, height }) => width > 0 && height > 0);
}
