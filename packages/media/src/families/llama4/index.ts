/** Llama 4: tiles and an overview, rescaled and normalized in bfloat16; torchvision only. */

import { int64 } from "@onevision/base";
import { collateFlat } from "../../preprocess/collate.ts";
import { planTilesThenOverview } from "../../preprocess/plan-views.ts";
import type { PixelFamilyOf } from "../family.ts";

export const llama4: PixelFamilyOf<"llama4"> = {
	filter: "bilinear",
	inBfloat16: true,
	dtype: "bfloat16",
	hasPillow: false,
	image: {
		planViews: planTilesThenOverview,
		collate: () =>
			collateFlat((images) => ({
				aspect_ratios: int64(
					[images.length, 2],
					images.flatMap(({ layout: { tileGrid } }) => [tileGrid.rows, tileGrid.cols]),
				),
			})),
	},
};
