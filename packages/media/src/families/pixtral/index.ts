/** Pixtral and Mistral 3: native resolution, with a batch padded to its largest image. */

import { collatePadded } from "../../preprocess/collate.ts";
import { planWholeView } from "../../preprocess/plan-views.ts";
import type { PixelFamilyOf } from "../family.ts";

export const pixtral: PixelFamilyOf<"pixtral"> = {
	filter: "bicubic",
	padsBatch: true,
	image: { planViews: planWholeView, collate: () => collatePadded },
};
