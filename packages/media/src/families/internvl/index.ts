/** InternVL: dynamic tiles and a thumbnail. Source: transformers 5.18 models/got_ocr2/image_processing_got_ocr2.py. */

import { collateClips, collateFlat, perImage } from "../../preprocess/collate.ts";
import { planTilesThenOverview, planWholeView } from "../../preprocess/plan-views.ts";
import type { PixelFamilyOf } from "../family.ts";

export const internvl: PixelFamilyOf<"internvl"> = {
	filter: "bicubic",
	image: {
		planViews: planTilesThenOverview,
		collate: () => collateFlat(perImage("num_patches", ({ viewPlan }) => viewPlan.views.length)),
	},
	video: { planViews: planWholeView, collate: () => collateClips },
};
