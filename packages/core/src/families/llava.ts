/**
 * LLaVA-1.5: every image becomes one square view of the tower, so the count never changes.
 * Source: transformers 5.18 models/llava/processing_llava.py; the original repository (haotian-liu/LLaVA
 * llava/mm_utils.py) pads to a square where transformers crops, with the same count.
 */

import { type Family, noVideo } from "./family.ts";
import { layoutOneTile, square } from "./tiles.ts";

export interface LlavaConstants {
	/** Side of the tower's input, px. */
	readonly tile: number;
	/** Side of a patch, px. */
	readonly patch: number;
}

export type LlavaSettings = Record<never, never>;

export const llava: Family<LlavaConstants, LlavaSettings> = {
	title: "LLaVA-1.5",
	source: "transformers 5.18.0 src/transformers/models/llava/processing_llava.py",
	parities: ["transformers", "original"],
	scenarios: ["single-image", "multi-image"],
	settings: {},
	defaults: () => ({}),
	knobs: () => ({ "single-image": [], "multi-image": [], video: [] }),
	counter: ({ tile, patch }, _settings, parity) => {
		const grid = square(Math.floor(tile / patch));
		return {
			image: (item) => {
				// transformers: short side to `tile`, centre crop. Original: pad to a square, then resize.
				const longest = Math.max(item.width, item.height);
				const content =
					parity === "original"
						? {
								width: Math.max(1, Math.round((tile * item.width) / longest)),
								height: Math.max(1, Math.round((tile * item.height) / longest)),
							}
						: { width: tile, height: tile };
				return layoutOneTile(item, { tile, content, patchGrid: grid, pooledGrid: grid, newlines: 0 });
			},
			video: noVideo("LLaVA-1.5"),
		};
	},
};
