/**
 * What the tower's views are cut from, as plain data: a chain of resized pictures and windows onto them. Decided from
 * a layout; carried out by render.ts, drawn by `onevision inspect`.
 */

import type { Size } from "@onevision/base";
import type { ItemLayout } from "@onevision/core";

/** A rectangle of a picture, px; it may reach beyond the picture. */
export interface Window extends Size {
	readonly x: number;
	readonly y: number;
}

export type Rgb = readonly [red: number, green: number, blue: number];

/** A picture made from another one: a window of it, `fill` where it reaches beyond, resized to `size`. */
export interface Resized {
	readonly from: Resized | "source";
	readonly window: Window;
	readonly fill: Rgb;
	readonly size: Size;
}

/** One picture given to the tower: a window of a resized one, black where it reaches beyond. */
export interface View {
	readonly from: Resized;
	readonly window: Window;
}

export interface Framing {
	/** In the order of the reference's tensor. */
	readonly views: readonly View[];
}

export const BLACK: Rgb = [0, 0, 0];

export function wholeOf({ width, height }: Size): Window {
	return { x: 0, y: 0, width, height };
}

/** The whole source, resized. */
export function resized(source: Size, size: Size): Resized {
	return { from: "source", window: wholeOf(source), fill: BLACK, size };
}

/** A resized picture, resized again. */
export function resizedAgain(from: Resized, size: Size): Resized {
	return { from, window: wholeOf(from.size), fill: BLACK, size };
}

/** All of a resized picture as one view. */
export function wholeView(from: Resized): View {
	return { from, window: wholeOf(from.size) };
}

/** The tiles of a layout's canvas, row by row; `origin` is where the picture's corner stands on the canvas. */
export function tileViews(
	from: Resized,
	{ canvas, tileGrid }: Pick<ItemLayout, "canvas" | "tileGrid">,
	origin: { readonly x: number; readonly y: number } = { x: 0, y: 0 },
): View[] {
	const width = canvas.width / tileGrid.cols;
	const height = canvas.height / tileGrid.rows;
	return Array.from({ length: tileGrid.rows * tileGrid.cols }, (_, index) => {
		const row = Math.floor(index / tileGrid.cols);
		const col = index % tileGrid.cols;
		return { from, window: { x: col * width - origin.x, y: row * height - origin.y, width, height } };
	});
}
