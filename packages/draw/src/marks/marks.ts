/**
 * Set-of-Mark prompting (arXiv 2310.11441): draws numbers on the things in an image, so that a question can name them
 * and an answer can point at them. Returns the marked image and a table of the numbers' locations.
 */

import { OnevisionError, type Size } from "@onevision/base";
import type { RgbImage } from "@onevision/media";
import { copyImage } from "../shapes/blank.ts";
import { assertLabel } from "../shapes/label.ts";
import type { Box, Point } from "../shapes/path.ts";
import {
	badgeSize,
	drawBadge,
	luminanceAround,
	type MarkColors,
	type MarkHue,
	markColors,
	markHue,
	markStrokes,
	NEUTRAL_HUE,
} from "./badge.ts";
import { type LabelPosition, RING_RADIUS } from "./label-positions.ts";
import { drawDot, drawLeader, drawRegion, drawRing } from "./outlines.ts";
import { placeBadges } from "./placement.ts";
import { type Region, type ResolvedRegion, resolveRegions, smallestFirst } from "./regions.ts";
import { shortened } from "./segment.ts";

export interface MarkOptions {
	/** One per region, instead of 1, 2, 3, …. */
	readonly labels?: readonly string[];
	/**
	 * Height of a badge, px. Default: 4.5 % of the image's longer side, so that a digit is still 8 px high when a model
	 * sees the image at 384 px. It is smaller if many marks would cover more than a fifth of the image or more than
	 * three tenths of a cell's side, and if smaller badges show more clearly what they mark.
	 */
	readonly size?: number;
}

/** One row of the mark table. */
export interface Mark {
	/** Number of the region, from 1, in the given order. */
	readonly number: number;
	/** Text of the badge. */
	readonly label: string;
	readonly kind: Region["kind"];
	/** What is marked, px: the point, the middle of a box or cell, or the point of a mask farthest from its edge. */
	readonly point: Point;
	/** The marked box or cell, or the extent of a mask; absent for points. */
	readonly box?: Box;
	/** Position of the badge. */
	readonly badge: Box;
}

export interface MarkedImage {
	readonly image: RgbImage;
	readonly marks: readonly Mark[];
}

/** Smallest badge, px: its digits are 6 px high. */
export const MIN_MARK_SIZE = 12;
const SHARE_OF_SIDE = 0.045;
/** Maximum share of the image covered by badges of the default size. */
const MAX_COVERED = 0.2;
/** Maximum share of a cell's shorter side taken by a badge of the default size. */
const SHARE_OF_CELL = 0.3;
const SHRINK = 0.88;
/** Share of marks that must become clear to justify shrinking the size to zero; halving the size needs half of it. */
const LOSS_OF_SIZE = 0.4;
/** Smallest badge, as a share of the default, chosen only because it shows more clearly what it marks. */
const MIN_SHARE = 0.55;

/**
 * Draws a numbered mark for each region on a copy of the image. Marks stay inside the image and do not overlap.
 * Throws `invalid-input` for regions outside the image and unsuitable labels, and `over-limit` for more than
 * `MAX_MARKS` or if there is no room for the marks.
 */
export function drawMarks(
	image: RgbImage,
	regions: readonly Region[],
	options: MarkOptions = {},
): MarkedImage {
	const resolved = resolveRegions(regions, image);
	const labels = labelsOf(regions.length, options.labels);
	const { placed, height } = place(resolved, labels, options.size, image);
	const strokes = markStrokes(height);
	const colors = placed.map(({ badge }, index) =>
		markColors(hueOf(resolved[index], index), luminanceAround(image, badge, height / 2)),
	);
	const target = copyImage(image);
	/** Calls back with each region, its position and its colors, in the given order of indices. */
	const each = (
		order: readonly number[],
		draw: (region: ResolvedRegion, position: LabelPosition, colors: MarkColors, label: string) => void,
	): void => {
		for (const index of order) {
			const [region, position, own] = [resolved[index], placed[index], colors[index]];
			if (region !== undefined && position !== undefined && own !== undefined) {
				draw(region, position, own, labels[index] ?? "");
			}
		}
	};
	const inOrder = [...labels.keys()];
	each(smallestFirst(resolved).reverse(), (region, _, own) => drawRegion(target, region, own, strokes));
	each(inOrder, ({ kind }, { leader }, own) => {
		if (leader === undefined) return;
		drawLeader(target, kind === "box" ? leader : shortened(leader, RING_RADIUS * height), own, strokes);
	});
	each(inOrder, ({ kind, point }, { leader }, own) => {
		if (leader === undefined) return;
		if (kind === "box") drawDot(target, leader.to, own, strokes);
		else drawRing(target, point, own, strokes, RING_RADIUS * height);
	});
	each(inOrder, (_, { badge }, own, label) => drawBadge(target, label, badge, own));
	return { image: target, marks: table(resolved, labels, placed) };
}

