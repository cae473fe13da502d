/** Locates the source in each stage of a view plan: the chain of stages as one affine map. */

import type { Size } from "@onevision/base";
import type { ItemLayout } from "@onevision/core";
import {
	fullView,
	fullWindow,
	type ResizeStage,
	resizeWhole,
	tileViews,
	type ViewPlan,
} from "@onevision/media";
import type { Box } from "../shapes/path.ts";
import { isSpatial, sameSize, tileSize } from "./cells.ts";

/** The whole source in px of a resized image; it extends beyond the image if only a part was cut out. */
export function sourceWithin(stage: ResizeStage | "source", source: Size): Box {
	if (stage === "source") return fullWindow(source);
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

/** Snaps to the whole number that float64 misses slightly. */
function snapped(value: number): number {
	const whole = Math.round(value);
	return Math.abs(value - whole) < 1e-6 ? whole : value;
}

/**
 * The view plan that follows from the layout alone: the image fills the canvas, which is cut into whole tiles, and
 * the overview has the features of a tile. `undefined` if something is left open, such as the side of padding.
 */
export function viewPlanOfLayout(layout: ItemLayout): ViewPlan | undefined {
	const { source, canvas, content, resizes, parts, pooledGrid } = layout;
	const tile = tileSize(layout);
	if (!sameSize(canvas, content) || resizes !== undefined || tile === undefined) return undefined;
	const tiles = tileViews(resizeWhole(source, canvas), layout);
	const isTile = isSpatial(layout) && parts.overview === pooledGrid.rows * pooledGrid.cols;
	return { views: isTile ? [...tiles, fullView(resizeWhole(source, tile))] : tiles };
}
