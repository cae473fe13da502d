/**
 * LLaVA-1.5: every image becomes one square view of the tower, so the count is constant. Source: transformers 5.18
 * models/llava/processing_llava.py. The original repository (haotian-liu/LLaVA llava/mm_utils.py) pads to a square
 * where transformers crops; the count is the same.
 */

import { type Size, shorterSideTo } from "@onevision/base";
import { contentInSquareTile, layoutOneTile, square } from "../../layouts/tiles.ts";
import { type Family, noVideo } from "../family.ts";

export interface LlavaConstants {
	/** Side of the tower's input, px. */
	readonly tile: number;
	/** Side of a patch, px. */
	readonly patch: number;
	/**
	 * How an image becomes the tower's square: "crop" resizes the shorter side to `tile` and center-crops, "stretch"
	 * ignores the aspect ratio. Default "crop".
	 */
	readonly fit?: "crop" | "stretch";
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
	counter: ({ tile, patch, fit = "crop" }, _settings, parity) => {
		const grid = square(Math.floor(tile / patch));
		return {
			image: (item) => {
				const { content, resizes } = fitTile(item, tile, parity === "original" ? "pad" : fit);
				return layoutOneTile(item, {
					tile,
					content,
					resizes,
					patchGrid: grid,
					pooledGrid: grid,
					newlines: 0,
				});
			},
			video: noVideo("LLaVA-1.5"),
		};
	},
};

/** transformers crops or stretches. The original repository pads to a square, then resizes. */
function fitTile(
	image: Size,
	tile: number,
	fit: "crop" | "stretch" | "pad",
): { readonly content: Size; readonly resizes?: readonly Size[] } {
	if (fit === "pad") return { content: contentInSquareTile(image, tile) };
	if (fit === "stretch") return { content: { width: tile, height: tile } };
	return { content: { width: tile, height: tile }, resizes: [shorterSideTo(tile, image)] };
}
