/**
 * Plans the tower's views from the layout of one image or frame: the type, and algorithms shared by several families.
 * All sizes come from the layout.
 */

import type { Size } from "@onevision/base";
import type { ItemLayout } from "@onevision/core";
import { fullView, type Rgb, resizeWhole, tileOf, tileViews, type ViewPlan } from "./view-plan.ts";

interface ViewPlanContext {
	/** Number of images in the sample; some families lay out several images differently from one. */
	readonly images: number;
	/** Padding color for references that pad with the normalization mean. */
	readonly meanColor: Rgb;
}

/** Plans the views of one image or frame. */
export type PlanViews = (layout: ItemLayout, context: ViewPlanContext) => ViewPlan;

/** One view: the image stretched to the canvas. */
export const planWholeView: PlanViews = ({ source, canvas }) => ({
	views: [fullView(resizeWhole(source, canvas))],
});

/** One view: the center of the image at the size `resized`, which covers the canvas. */
export function planCenterCrop({ source, canvas }: ItemLayout, resized: Size): ViewPlan {
	const from = resizeWhole(source, resized);
	const x = Math.floor((resized.width - canvas.width) / 2);
	const y = Math.floor((resized.height - canvas.height) / 2);
	return { views: [{ from, window: { x, y, ...canvas } }] };
}

/** AnyRes: the image stretched to one tile, then the tiles of the canvas, with the image centered on it. */
export const planAnyres: PlanViews = (layout) => {
	const { source, canvas, content } = layout;
	const from = resizeWhole(source, content);
	const origin = {
		x: Math.floor((canvas.width - content.width) / 2),
		y: Math.floor((canvas.height - content.height) / 2),
	};
	return { views: [fullView(resizeWhole(source, tileOf(layout))), ...tileViews(from, layout, origin)] };
};

/** The tiles of the stretched image, then the image stretched to one tile unless there is only one tile. */
export const planTilesThenOverview: PlanViews = (layout) => {
	const { source, content, views } = layout;
	const tiles = tileViews(resizeWhole(source, content), layout);
	return { views: views === 1 ? tiles : [...tiles, fullView(resizeWhole(source, tileOf(layout)))] };
};
