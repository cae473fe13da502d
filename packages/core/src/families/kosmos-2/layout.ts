/**
 * Kosmos-2: a resampler turns the image into 64 tokens between `<image>` and `</image>`. Paper: arXiv 2306.14824.
 * Source: transformers 5.18 models/kosmos2/processing_kosmos2.py, which accepts one image per prompt.
 */

import { OnevisionError } from "@onevision/base";
import { markersOnly } from "../../layout.ts";
import { layoutFixedQueries, type QueryConstants } from "../../layouts/q-former.ts";
import { type Family, noVideo } from "../family.ts";

export type Kosmos2Settings = Record<never, never>;

export const kosmos2: Family<QueryConstants, Kosmos2Settings> = {
	title: "Kosmos-2",
	source: "transformers 5.18.0 src/transformers/models/kosmos2/processing_kosmos2.py",
	parities: ["transformers"],
	scenarios: ["single-image"],
	settings: {},
	defaults: () => ({}),
	knobs: () => ({ "single-image": [], "multi-image": [], video: [] }),
	counter: (constants) => ({
		image: (item, images) => {
			if (images > 1) {
				throw new OnevisionError("unsupported", `Kosmos-2 takes one image per prompt, not ${images}`);
			}
			return layoutFixedQueries(item, constants, constants.queries, markersOnly(2));
		},
		video: noVideo("Kosmos-2"),
	}),
};