/** Cells share their lines, so a separate hue would carry no meaning. */
function hueOf(region: ResolvedRegion | undefined, index: number): MarkHue {
	return region?.kind === "cell" ? NEUTRAL_HUE : markHue(index);
}

function labelsOf(count: number, given: readonly string[] | undefined): readonly string[] {
	if (given === undefined) return Array.from({ length: count }, (_, index) => String(index + 1));
	if (given.length !== count) {
		throw new OnevisionError("invalid-input", `${given.length} labels for ${count} marks; give one for each`);
	}
	for (const label of given) assertLabel(label);
	const twice = given.find((label, index) => given.indexOf(label) !== index);
	if (twice === undefined) return given;
	throw new OnevisionError("invalid-input", `label "${twice}" is given twice; marks need names of their own`);
}

/**
 * Uses the requested size. Otherwise searches down from the default for the size at which most badges clearly tell
 * what they mark, as far as that justifies a smaller size. If no such size has room for all, takes the largest that
 * does.
 */
function place(
	regions: readonly ResolvedRegion[],
	labels: readonly string[],
	asked: number | undefined,
	image: Size,
): { readonly placed: readonly LabelPosition[]; readonly height: number } {
	const least = Math.min(MIN_MARK_SIZE, image.height);
	if (asked !== undefined && !(Number.isInteger(asked) && asked >= MIN_MARK_SIZE)) {
		throw new OnevisionError(
			"invalid-input",
			`size ${asked}: give the height of a mark, whole px from ${MIN_MARK_SIZE}`,
		);
	}
	const largest = asked ?? Math.max(least, defaultHeight(regions, labels, image));
	const readable = MIN_SHARE * largest;
	let best:
		| { readonly placed: readonly LabelPosition[]; readonly height: number; readonly loss: number }
		| undefined;
	for (let height = largest; ; height = Math.max(least, Math.floor(height * SHRINK))) {
		const smaller = LOSS_OF_SIZE * (1 - height / largest);
		if (best !== undefined && (smaller >= best.loss || height < readable)) break;
		const placement = placeBadges(regions, labels, height, image);
		if (placement !== undefined) {
			const loss = smaller + placement.unclear / regions.length;
			if (best === undefined || loss < best.loss) best = { placed: placement.positions, height, loss };
		}
		if (asked !== undefined || height <= least) break;
	}
	if (best !== undefined) return best;
	throw new OnevisionError(
		"over-limit",
		`${regions.length === 1 ? "1 mark" : `${regions.length} marks`} of ${largest} px ${regions.length === 1 ? "has" : "have"} no place in ${image.width}x${image.height} px; ${
			asked === undefined ? "mark fewer things or a larger image" : "ask for a smaller size"
		}`,
	);
}

function defaultHeight(
	regions: readonly ResolvedRegion[],
	labels: readonly string[],
	{ width, height }: Size,
): number {
	const bySide = Math.round(Math.max(width, height) * SHARE_OF_SIDE);
	const cells = regions.flatMap(({ kind, box }) => (kind === "cell" && box !== undefined ? [box] : []));
	const byCell = cells.map((cell) => Math.floor(SHARE_OF_CELL * Math.min(cell.width, cell.height)));
	/** Total area of the badges, in squares of their height. */
	const area = labels.reduce((sum, label) => sum + badgeSize(label, 1000).width / 1000, 0);
	const byArea = area === 0 ? bySide : Math.floor(Math.sqrt((MAX_COVERED * width * height) / area));
	return Math.min(bySide, byArea, height, ...byCell);
}

function table(
	regions: readonly ResolvedRegion[],
	labels: readonly string[],
	placed: readonly LabelPosition[],
): readonly Mark[] {
	return regions.flatMap(({ kind, point, box }, index) => {
		const badge = placed[index]?.badge;
		if (badge === undefined) return [];
		const what = { number: index + 1, label: labels[index] ?? "", kind, point };
		return [{ ...what, ...(box === undefined ? {} : { box }), badge }];
	});
}
