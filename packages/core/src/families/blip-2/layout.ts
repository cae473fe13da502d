/**
 * BLIP-2 and InstructBLIP: a query transformer turns every image into 32 tokens, placed before the text. Papers: arXiv
 * 2301.12597, 2305.06500. Source: transformers 5.18 models/blip_2/processing_blip_2.py and
 * models/instructblip/processing_instructblip.py, which accept one image per prompt.
 */

import { OnevisionError } from "@onevision/base";
import { NO_WRAPPER } from "../../layout.ts";
import { layoutFixedQueries, type QueryConstants } from "../../layouts/q-former.ts";
import { type Family, noVideo } from "../family.ts";

export type Blip2Settings = Record<never, never>;

export const blip2: Family<QueryConstants, Blip2Settings> = {
	title: "BLIP-2 and InstructBLIP",
	source: "transformers 5.18.0 src/transformers/models/blip_2/processing_blip_2.py",
	parities: ["transformers"],
	scenarios: ["single-image"],
	settings: {},
	defaults: () => ({}),
	knobs: () => ({ "single-image": [], "multi-image": [], video: [] }),
	counter: (constants) => ({
		image: (item, images) => {
			if (images > 1) {
				throw new OnevisionError("unsupported", `BLIP-2 takes one image per prompt, not ${images}`);
			}
			return layoutFixedQueries(item, constants, constants.queries, NO_WRAPPER);
		},
		video: noVideo("BLIP-2"),
	}),
};
