/** Where the source lies in each picture the tower's views are cut from: the chain of a framing as one map. */

import type { Size } from "@onevision/base";
import type { ItemLayout } from "@onevision/core";
import { type Framing, type Resized, resized, tileViews, wholeOf, wholeView } from "@onevision/media";
import type { Box } from "../shapes/path.ts";
import { isSpatial, sameSize, tileSize } from "./cells.ts";

/** The whole source in px of a resized picture; it reaches beyond where a part was cut out. */
export function sourceWithin(stage: Resized | "source", source: Size): Box {
	if (stage === "source") return wholeOf(source);
	const { window, size } = stage;
	const within = sourceWithin(stage.from, source);
	const [across, down] = [size.width / window.width, size.height / window.height];
	return {
		x: snapped((within.x - window.x) * across),
		y: snapped((within.y - window.y) * down),
		width: snapped(within.width * across),
		height: snapped(within.height * down),
	};
}

/** A whole number where float64 misses it by a hair. */
function snapped(value: number): number {
	const whole = Math.round(value);
	return Math.abs(value - whole) < 1e-6 ? whole : value;
}

/**
 * The framing that a layout alone leaves no choice about: the picture fills the canvas, which is cut into whole tiles,
 * and the overview has the features of a tile. `undefined` where something is left open, such as the side of padding.
 */
export function framingOfLayout(layout: ItemLayout): Framing | undefined {
	const { source, canvas, content, resizes, parts, pooledGrid } = layout;
	const tile = tileSize(layout);
	if (!sameSize(canvas, content) || resizes !== undefined || tile === undefined) return undefined;
	const tiles = tileViews(resized(source, canvas), layout);
	const isTile = isSpatial(layout) && parts.overview === pooledGrid.rows * pooledGrid.cols;
	return { views: isTile ? [...tiles, wholeView(resized(source, tile))] : tiles };
}
