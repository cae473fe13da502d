/** Finds writing and similar detail in an image, so that lines and numbers drawn over it can avoid it. */

import type { RgbImage } from "@onevision/media";
import { type Box, inset } from "../shapes/path.ts";
import { eachPixel, intersection, rounded } from "./paint.ts";

/** How much the luminance varies around each pixel of a box. */
export interface Detail {
	/** Whole px of the image. */
	readonly box: Box;
	/** `[height, width]`: the lightest minus the darkest shade nearby, 0 to 255. */
	readonly range: Uint8Array;
}

/**
 * Variation up to the first value is texture, over which lines are visible and harmless; from the second on it is
 * writing.
 */
const [TEXTURE, WRITING] = [60, 140];
/** Remaining strength of a line on top of writing. */
const MIN_STRENGTH = 0.2;

/** Measures the variation within `reach` px of each pixel of the box. */
export function detailOf(image: RgbImage, box: Box, reach: number): Detail {
	const inside = intersection(rounded(box), { x: 0, y: 0, width: image.width, height: image.height });
	if (inside === undefined) return { box: { x: 0, y: 0, width: 0, height: 0 }, range: new Uint8Array(0) };
	const { width, height } = inside;
	const shades = new Uint8Array(width * height);
	eachPixel(image, inside, (at, x, y) => {
		const [red = 0, green = 0, blue = 0] = [image.data[at], image.data[at + 1], image.data[at + 2]];
		shades[(y - inside.y) * width + x - inside.x] = (3 * red + 6 * green + blue) / 10;
	});
	const lightest = spread(spread(shades, width, reach, false), width, reach, true);
	const inverse = spread(spread(shades.map(inverted), width, reach, false), width, reach, true);
	return { box: inside, range: lightest.map((light, at) => light - inverted(inverse[at] ?? 0)) };
}

function inverted(shade: number): number {
	return 255 - shade;
}

/** For each value, the maximum within `reach` positions in its row or its column. */
function spread(values: Uint8Array, width: number, reach: number, isDown: boolean): Uint8Array {
	const height = values.length / width;
	const [step, count] = isDown ? [width, height] : [1, width];
	const [nextLine, lines] = isDown ? [1, width] : [width, height];
	const result = new Uint8Array(values.length);
	for (let line = 0; line < lines; line++) {
		const start = line * nextLine;
		for (let place = 0; place < count; place++) {
			const end = start + Math.min(count - 1, place + reach) * step;
			let most = 0;
			for (let at = start + Math.max(0, place - reach) * step; at <= end; at += step) {
				const value = values[at] ?? 0;
				if (value > most) most = value;
			}
			result[start + place * step] = most;
		}
	}
	return result;
}

/** Strength of a line at a pixel: 1 on a plain background, little on writing. */
export function strengthAt({ box, range }: Detail, x: number, y: number): number {
	const [column, row] = [x - box.x, y - box.y];
	if (column < 0 || row < 0 || column >= box.width || row >= box.height) return 1;
	const change = range[row * box.width + column] ?? 0;
	const share = Math.max(0, Math.min(1, (change - TEXTURE) / (WRITING - TEXTURE)));
	return 1 - (1 - MIN_STRENGTH) * share;
}

/** Mean detail that a box covers, 0 to 255. */
function detailWithin({ box, range }: Detail, covered: Box): number {
	const inside = intersection(covered, box);
	if (inside === undefined) return 0;
	let sum = 0;
	for (let y = inside.y; y < inside.y + inside.height; y++) {
		for (let x = inside.x; x < inside.x + inside.width; x++) {
			sum += range[(y - box.y) * box.width + x - box.x] ?? 0;
		}
	}
	return sum / (inside.width * inside.height);
}

/**
 * A number leaves the first corner only for writing, and only for a corner with much less of it, so that most numbers
 * stand in the same corner.
 */
const [MOVED_BY, WORTH_MOVING] = [90, 0.7];

/**
 * The corner of `area` where a plate of this size covers the least detail, `off` px from its sides; usually the
 * top-left one.
 */
export function quietCorner(
	detail: Detail,
	area: Box,
	plate: { readonly width: number; readonly height: number },
	off: number,
): Box {
	const free = inset(area, off);
	const [right, bottom] = [free.x + free.width - plate.width, free.y + free.height - plate.height];
	const first = { ...plate, x: free.x, y: free.y };
	const covered = detailWithin(detail, first);
	if (covered < MOVED_BY || right <= free.x || bottom <= free.y) return first;
	let best = first;
	let least = WORTH_MOVING * covered;
	for (const [x, y] of [
		[right, free.y],
		[free.x, bottom],
		[right, bottom],
	] as const) {
		const here = detailWithin(detail, { ...plate, x, y });
		if (here >= least) continue;
		best = { ...plate, x, y };
		least = here;
	}
	return best;
}
