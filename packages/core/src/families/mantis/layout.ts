/**
 * Mantis with a LLaVA body (SigLIP or CLIP): every image is one view of the tower, numbered in the surrounding text.
 * Paper: arXiv 2405.01483. Source: TIGER-AI-Lab/Mantis mantis/models/mllava/processing_llava.py at 20ccb1c
 * (`preprocess_interleaved_images_and_text`). Mantis-8B-Idefics2 belongs to the idefics2 family.
 */

import type { WrapperTokens } from "../../layout.ts";
import { layoutOneTile, square } from "../../layouts/tiles.ts";
import { estimateTextTokens } from "../../layouts/timestamps.ts";
import { type Family, noVideo } from "../family.ts";
import type { LlavaConstants } from "../llava/layout.ts";

export type MantisSettings = Record<never, never>;

export const mantisSiglip: Family<LlavaConstants, MantisSettings> = {
	title: "Mantis",
	source: "TIGER-AI-Lab/Mantis mantis/models/mllava/processing_llava.py at 20ccb1c",
	parities: ["original"],
	scenarios: ["single-image", "multi-image"],
	settings: {},
	defaults: () => ({}),
	knobs: () => ({ "single-image": [], "multi-image": [], video: [] }),
	counter: ({ tile, patch }) => {
		const grid = square(Math.floor(tile / patch));
		const content = { width: tile, height: tile };
		return {
			image: (item, images) => {
				const wrapper = numbered(images);
				return layoutOneTile(item, {
					tile,
					content,
					patchGrid: grid,
					pooledGrid: grid,
					newlines: 0,
					wrapper,
				});
			},
			video: noVideo("Mantis"),
		};
	},
};

/** `(image 3: <Image>…</Image>)`. Uses the last image's number, because no other has more digits. */
function numbered(images: number): WrapperTokens {
	const text = [`(image ${images}: <Image>`, "</Image>)"];
	return { markers: 0, text, estimatedTextTokens: estimateTextTokens(text) };
}
