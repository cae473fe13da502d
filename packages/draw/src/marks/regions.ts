/** Regions that can be marked, validated against their image. Coordinates are px of that image. */

import { type Grid, OnevisionError, type Size } from "@onevision/base";
import { type Box, gridLine, type Point } from "../shapes/path.ts";
import { distanceInside } from "./distance.ts";

export type Region =
	/** A point. */
	| ({ readonly kind: "point" } & Point)
	/** A rectangle, drawn as a frame. */
	| ({ readonly kind: "box" } & Box)
	/** A cell of a grid, drawn by the lines between cells. */
	| ({ readonly kind: "cell" } & Box)
	/** A segment, drawn as a tint with an edge: `[height, width]` of the image, nonzero inside. */
	| { readonly kind: "mask"; readonly mask: Uint8Array };

/** A region with what placement and drawing need to know about it. */
export interface ResolvedRegion {
	readonly kind: Region["kind"];
	/** Where the mark belongs: the point itself, the middle of a box, or the point of a mask farthest from its edge. */
	readonly point: Point;
	/** Absent for points. */
	readonly box?: Box;
	/** px inside; 0 for points. */
	readonly area: number;
	/** Radius around the point that belongs to this region alone, px. */
	readonly room: number;
	/** For a mask, `[height, width]` of its box: the distance of each inside pixel from the edge, px; 0 outside. */
	readonly depth?: Float32Array;
}

/** Maximum marks per image; more than any model can tell apart. */
export const MAX_MARKS = 1000;

/** The cells of a grid over an image, in row-major order; sizes differ by at most 1 px. */
export function gridCells(size: Size, { rows, cols }: Grid): Region[] {
	if (!isCount(rows, size.height) || !isCount(cols, size.width)) {
		throw new OnevisionError(
			"invalid-input",
			`grid ${rows}x${cols}: an image of ${size.width}x${size.height} px takes 1 to ${size.height} rows and 1 to ${size.width} columns`,
		);
	}
	assertCount(rows * cols);
	return Array.from({ length: rows * cols }, (_, index): Region => {
		const row = Math.floor(index / cols);
		const x = gridLine(size.width, cols, index % cols);
		const y = gridLine(size.height, rows, row);
		const width = gridLine(size.width, cols, (index % cols) + 1) - x;
		return { kind: "cell", x, y, width, height: gridLine(size.height, rows, row + 1) - y };
	});
}

/** Throws `invalid-input` for a region outside the image, and `over-limit` for too many regions. */
export function resolveRegions(regions: readonly Region[], size: Size): ResolvedRegion[] {
	assertCount(regions.length);
	const resolved = regions.map((region, index) => {
		const name = `mark ${index + 1}`;
		if (region.kind === "point") return resolvePoint(region, size, name);
		return region.kind === "mask" ? resolveMask(region.mask, size, name) : resolveBox(region, size, name);
	});
	return separateMasks(resolved, size);
}

function resolvePoint({ x, y }: Point, size: Size, name: string): ResolvedRegion {
	if (x >= 0 && x < size.width && y >= 0 && y < size.height) {
		return { kind: "point", point: { x, y }, area: 0, room: 0 };
	}
	throw outside(`${name}: point ${x},${y}`, size);
}

function resolveBox(
	region: Box & { readonly kind: "box" | "cell" },
	size: Size,
	name: string,
): ResolvedRegion {
	const { kind, x, y, width, height } = region;
	if (x >= 0 && y >= 0 && width >= 1 && height >= 1 && x + width <= size.width && y + height <= size.height) {
		const point = { x: x + width / 2, y: y + height / 2 };
		return {
			kind,
			point,
			box: { x, y, width, height },
			area: width * height,
			room: Math.min(width, height) / 2,
		};
	}
	throw outside(`${name}: box ${x},${y},${width},${height} (x, y, width, height)`, size);
}

