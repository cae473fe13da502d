/** Limits on AnyRes grids: the canvases that remain, and the planner's choices. */

import type { Size } from "@onevision/base";
import { integer } from "@onevision/base/schema";
import type { Knob } from "../families/family.ts";

export const maxTilesSchema = integer("AnyRes grid limit: only canvases of at most this many tiles", {
	min: 1,
	max: 36,
});

/** Canvases within the grid limit, or the smallest ones if the limit allows none. */
export function limitCanvases(canvases: readonly Size[], tile: number, maxTiles: number): readonly Size[] {
	const tilesOf = (canvas: Size): number =>
		Math.floor(canvas.width / tile) * Math.floor(canvas.height / tile);
	const allowed = canvases.filter((canvas) => tilesOf(canvas) <= maxTiles);
	if (allowed.length > 0) return allowed;
	const fewest = Math.min(...canvases.map(tilesOf));
	return canvases.filter((canvas) => tilesOf(canvas) === fewest);
}

/** The grid limits that change the outcome for a list of canvases, ascending. */
export function tileCounts(canvases: readonly Size[], tile: number): number[] {
	const counts = canvases.map(({ width, height }) => Math.floor(width / tile) * Math.floor(height / tile));
	return [...new Set(counts)].sort((a, b) => a - b);
}

/** The AnyRes grid limit as a planner knob. */
export function maxTilesKnob(values: readonly number[]): Knob {
	return {
		setting: "max_tiles",
		values,
		deployable: true,
		bound: "tiles",
		label: (value) => `grids of up to ${value} tile${value === 1 ? "" : "s"}`,
	};
}
