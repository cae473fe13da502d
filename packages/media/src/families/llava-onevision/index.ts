/**
 * LLaVA-OneVision: one image by AnyRes, each of several padded to a square and resized to one tile (`expand2square` in the
 * original), frames resized to one tile. vLLM calls the processor of transformers.
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

/** The source centered in a square of its longer side, resized to one tile. */
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
