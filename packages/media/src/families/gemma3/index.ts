/**
 * Gemma 3: the whole image, then pan-and-scan crops of the source along its long side; the last crop may be smaller.
 */

import { collateFlat, perImage } from "../../preprocess/collate.ts";
import type { PlanViews } from "../../preprocess/plan-views.ts";
import { BLACK, fullView, resizeWhole, type View } from "../../preprocess/view-plan.ts";
import type { PixelFamilyOf } from "../family.ts";

const planImage: PlanViews = ({ source, canvas, tileGrid, views }) => {
	const whole = fullView(resizeWhole(source, canvas));
	if (views === 1) return { views: [whole] };
	const width = Math.ceil(source.width / tileGrid.cols);
	const height = Math.ceil(source.height / tileGrid.rows);
	const crops = Array.from({ length: tileGrid.rows * tileGrid.cols }, (_, index): View => {
		const x = (index % tileGrid.cols) * width;
		const y = Math.floor(index / tileGrid.cols) * height;
		const window = {
			x,
			y,
			width: Math.min(width, source.width - x),
			height: Math.min(height, source.height - y),
		};
		return fullView({ from: "source", window, fill: BLACK, size: canvas });
	});
	return { views: [whole, ...crops] };
};

export const gemma3: PixelFamilyOf<"gemma3"> = {
	filter: "bilinear",
	image: {
		planViews: planImage,
		collate: () => collateFlat(perImage("num_crops", ({ viewPlan }) => viewPlan.views.length - 1)),
	},
};
