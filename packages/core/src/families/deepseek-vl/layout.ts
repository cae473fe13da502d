/**
 * DeepSeek-VL, Janus and Janus-Pro: every image is padded to a square of 384 px, so the count is constant. Papers:
 * arXiv 2403.05525, 2410.13848, 2501.17811. Source: transformers 5.18 models/deepseek_vl and models/janus.
 */

import type { Size } from "@onevision/base";
import { roundHalfEven } from "@onevision/base";
import { markersOnly } from "../../layout.ts";
import { layoutTiles } from "../../layouts/tile-grid.ts";
import { square } from "../../layouts/tiles.ts";
import { type Family, noVideo } from "../family.ts";

export interface DeepseekVlConstants {
	/** Side of the tower's input, px. */
	readonly tile: number;
	/** Side of a patch, px. */
	readonly patch: number;
	/** Minimum side of the image inside the square, px (`min_size`). */
	readonly minSide: number;
	/** Special tokens the processor writes around an image: begin and end for Janus, none for DeepSeek-VL. */
	readonly markers: number;
}

export type DeepseekVlSettings = Record<never, never>;

export const deepseekVl: Family<DeepseekVlConstants, DeepseekVlSettings> = {
	title: "DeepSeek-VL and Janus",
	source:
		"transformers 5.18.0 src/transformers/models/deepseek_vl/processing_deepseek_vl.py, models/janus/processing_janus.py",
	parities: ["transformers"],
	scenarios: ["single-image", "multi-image"],
	settings: {},
	defaults: () => ({}),
	knobs: () => ({ "single-image": [], "multi-image": [], video: [] }),
	counter: ({ tile, patch, minSide, markers }) => {
		const grid = square(Math.floor(tile / patch));
		return {
			image: (item) =>
				layoutTiles(item, {
					tile,
					tileGrid: square(1),
					patchGrid: grid,
					pooledGrid: grid,
					overview: false,
					content: fitLongerSide(item, tile, minSide),
					wrapper: markersOnly(markers),
				}),
			video: noVideo("DeepSeek-VL"),
		};
	},
};

/** Resizes the longer side to `edge` and the other in proportion, but to at least `least`, px. */
function fitLongerSide(image: Size, edge: number, least: number): Size {
	const scale = edge / Math.max(image.width, image.height);
	return {
		width: Math.max(roundHalfEven(image.width * scale), least),
		height: Math.max(roundHalfEven(image.height * scale), least),
	};
}
