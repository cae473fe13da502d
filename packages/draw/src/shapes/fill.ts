/**
 * Fills a shape with exact area coverage: each pixel is blended with the brush by the share of its square inside the
 * shape. In each row, an edge records per column how much it adds to everything to its right, and a running sum gives
 * the coverage (the method of LibArt, FreeType's smooth rasterizer and font-rs).
 */

import { OnevisionError } from "@onevision/base";
import type { RgbImage } from "@onevision/media";
import type { Color } from "./color.ts";
import type { Path, Point } from "./path.ts";

export interface Brush {
	readonly color: Color;
	/** 0 (nothing) to 1 (opaque, default). */
	readonly alpha?: number;
}

/** Maximum distance of a point from the origin, px: beyond any image, and still exact enough in float64. */
const FARTHEST = 2 ** 30;
/** Coverage below this changes no channel, because 255 times it is less than half a step. */
const INVISIBLE = 1 / 512;

interface Edge {
	readonly top: Point;
	readonly bottom: Point;
	/** 1 if the contour runs down, -1 if it runs up. */
	readonly direction: number;
}

/**
 * Paints the path onto the image in place, clipped to the image. Colors blend in sRGB values, rounded to nearest.
 * Throws `invalid-input` for coordinates that are not finite or beyond 2^30 px.
 */
export function fill(target: RgbImage, path: Path, { color, alpha = 1 }: Brush): void {
	const edges = edgesOf(path);
	const [left, right] = columnsOf(path, target.width);
	if (edges.length === 0 || left >= right) return;
	const row = new Float64Array(target.width + 1);
	const lowest = edges.reduce((low, { bottom }) => Math.max(low, bottom.y), 0);
	const lastRow = Math.min(target.height, Math.ceil(lowest));
	let active: Edge[] = [];
	let next = 0;
	for (let y = Math.max(0, Math.floor(edges[0]?.top.y ?? 0)); y < lastRow; y++) {
		for (let edge = edges[next]; edge !== undefined && edge.top.y < y + 1; edge = edges[++next]) {
			active.push(edge);
		}
		active = active.filter(({ bottom }) => bottom.y > y);
		if (active.length === 0) continue;
		row.fill(0, left, right + 1);
		for (const edge of active) cover(row, edge, y, target.width);
		blend(target, y, left, right, row, color, alpha);
	}
}

/** Edges of all contours, from top to bottom; horizontal ones cover nothing. */
function edgesOf(path: Path): Edge[] {
	const edges: Edge[] = [];
	for (const contour of path) {
		let from = contour.at(-1);
		for (const to of contour) {
			if (!(Math.abs(to.x) <= FARTHEST && Math.abs(to.y) <= FARTHEST)) {
				throw new OnevisionError(
					"invalid-input",
					`point ${to.x},${to.y}: cannot be drawn; give numbers up to ${FARTHEST} px`,
				);
			}
			if (from !== undefined && from.y < to.y) edges.push({ top: from, bottom: to, direction: 1 });
			if (from !== undefined && from.y > to.y) edges.push({ top: to, bottom: from, direction: -1 });
			from = to;
		}
	}
	return edges.sort((one, other) => one.top.y - other.top.y);
}

/** The first column the path touches and the one after the last, within the image. */
function columnsOf(path: Path, width: number): [left: number, right: number] {
	let left = width;
	let right = 0;
	for (const contour of path) {
		for (const { x } of contour) {
			left = Math.min(left, Math.floor(x));
			right = Math.max(right, Math.ceil(x));
		}
	}
	return [Math.max(0, left), Math.min(width, right)];
}

/** Adds to `row` the coverage of an edge's part within row `y`. */
function cover(row: Float64Array, { top, bottom, direction }: Edge, y: number, width: number): void {
	const from = Math.max(top.y, y);
	const to = Math.min(bottom.y, y + 1);
	if (from >= to) return;
	const slope = (bottom.x - top.x) / (bottom.y - top.y);
	const start = top.x + (from - top.y) * slope;
	const end = to === bottom.y ? bottom.x : top.x + (to - top.y) * slope;
	addPiece(row, Math.min(start, end), Math.max(start, end), direction * (to - from), width);
}

/** An edge piece from column position `x0` to `x1` that spans `height` of a row; each column takes its own share. */
function addPiece(row: Float64Array, x0: number, x1: number, height: number, width: number): void {
	if (x1 <= 0) {
		row[0] = (row[0] ?? 0) + height;
		return;
	}
	if (x0 < 0) row[0] = (row[0] ?? 0) + (height * -x0) / (x1 - x0);
	const first = Math.max(0, Math.floor(x0));
	const last = Math.min(width, x1);
	for (let column = first; column < last || column === first; column++) {
		if (column >= width) return;
		const a = Math.max(x0, column);
		const b = Math.min(x1, column + 1);
		const share = x1 === x0 ? height : (height * (b - a)) / (x1 - x0);
		const beside = (a + b) / 2 - column;
		row[column] = (row[column] ?? 0) + share * (1 - beside);
		row[column + 1] = (row[column + 1] ?? 0) + share * beside;
	}
}

function blend(
	{ data, width }: RgbImage,
	y: number,
	left: number,
	right: number,
	row: Float64Array,
	{ red, green, blue }: Color,
	alpha: number,
): void {
	let sum = 0;
	for (let x = left; x < right; x++) {
		sum += row[x] ?? 0;
		const share = Math.min(1, Math.abs(sum)) * alpha;
		if (share < INVISIBLE) continue;
		const at = (y * width + x) * 3;
		data[at] = mix(data[at] ?? 0, red, share);
		data[at + 1] = mix(data[at + 1] ?? 0, green, share);
		data[at + 2] = mix(data[at + 2] ?? 0, blue, share);
	}
}

/** Blends one channel by a share, 0 to 1, rounded to nearest. */
export function mix(under: number, over: number, share: number): number {
	return Math.floor(under + (over - under) * share + 0.5);
}
