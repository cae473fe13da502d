/** Qwen2-VL to Qwen3.5: native resolution, flattened patches in merge order. */

import { collateMergedClips, collateMergedImages } from "../../preprocess/collate-patches.ts";
import { planWholeView } from "../../preprocess/plan-views.ts";
import type { PixelFamilyOf } from "../family.ts";

export const qwenVl: PixelFamilyOf<"qwen-vl"> = {
	filter: "bicubic",
	image: { planViews: planWholeView, collate: collateMergedImages },
	video: { planViews: planWholeView, collate: collateMergedClips },
};
