/**
 * PaliGemma 1 and 2: every image is one square view, with one token per patch. The image tokens come first; `<bos>` and
 * the newline after the prompt belong to the text. Source: transformers 5.18 models/paligemma/processing_paligemma.py.
 */

import { layoutOneTile, square } from "../../layouts/tiles.ts";
import { type Family, noVideo } from "../family.ts";
import type { LlavaConstants } from "../llava/layout.ts";

export type PaligemmaSettings = Record<never, never>;

export const paligemma: Family<LlavaConstants, PaligemmaSettings> = {
	title: "PaliGemma",
	source: "transformers 5.18.0 src/transformers/models/paligemma/processing_paligemma.py",
	parities: ["transformers"],
	scenarios: ["single-image", "multi-image"],
	settings: {},
	defaults: () => ({}),
	knobs: () => ({ "single-image": [], "multi-image": [], video: [] }),
	counter: ({ tile, patch }) => {
		const grid = square(Math.floor(tile / patch));
		const content = { width: tile, height: tile };
		return {
			image: (item) => layoutOneTile(item, { tile, content, patchGrid: grid, pooledGrid: grid, newlines: 0 }),
			video: noVideo("PaliGemma"),
		};
	},
};
