/** Gemma 4: native resolution, flattened patches padded to the token limit of the settings. */

import type { ConstantsOf } from "@onevision/core";
import {
	collatePaddedClips,
	collatePaddedImages,
	type PaddedPatches,
} from "../../preprocess/collate-patches.ts";
import { planWholeView } from "../../preprocess/plan-views.ts";
import type { PixelFamilyOf } from "../family.ts";

const patchesFor = ({ patch, merge }: ConstantsOf<"gemma4">, tokens: unknown): PaddedPatches => ({
	patch,
	merge,
	maxPatches: Number(tokens) * merge ** 2,
});

export const gemma4: PixelFamilyOf<"gemma4"> = {
	filter: "bicubic",
	image: {
		planViews: planWholeView,
		collate: (constants, settings) => collatePaddedImages(patchesFor(constants, settings.max_soft_tokens)),
	},
	video: {
		planViews: planWholeView,
		collate: (constants, settings) =>
			collatePaddedClips(patchesFor(constants, settings.video_max_soft_tokens)),
	},
};
