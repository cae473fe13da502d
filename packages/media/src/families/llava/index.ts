/** LLaVA-1.5: resizes the image by its short side and takes the center crop. */

import { collateFlat } from "../../preprocess/collate.ts";
import { resizeWhole } from "../../preprocess/view-plan.ts";
import type { PixelFamilyOf } from "../family.ts";

export const llava: PixelFamilyOf<"llava"> = {
	filter: "bicubic",
	view: { side: ({ tile }) => tile, padsFirst: true },
	image: {
		planViews: ({ source, canvas, resizes }) => {
			const from = resizeWhole(source, resizes?.[0] ?? canvas);
			const x = Math.floor((from.size.width - canvas.width) / 2);
			const y = Math.floor((from.size.height - canvas.height) / 2);
			return { views: [{ from, window: { x, y, ...canvas } }] };
		},
		collate: () => collateFlat(),
	},
};
