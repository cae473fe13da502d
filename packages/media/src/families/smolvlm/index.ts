/** SmolVLM2: images as in Idefics3; frames resized to an edge length, then to one view. */

import { collateNestedClips } from "../../preprocess/collate.ts";
import { fullView, resizeAgain, resizeWhole } from "../../preprocess/view-plan.ts";
import type { PixelFamilyOf } from "../family.ts";
import { idefics3 } from "../idefics3/index.ts";

export const smolvlm: PixelFamilyOf<"smolvlm"> = {
	...idefics3,
	video: {
		planViews: ({ source, canvas, resizes }) => ({
			views: [fullView(resizeAgain(resizeWhole(source, resizes?.[0] ?? canvas), canvas))],
		}),
		collate: () => collateNestedClips,
	},
};
