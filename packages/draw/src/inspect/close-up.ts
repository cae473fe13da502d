/**
 * A few patches of one view, with each pixel of the tower's input drawn as a square. Shows how large things are to
 * the model, and how patches become tokens.
 */

import type { Grid, Size } from "@onevision/base";
import type { ResizeOptions, ResizeStage, RgbImage, View } from "@onevision/media";
import { StageRenderer } from "@onevision/media";
import { blankImage, paste } from "../shapes/blank.ts";
import { luminanceOf } from "../shapes/color.ts";
import { fill } from "../shapes/fill.ts";
import { type Box, framePath, type Point } from "../shapes/path.ts";
import { type Cells, patchSide, sameGrid } from "./cells.ts";
import { detailOf, strengthAt } from "./detail.ts";
import { SMALL } from "./page.ts";
import { contrastBox, hatch, intersection, magnify, type Strength, veil } from "./paint.ts";
import type { Panel, Tile } from "./panels.ts";
import { COLORS } from "./style.ts";

export interface CloseUp {
	readonly tile: Tile;
	/** Source region, px of the view. */
	readonly region: Box;
	/** The same region on the panel. */
	readonly onPanel: Box;
	/** Side of the square drawn for each pixel of the view, px. */
	readonly times: number;
	/** Side of a patch, px of the view. */
	readonly patch: number;
	/** The view it shows. */
	readonly view: View;
	/** Tokens other than single patches, px of the view. */
	readonly tokens: readonly Cells[];
}

/** Minimum number of patches shown along the longer and the shorter side, if the view has as many. */
const [PATCHES, PATCHES_ACROSS] = [8, 5];
/** Beyond this length of the longer side, px, extra room shows more of the view instead of a larger magnification. */
const MAX_MAGNIFIED = SMALL;
/** Largest image made for a close-up, px: a very long one would take gigabytes. */
const MAX_PIXELS = 32_000_000;
/** Samples per side of a region when measuring detail, and the weight of a sample where nothing changes. */
const [SAMPLES, PRESENCE] = [32, 1e-3];

/**
 * The part of the image with the most detail that fits into `room`, px. `undefined` if the layout does not say how a
 * view's pixels become patches, or if an intermediate image would be too large to make for this purpose.
 */
export function closeUpOf(panel: Panel, image: RgbImage, patchGrid: Grid, room: Size): CloseUp | undefined {
	const { image: whole } = panel;
	if (whole === undefined) return undefined;
	let best: CloseUp | undefined;
	let most = -1;
	for (const tile of panel.tiles) {
		const patch = patchSide(tile.size, patchGrid);
		if (patch === undefined || tile.made === undefined || isLarge(tile.made.from)) continue;
		const [across, down] = [tile.size.width / tile.box.width, tile.size.height / tile.box.height];
		const source = {
			x: (whole.x - tile.box.x) * across,
			y: (whole.y - tile.box.y) * down,
			width: whole.width * across,
			height: whole.height * down,
		};
		const times = timesFor(room, patch);
		for (const region of regionsOf(patchGrid, patch, room, times)) {
			const found = detail(image, source, region);
			if (found <= most) continue;
			most = found;
			const onPanel = {
				x: tile.box.x + region.x / across,
				y: tile.box.y + region.y / down,
				width: region.width / across,
				height: region.height / down,
			};
			best = { tile, region, onPanel, times, patch, view: tile.made, tokens: [] };
		}
	}
	return best === undefined ? undefined : { ...best, tokens: tokensIn(panel, best, patchGrid) };
}

function timesFor({ width, height }: Size, patch: number): number {
	const longer = Math.min(MAX_MAGNIFIED, Math.max(width, height)) / (PATCHES * patch);
	const shorter = Math.min(width, height) / (PATCHES_ACROSS * patch);
	return Math.max(1, Math.floor(Math.min(longer, shorter)));
}

function isLarge({ size, from }: ResizeStage): boolean {
	return size.width * size.height > MAX_PIXELS || (from !== "source" && isLarge(from));
}

/** The panel's tokens in px of the view; none if each token is a patch. */
function tokensIn({ tokens }: Panel, { tile, patch }: CloseUp, patchGrid: Grid): Cells[] {
	const [across, down] = [tile.size.width / tile.box.width, tile.size.height / tile.box.height];
	return tokens.flatMap(({ box, grid }) => {
		const inView = {
			x: (box.x - tile.box.x) * across,
			y: (box.y - tile.box.y) * down,
			width: box.width * across,
			height: box.height * down,
		};
		const isHere = intersection(inView, { x: 0, y: 0, ...tile.size }) !== undefined;
		const isPatches = sameGrid(grid, patchGrid) && inView.width === grid.cols * patch;
		return isHere && !isPatches ? [{ box: inView, grid }] : [];
	});
}

