/**
 * Lays out two images side by side for comparison, from sizes alone, in whole px, without stretching or cropping
 * either.
 */

import type { Size } from "@onevision/base";
import {
	assertSheet,
	captionRoom,
	DEFAULT_SHEET_SIDE,
	largestWithin,
	MAX_ENLARGED,
	type PairOptions,
	type SheetLayout,
	type Spacing,
	sheetSize,
	spacingOf,
	withCaption,
} from "./sheet-spacing.ts";

/**
 * For the sake of a small image, a large one is not made lower than this, px, or than half its height; nor narrower.
 */
const [MIN_HEIGHT, MIN_WIDTH] = [480, 64];
/**
 * Maximum width of an enlarged image, in multiples of the longest side of both: wider, it would make the other one
 * small.
 */
const MAX_WIDE = 2;

/**
 * Two images side by side at the same height, each at its own aspect ratio to the nearest px. The height is that of
 * the higher one, reduced until the other is enlarged to at most four times its size. If that would make the higher
 * one very small, the other stays lower. A given width scales both alike. Throws as `layoutSheet` does.
 */
export function layoutPair(before: Size, after: Size, options: PairOptions = {}): SheetLayout {
	const { labels, width, maxSide = DEFAULT_SHEET_SIDE } = options;
	assertSheet(2, options);
	const shown = comparable(before, after);
	const wide = shown[0].width + shown[1].width;
	const tall = Math.max(shown[0].height, shown[1].height);
	const rooms = [captionRoom(labels?.[0]), captionRoom(labels?.[1])] as const;
	const spacingFor = (scale: number): Spacing => {
		const widths = shown.map((size, index) => Math.max(scale * size.width, rooms[index] ?? 1));
		const cell = { width: Math.min(...widths), height: scale * tall };
		return spacingOf(scale * Math.max(wide, tall), labels, cell);
	};
	const pairOf = ({ left, right, scale, areFilled }: PairCells, spacing: Spacing): SheetLayout => {
		const { gap, line } = spacing;
		const y = gap + line;
		const cells = [before, after].map((size, index) => {
			const [x, room] = index === 0 ? [gap, left] : [left + 2 * gap, right];
			const own = scaled(shown[index] ?? size, scale);
			const image = { x, y, ...own, width: areFilled ? room : own.width };
			return withCaption(image, image.height / size.height, room, line, labels?.[index]);
		});
		const height = Math.max(...cells.map(({ image }) => image.height));
		return { rows: 1, cols: 2, cells, ...sheetSize(left + right + 3 * gap, y + height + gap, spacing) };
	};
	if (width !== undefined) {
		const spacing = spacingFor(width / wide);
		return pairOf(cellsWithin(shown, rooms, width - 3 * spacing.gap), spacing);
	}
	const longer = Math.max(1, Math.round(Math.max(wide, tall)));
	return largestWithin(maxSide, longer, (px) => {
		const scale = px / longer;
		const [left, right] = [
			Math.max(rooms[0], scaled(shown[0], scale).width),
			Math.max(rooms[1], scaled(shown[1], scale).width),
		];
		return pairOf({ left, right, scale, areFilled: false }, spacingFor(scale));
	});
}

/** Widths of the cells, px, and the scale factors of their images. */
interface PairCells {
	readonly left: number;
	readonly right: number;
	readonly scale: number;
	/** Whether each image is as wide as its cell, to the nearest px. */
	readonly areFilled: boolean;
}

/** Sizes at which the two can be compared, not rounded. */
function comparable(before: Size, after: Size): readonly [Size, Size] {
	const [low, high] = before.height <= after.height ? [before, after] : [after, before];
	const widest = MAX_WIDE * Math.max(before.width, before.height, after.width, after.height);
	const most = low.height * Math.min(MAX_ENLARGED, widest / low.width);
	const narrowest = Math.min(MIN_WIDTH, high.width / 2);
	const least = Math.max(Math.min(MIN_HEIGHT, high.height / 2), (narrowest * high.height) / high.width);
	const height = Math.min(high.height, Math.max(most, least));
	const at = (size: Size, down: number): Size => ({ width: (size.width * down) / size.height, height: down });
	const [one, other] = [at(low, Math.min(height, most)), at(high, height)];
	return low === before ? [one, other] : [other, one];
}

/** The two cells, `across` px wide in total: in the ratio of the images, but not too narrow for the captions. */
function cellsWithin(
	[one, other]: readonly [Size, Size],
	rooms: readonly [number, number],
	across: number,
): PairCells {
	const half = Math.max(1, Math.floor(across / 2));
	const [first, last] = [Math.min(rooms[0], half), Math.min(rooms[1], half)];
	const share = Math.round((across * one.width) / (one.width + other.width));
	const left = Math.max(first, Math.min(share, across - last));
	const right = across - left;
	const scale = across / (one.width + other.width);
	if (left === share) return { left, right, scale, areFilled: true };
	return { left, right, scale: Math.min(left / one.width, right / other.width), areFilled: false };
}

/** Rounds to whole px, at least 1. */
function scaled({ width, height }: Size, scale: number): Size {
	return { width: Math.max(1, Math.round(scale * width)), height: Math.max(1, Math.round(scale * height)) };
}
