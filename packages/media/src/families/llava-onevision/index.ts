/**
 * LLaVA-OneVision: a single image by AnyRes; several images each padded to a square and resized to one tile
 * (`expand2square` in the original); video frames resized to one tile. vLLM calls the transformers processor.
 */

import type { ItemLayout } from "@onevision/core";
import { collateClips, collateTilesBySample } from "../../preprocess/collate.ts";
import { type PlanViews, planAnyres, planWholeView } from "../../preprocess/plan-views.ts";
import { fullView, type ResizeStage, type Rgb } from "../../preprocess/view-plan.ts";
import type { PixelFamilyOf } from "../family.ts";

const planImage: PlanViews = (layout, context) =>
	context.images === 1
		? planAnyres(layout, context)
		: { views: [fullView(paddedToSquare(layout, context.meanColor))] };

/** Centers the source in a square with its longer side, then resizes it to one tile. */
function paddedToSquare({ source, canvas }: ItemLayout, fill: Rgb): ResizeStage {
	const side = Math.max(source.width, source.height);
	const window = {
		x: -Math.floor((side - source.width) / 2),
		y: -Math.floor((side - source.height) / 2),
		width: side,
		height: side,
	};
	return { from: "source", window, fill, size: canvas };
}

export const llavaOnevision: PixelFamilyOf<"llava-onevision"> = {
	filter: "bicubic",
	padsBatch: true,
	viewGeometrySharedWith: ["original", "vllm"],
	image: { planViews: planImage, collate: () => collateTilesBySample },
	video: { planViews: planWholeView, collate: () => collateClips },
};