/** Candidate regions: whole patches, in steps of half a region. */
function regionsOf({ rows, cols }: Grid, patch: number, room: Size, times: number): Box[] {
	const within = (side: number): number => Math.max(1, Math.floor(side / (patch * times)));
	const [high, wide] = [Math.min(within(room.height), rows), Math.min(within(room.width), cols)];
	const starts = (count: number, size: number): number[] => {
		const step = Math.max(1, Math.floor(size / 2));
		const all = Array.from({ length: Math.floor((count - size) / step) + 1 }, (_, index) => index * step);
		// Never cuts through tokens of 2 by 2 or 4 by 4 patches.
		return all.map((start) => start - (start % 4));
	};
	return starts(rows, high).flatMap((row) =>
		starts(cols, wide).map((col) => ({
			x: col * patch,
			y: row * patch,
			width: wide * patch,
			height: high * patch,
		})),
	);
}

/**
 * How much luminance changes between samples, taking the smaller of the changes across and down: writing changes in
 * both directions, stripes and edges in one. If nothing changes, the share of the region that the image covers.
 */
function detail({ data, width, height }: RgbImage, source: Box, region: Box): number {
	const places = (from: number, side: number, start: number, length: number, count: number): number[] =>
		Array.from({ length: SAMPLES }, (_, at) =>
			Math.floor(((from + ((at + 0.5) * side) / SAMPLES - start) * count) / length),
		).filter((place) => place >= 0 && place < count);
	const columns = places(region.x, region.width, source.x, source.width, width);
	const lines = places(region.y, region.height, source.y, source.height, height);
	const shade = (x: number, y: number): number => {
		const at = (y * width + x) * 3;
		return luminanceOf({ red: data[at] ?? 0, green: data[at + 1] ?? 0, blue: data[at + 2] ?? 0 });
	};
	let [across, down] = [0, 0];
	for (const [line, y] of lines.entries()) {
		for (const [column, x] of columns.entries()) {
			const here = shade(x, y);
			across += Math.abs(here - shade(columns[column - 1] ?? x, y));
			down += Math.abs(here - shade(x, lines[line - 1] ?? y));
		}
	}
	return Math.min(across, down) + PRESENCE * lines.length * columns.length;
}

/** The region's pixels as the tower receives them, before normalization; hatched beyond the image. */
function pixelsOf({ region, view }: CloseUp, source: RgbImage, resize: ResizeOptions): RgbImage {
	const pixels = blankImage(region, COLORS.padding);
	hatch(pixels, { x: 0, y: 0, ...closeUpSize({ region, times: 1 }) }, COLORS.stripe, 0.8, 9);
	const at = { x: -(view.window.x + region.x), y: -(view.window.y + region.y) };
	paste(pixels, new StageRenderer(source, resize).render(view.from), at);
	return pixels;
}

export function closeUpSize({ region, times }: Pick<CloseUp, "region" | "times">): Size {
	return { width: region.width * times, height: region.height * times };
}

/** Draws the close-up at `at` with its patches, and with its tokens if they are not the patches. */
export function drawCloseUp(
	target: RgbImage,
	image: RgbImage,
	closeUp: CloseUp,
	at: Point,
	resize: ResizeOptions,
): void {
	const { times, patch, tokens } = closeUp;
	const box = { ...at, ...closeUpSize(closeUp) };
	paste(target, magnify(pixelsOf(closeUp, image, resize), times), at);
	const detail = detailOf(target, box, times);
	const off: Strength = (x, y) => strengthAt(detail, x, y);
	const line = (x: number, y: number, width: number, height: number, strength: number): void =>
		contrastBox(target, { x: at.x + Math.round(x), y: at.y + Math.round(y), width, height }, strength, off);
	const step = patch * times;
	for (let x = step; x < box.width; x += step) line(x, 0, 1, box.height, 0.3);
	for (let y = step; y < box.height; y += step) line(0, y, box.width, 1, 0.3);
	for (const cells of tokens) drawTokens(target, box, closeUp, cells, off);
	fill(target, framePath(box, 2), { color: COLORS.closeUp });
}

function drawTokens(
	target: RgbImage,
	area: Box,
	{ region, times }: CloseUp,
	{ box, grid }: Cells,
	off: Strength,
): void {
	for (let col = 0; col <= grid.cols; col++) {
		const x = (box.x + (col * box.width) / grid.cols - region.x) * times;
		if (x <= 0 || x >= area.width) continue;
		const line = { x: area.x + Math.round(x) - 1, y: area.y, width: 2, height: area.height };
		veil(target, line, COLORS.token, 0.95, off);
	}
	for (let row = 0; row <= grid.rows; row++) {
		const y = (box.y + (row * box.height) / grid.rows - region.y) * times;
		if (y <= 0 || y >= area.height) continue;
		const line = { x: area.x, y: area.y + Math.round(y) - 1, width: area.width, height: 2 };
		veil(target, line, COLORS.token, 0.95, off);
	}
}
