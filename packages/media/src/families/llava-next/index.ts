/** LLaVA-NeXT: AnyRes. The original is LLaVA-NeXT llava/mm_utils.py `process_anyres_image`, `resize_and_pad_image`. */

import { collateTiles } from "../../preprocess/collate.ts";
import { planAnyres } from "../../preprocess/plan-views.ts";
import type { PixelFamilyOf } from "../family.ts";

export const llavaNext: PixelFamilyOf<"llava-next"> = {
	filter: "bicubic",
	padsBatch: true,
	view: { side: ({ tile }) => tile, padsFirst: false },
	viewGeometrySharedWith: ["original"],
	image: { planViews: planAnyres, collate: () => collateTiles },
};
