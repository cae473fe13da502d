/** LLaVA-NeXT-Video: images as in LLaVA-NeXT; a frame is resized by its shorter side and cropped to its center. */

import { shorterSideTo } from "@onevision/base";
import { collateClips, collateTiles } from "../../preprocess/collate.ts";
import { type PlanViews, planAnyres, planCenterCrop } from "../../preprocess/plan-views.ts";
import type { PixelFamilyOf } from "../family.ts";

const planFrame: PlanViews = (layout) =>
	planCenterCrop(layout, shorterSideTo(layout.canvas.width, layout.source));

export const llavaNextVideo: PixelFamilyOf<"llava-next-video"> = {
	filter: "bicubic",
	padsBatch: true,
	view: { side: ({ tile }) => tile, padsFirst: false },
	image: { planViews: planAnyres, collate: () => collateTiles },
	video: { planViews: planFrame, collate: () => collateClips },
};
