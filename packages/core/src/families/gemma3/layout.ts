/**
 * Gemma 3: every image is one square view pooled to 256 tokens. Pan and scan adds up to four crops of an elongated
 * image. Source: transformers 5.18 models/gemma3/{image_processing,processing}_gemma3.py. The library's token-counting
 * helper omits the crops.
 */

import type { Grid } from "@onevision/base";
import { boolean, integer, number } from "@onevision/base/schema";
import { type ItemLayout, itemLayout, type WrapperTokens } from "../../layout.ts";
import { square } from "../../layouts/tiles.ts";
import { estimateTextTokens } from "../../layouts/timestamps.ts";
import type { ImageItem } from "../../sample.ts";
import { type Family, type Knob, noVideo } from "../family.ts";

export interface Gemma3Constants {
	/** Side of a view, px. */
	readonly tile: number;
	/** Side of a patch, px. */
	readonly patch: number;
	/** Tokens per side of a view (`mm_tokens_per_image` is its square). */
	readonly pooledSide: number;
}

export type Gemma3Settings = {
	readonly do_pan_and_scan: boolean;
	readonly pan_and_scan_min_crop_size: number;
	readonly pan_and_scan_max_num_crops: number;
	readonly pan_and_scan_min_ratio_to_activate: number;
};

const NO_CROPS: Grid = { rows: 0, cols: 0 };

const PAN_AND_SCAN: Knob = {
	setting: "do_pan_and_scan",
	values: [false, true],
	deployable: true,
	label: (value) => (value === true ? "with crops of long images" : "one view per image"),
};

export const gemma3: Family<Gemma3Constants, Gemma3Settings> = {
	title: "Gemma 3",
	source: "transformers 5.18.0 src/transformers/models/gemma3/processing_gemma3.py",
	parities: ["transformers"],
	scenarios: ["single-image", "multi-image"],
	settings: {
		do_pan_and_scan: boolean("Whether long images are also read in crops"),
		pan_and_scan_min_crop_size: integer("Shortest side a crop may have, px", { min: 1, max: 2 ** 24 }),
		pan_and_scan_max_num_crops: integer("Most crops of one image", { min: 1, max: 1000 }),
		pan_and_scan_min_ratio_to_activate: number("Aspect ratio from which images are cropped", {
			min: 1,
			max: 2 ** 24,
		}),
	},
	defaults: () => ({
		do_pan_and_scan: false,
		pan_and_scan_min_crop_size: 256,
		pan_and_scan_max_num_crops: 4,
		pan_and_scan_min_ratio_to_activate: 1.2,
	}),
	knobs: () => ({ "single-image": [PAN_AND_SCAN], "multi-image": [PAN_AND_SCAN], video: [] }),
	counter: (constants, settings) => ({
		image: (item) =>
			layoutSoftTokens(item, constants, settings.do_pan_and_scan ? cropGrid(item, settings) : NO_CROPS),
		video: noVideo("Gemma 3"),
	}),
};

/** Lays out one image and its crops, each a view of `pooledSide`² tokens. */
export function layoutSoftTokens(item: ImageItem, constants: Gemma3Constants, crops: Grid): ItemLayout {
	const { tile, patch, pooledSide } = constants;
	const cut = crops.rows * crops.cols;
	const views = 1 + cut;
	const patchGrid = square(Math.floor(tile / patch));
	const pooledGrid = square(pooledSide);
	const tokens = pooledSide ** 2;
	const canvas = { width: tile, height: tile };
	return itemLayout({
		kind: "image",
		source: { width: item.width, height: item.height },
		frames: 1,
		canvas,
		content: canvas,
		tileGrid: cut === 0 ? square(1) : crops,
		views,
		patchGrid,
		pooledGrid,
		unpaddedGrid: pooledGrid,
		cappedGrid: pooledGrid,
		parts: {
			overview: cut === 0 ? 0 : tokens,
			grid: cut === 0 ? tokens : cut * tokens,
			newlines: 0,
			markers: 0,
		},
		towerTokens: views * patchGrid.rows * patchGrid.cols,
		wrapper: softTokenWrapper(cut),
	});
}

/** Crops along the longer side: the aspect ratio rounded half up, at least 2; none when they would be too small. */
function cropGrid({ width, height }: ImageItem, settings: Gemma3Settings): Grid {
	const long = Math.max(width, height);
	const short = Math.min(width, height);
	const least = settings.pan_and_scan_min_crop_size;
	if (long / short < settings.pan_and_scan_min_ratio_to_activate) return NO_CROPS;
	const wanted = Math.min(Math.floor(long / least), Math.floor(long / short + 0.5));
	const crops = Math.min(settings.pan_and_scan_max_num_crops, Math.max(2, wanted));
	if (Math.min(Math.ceil(long / crops), short) < least) return NO_CROPS;
	return width >= height ? { rows: 1, cols: crops } : { rows: crops, cols: 1 };
}

/** Start and end markers per view, surrounded by blank lines. With crops, also a sentence that introduces them. */
function softTokenWrapper(crops: number): WrapperTokens {
	const text =
		crops === 0
			? ["\n\n", "\n\n"]
			: [
					"Here is the original image \n\n",
					"\n\n and here are some crops to help you see better \n\n",
					...Array.from({ length: crops - 1 }, () => "\n\n \n\n"),
					"\n\n",
				];
	// Two newlines are a single token in Gemma's vocabulary.
	const estimatedTextTokens = estimateTextTokens(text.map((piece) => piece.replaceAll("\n\n", "\n")));
	return { markers: 2 * (1 + crops), text, estimatedTextTokens };
}
