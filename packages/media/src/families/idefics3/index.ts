/** Idefics3: resizes to an edge length, then stretches to whole tiles; the overview is resized from the result. */

import { collateNested } from "../../preprocess/collate.ts";
import type { PlanViews } from "../../preprocess/plan-views.ts";
import { fullView, resizeAgain, resizeWhole, tileOf, tileViews } from "../../preprocess/view-plan.ts";
import type { PixelFamilyOf } from "../family.ts";

const planImage: PlanViews = (layout) => {
	const { source, canvas, resizes, views } = layout;
	const stretched = resizeAgain(resizeWhole(source, resizes?.[0] ?? canvas), canvas);
	const tiles = tileViews(stretched, layout);
	return { views: views === 1 ? tiles : [...tiles, fullView(resizeAgain(stretched, tileOf(layout)))] };
};

export const idefics3: PixelFamilyOf<"idefics3"> = {
	filter: "lanczos",
	padsBatch: true,
	image: { planViews: planImage, collate: () => collateNested },
};