function resolveMask(mask: Uint8Array, size: Size, name: string): ResolvedRegion {
	const { width, height } = size;
	if (mask.length !== width * height) {
		throw new OnevisionError(
			"invalid-input",
			`${name}: mask of ${mask.length} px, the image is ${width}x${height}; give one value a pixel`,
		);
	}
	const { box, area } = extent(mask, size);
	if (area === 0) throw new OnevisionError("invalid-input", `${name}: mask is empty; leave it out`);
	const depth = distanceInside(crop(mask, width, box), box);
	return { kind: "mask", ...deepest(depth, box), box, area, depth };
}

/**
 * Moves each mask's point out of the smaller masks inside it, smallest first, like the mark allocation of Set-of-Mark
 * prompting (arXiv 2310.11441, algorithm 1). A mask completely covered by smaller ones keeps its point.
 */
function separateMasks(regions: readonly ResolvedRegion[], size: Size): ResolvedRegion[] {
	const result = [...regions];
	const taken = new Uint8Array(size.width * size.height);
	for (const index of smallestFirst(regions)) {
		const region = regions[index];
		if (region?.depth === undefined || region.box === undefined) continue;
		const { depth, box } = region;
		const under = crop(taken, size.width, box);
		const alone = Uint8Array.from(depth, (inside, at) => (inside > 0 && under[at] === 0 ? 1 : 0));
		const widest = deepest(distanceInside(alone, box), box);
		if (widest.room > 0) result[index] = { ...region, ...widest };
		for (let at = 0; at < depth.length; at++) {
			const row = box.y + Math.floor(at / box.width);
			if ((depth[at] ?? 0) > 0) taken[row * size.width + box.x + (at % box.width)] = 1;
		}
	}
	return result;
}

/** `[height, width]` of a box, from an array whose rows are `stride` long. */
function crop(values: Uint8Array, stride: number, { x, y, width, height }: Box): Uint8Array {
	const result = new Uint8Array(width * height);
	for (let row = 0; row < height; row++) {
		const from = (y + row) * stride + x;
		result.set(values.subarray(from, from + width), row * width);
	}
	return result;
}

/** Indices by increasing area; equal areas keep their order. */
export function smallestFirst(regions: readonly ResolvedRegion[]): number[] {
	return regions.map((_, index) => index).sort((a, b) => (regions[a]?.area ?? 0) - (regions[b]?.area ?? 0));
}

/** The center of the deepest pixel of a box, the first among equals, and its depth. */
function deepest(depth: Float32Array, box: Box): { readonly point: Point; readonly room: number } {
	let best = 0;
	for (let at = 1; at < depth.length; at++) if ((depth[at] ?? 0) > (depth[best] ?? 0)) best = at;
	const point = { x: box.x + (best % box.width) + 0.5, y: box.y + Math.floor(best / box.width) + 0.5 };
	return { point, room: depth[best] ?? 0 };
}

function extent(mask: Uint8Array, { width, height }: Size): { readonly box: Box; readonly area: number } {
	let [left, top, right, bottom, area] = [width, height, 0, 0, 0];
	for (let at = 0; at < mask.length; at++) {
		if (mask[at] === 0) continue;
		const x = at % width;
		const y = Math.floor(at / width);
		left = Math.min(left, x);
		right = Math.max(right, x + 1);
		top = Math.min(top, y);
		bottom = Math.max(bottom, y + 1);
		area++;
	}
	return { box: { x: left, y: top, width: right - left, height: bottom - top }, area };
}

function assertCount(marks: number): void {
	if (marks <= MAX_MARKS) return;
	throw new OnevisionError("over-limit", `${marks} marks: at most ${MAX_MARKS} fit one image; mark fewer`);
}

function isCount(value: number, most: number): boolean {
	return Number.isInteger(value) && value >= 1 && value <= most;
}

function outside(what: string, { width, height }: Size): OnevisionError {
	return new OnevisionError(
		"invalid-input",
		`${what} does not lie in the image of ${width}x${height} px; give coordinates in its px`,
	);
}
