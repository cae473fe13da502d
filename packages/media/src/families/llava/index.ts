/** LLaVA-1.5: resizes the image by its shorter side and takes the center crop. */

import { collateFlat } from "../../preprocess/collate.ts";
import { planCenterCrop } from "../../preprocess/plan-views.ts";
import type { PixelFamilyOf } from "../family.ts";

export const llava: PixelFamilyOf<"llava"> = {
	filter: "bicubic",
	view: { side: ({ tile }) => tile, padsFirst: true },
	image: {
		planViews: (layout) => planCenterCrop(layout, layout.resizes?.[0] ?? layout.canvas),
		collate: () => collateFlat(),
	},
};
