/**
 * How the tower's views are made from an image, as plain data: a chain of resize stages, and windows onto their
 * results. Planned from a layout, rendered by render.ts, drawn by `onevision inspect`.
 */

import type { Size } from "@onevision/base";
import type { ItemLayout } from "@onevision/core";

/** A rectangle on an image, px; it may extend beyond the image. */
export interface Window extends Size {
	readonly x: number;
	readonly y: number;
}

export type Rgb = readonly [red: number, green: number, blue: number];

/** A window of the source or of another stage, resized to `size`. `fill` colors the part beyond the image. */
export interface ResizeStage {
	readonly from: ResizeStage | "source";
	readonly window: Window;
	readonly fill: Rgb;
	readonly size: Size;
}

/** One input of the tower: a window of a stage, black beyond the stage's edges. */
export interface View {
	readonly from: ResizeStage;
	readonly window: Window;
}

export interface ViewPlan {
	/** In the order of the reference's tensor. */
	readonly views: readonly View[];
}

export const BLACK: Rgb = [0, 0, 0];

/** The window that covers an image of this size. */
export function fullWindow({ width, height }: Size): Window {
	return { x: 0, y: 0, width, height };
}

/** The whole source, resized. */
export function resizeWhole(source: Size, size: Size): ResizeStage {
	return { from: "source", window: fullWindow(source), fill: BLACK, size };
}

/** The whole result of another stage, resized again. */
export function resizeAgain(from: ResizeStage, size: Size): ResizeStage {
	return { from, window: fullWindow(from.size), fill: BLACK, size };
}

/** The whole result of a stage as one view. */
export function fullView(from: ResizeStage): View {
	return { from, window: fullWindow(from.size) };
}

/** One tile of a layout's canvas, px. */
export function tileOf({ canvas, tileGrid }: Pick<ItemLayout, "canvas" | "tileGrid">): Size {
	return { width: canvas.width / tileGrid.cols, height: canvas.height / tileGrid.rows };
}

/** The tiles of a layout's canvas in row-major order; `origin` is the image's top-left corner on the canvas, px. */
export function tileViews(
	from: ResizeStage,
	layout: Pick<ItemLayout, "canvas" | "tileGrid">,
	origin: { readonly x: number; readonly y: number } = { x: 0, y: 0 },
): View[] {
	const { width, height } = tileOf(layout);
	const { rows, cols } = layout.tileGrid;
	return Array.from({ length: rows * cols }, (_, index) => {
		const row = Math.floor(index / cols);
		const col = index % cols;
		return { from, window: { x: col * width - origin.x, y: row * height - origin.y, width, height } };
	});
}
