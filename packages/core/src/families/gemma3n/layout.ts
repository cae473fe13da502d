/**
 * Gemma 3n: every image is one square view and 256 tokens, wrapped as in Gemma 3, without crops. Source: transformers
 * 5.18 models/gemma3n/processing_gemma3n.py.
 */

import { type Family, noVideo } from "../family.ts";
import { type Gemma3Constants, layoutSoftTokens } from "../gemma3/layout.ts";

export type Gemma3nSettings = Record<never, never>;

export const gemma3n: Family<Gemma3Constants, Gemma3nSettings> = {
	title: "Gemma 3n",
	source: "transformers 5.18.0 src/transformers/models/gemma3n/processing_gemma3n.py",
	parities: ["transformers"],
	scenarios: ["single-image", "multi-image"],
	settings: {},
	defaults: () => ({}),
	knobs: () => ({ "single-image": [], "multi-image": [], video: [] }),
	counter: (constants) => ({
		image: (item) => layoutSoftTokens(item, constants, { rows: 0, cols: 0 }),
		video: noVideo("Gemma 3n"),
	}),
};
