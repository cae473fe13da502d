/**
 * Shapes as plain data: closed polygons in px, x to the right, y down, with pixel (0, 0) covering 0 to 1. Curves are
 * flattened here with only + − × ÷ and square roots, so that a shape is bit-identical everywhere.
 */

export interface Point {
	/** px from the left edge. */
	readonly x: number;
	/** px from the top edge. */
	readonly y: number;
}

/** A rectangle, given by its top-left corner. */
export interface Box extends Point {
	/** px. */
	readonly width: number;
	/** px. */
	readonly height: number;
}

/** Closed polygons. Those with the same orientation add up; one with the opposite orientation cuts a hole. */
export type Path = readonly (readonly Point[])[];

/** Maximum distance of a flattened curve from the true one, px. */
const TOLERANCE = 0.02;
const MAX_PIECES = 256;
/** tan 22.5°: position of the control point for an eighth of a circle. */
const EIGHTH = Math.sqrt(2) - 1;
/** cos 45°. */
const DIAGONAL = Math.sqrt(0.5);

/** A filled box. */
export function rectanglePath({ x, y, width, height }: Box): Path {
	return [
		[
			{ x, y },
			{ x: x + width, y },
			{ x: x + width, y: y + height },
			{ x, y: y + height },
		],
	];
}

/** A box with rounded corners; the radius is at most half the shorter side. */
export function roundedRectanglePath(box: Box, radius: number): Path {
	const r = Math.max(0, Math.min(radius, box.width / 2, box.height / 2));
	if (r === 0) return rectanglePath(box);
	const right = box.x + box.width - r;
	const bottom = box.y + box.height - r;
	return [
		[
			...corner({ x: right, y: box.y + r }, { x: 0, y: -r }),
			...corner({ x: right, y: bottom }, { x: r, y: 0 }),
			...corner({ x: box.x + r, y: bottom }, { x: 0, y: r }),
			...corner({ x: box.x + r, y: box.y + r }, { x: -r, y: 0 }),
		],
	];
}

/** A filled circle. */
export function discPath({ x, y }: Point, radius: number): Path {
	return roundedRectanglePath(
		{ x: x - radius, y: y - radius, width: 2 * radius, height: 2 * radius },
		radius,
	);
}

/** The border of a box, `width` px wide and entirely inside it; rounded on the outside if a radius is given. */
export function framePath(box: Box, width: number, radius = 0): Path {
	const outer = roundedRectanglePath(box, radius);
	if (2 * width >= Math.min(box.width, box.height)) return outer;
	return [...outer, ...reversed(roundedRectanglePath(inset(box, width), radius - width))];
}

/** Line segments through the points, `width` px wide, with round joins and square ends. */
export function linePath(points: readonly Point[], width: number): Path {
	const half = width / 2;
	const pieces = points.slice(1).flatMap((to, index) => strip(points[index] ?? to, to, half));
	const joints = points.slice(1, -1).flatMap((point) => discPath(point, half));
	return [...pieces, ...joints];
}

/**
 * The lines between `rows` by `cols` equal cells of a box, without its border. Lines cover whole px, centered where
 * `gridLine` puts them.
 */
export function gridPath(
	box: Box,
	{ rows, cols }: { readonly rows: number; readonly cols: number },
	width: number,
): Path {
	const before = Math.floor(width / 2);
	const across = inner(rows).flatMap((row) =>
		rectanglePath({ ...box, y: box.y + gridLine(box.height, rows, row) - before, height: width }),
	);
	const down = inner(cols).flatMap((col) =>
		rectanglePath({ ...box, x: box.x + gridLine(box.width, cols, col) - before, width }),
	);
	return [...across, ...down];
}

/** Position of line `index` of `count` cells along a side, px; rounded down, so that cells differ by at most 1 px. */
export function gridLine(side: number, count: number, index: number): number {
	return Math.floor((side * index) / count);
}

/** The box shrunk by `by` px on each side; a negative value enlarges it. */
export function inset({ x, y, width, height }: Box, by: number): Box {
	return { x: x + by, y: y + by, width: width - 2 * by, height: height - 2 * by };
}

/** Points after `from` along a quadratic curve, ending with `to`. */
export function quadraticPoints(from: Point, control: Point, to: Point): Point[] {
	const bendX = from.x - 2 * control.x + to.x;
	const bendY = from.y - 2 * control.y + to.y;
	const bend = Math.sqrt(bendX * bendX + bendY * bendY);
	const pieces = Math.min(MAX_PIECES, Math.max(1, Math.ceil(Math.sqrt(bend / (4 * TOLERANCE)))));
	return Array.from({ length: pieces }, (_, index) => {
		if (index === pieces - 1) return to;
		const t = (index + 1) / pieces;
		const [a, b, c] = [(1 - t) * (1 - t), 2 * t * (1 - t), t * t];
		return { x: a * from.x + b * control.x + c * to.x, y: a * from.y + b * control.y + c * to.y };
	});
}

/** A clockwise quarter circle around `center`, starting at `center + start`. */
function corner(center: Point, start: Point): Point[] {
	/** A quarter turn that looks clockwise, since y points down. */
	const end = { x: -start.y, y: start.x };
	const at = (along: number, across: number): Point => ({
		x: center.x + along * start.x + across * end.x,
		y: center.y + along * start.y + across * end.y,
	});
	const middle = at(DIAGONAL, DIAGONAL);
	return [
		at(1, 0),
		...quadraticPoints(at(1, 0), at(1, EIGHTH), middle),
		...quadraticPoints(middle, at(EIGHTH, 1), at(0, 1)),
	];
}

/** One line segment, with the same orientation as all other shapes here. */
function strip(from: Point, to: Point, half: number): Path {
	const dx = to.x - from.x;
	const dy = to.y - from.y;
	const length = Math.sqrt(dx * dx + dy * dy);
	if (length === 0) return [];
	const x = (dy / length) * half;
	const y = (-dx / length) * half;
	return [
		[
			{ x: from.x + x, y: from.y + y },
			{ x: to.x + x, y: to.y + y },
			{ x: to.x - x, y: to.y - y },
			{ x: from.x - x, y: from.y - y },
		],
	];
}

function reversed(path: Path): Path {
	return path.map((contour) => contour.toReversed());
}

function inner(count: number): number[] {
	return Array.from({ length: Math.max(0, count - 1) }, (_, index) => index + 1);
}
