/**
 * HunyuanVL (HunyuanOCR): dynamic resolution, with a newline embedding after every row and one token at each end.
 * Source: transformers 5.18 models/hunyuan_vl/{image_processing,processing}_hunyuan_vl.py.
 */

import { markersOnly } from "../../layout.ts";
import { maxPixelsKnob } from "../../layouts/max-pixels.ts";
import { layoutNative } from "../../layouts/native-clip.ts";
import { checkPixelLimits, type MergedPatches, pixelLimitSettings } from "../../layouts/native-resolution.ts";
import { budgetArguments } from "../../layouts/processor-arguments.ts";
import { smartResize } from "../../layouts/smart-resize.ts";
import { type Family, noVideo } from "../family.ts";

export interface HunyuanVlConstants extends MergedPatches {
	/** Minimum and maximum pixels of an image. */
	readonly minPixels: number;
	readonly maxPixels: number;
}

export type HunyuanVlSettings = {
	readonly min_pixels: number;
	readonly max_pixels: number;
};

const IMAGE_TOKENS = [256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096];

export const hunyuanVl: Family<HunyuanVlConstants, HunyuanVlSettings> = {
	title: "HunyuanVL",
	source: "transformers 5.18.0 src/transformers/models/hunyuan_vl/processing_hunyuan_vl.py",
	parities: ["transformers"],
	scenarios: ["single-image", "multi-image"],
	settings: pixelLimitSettings,
	defaults: ({ minPixels, maxPixels }) => ({ min_pixels: minPixels, max_pixels: maxPixels }),
	check: checkPixelLimits,
	processorArguments: budgetArguments,
	knobs: ({ patch, merge }) => {
		const limit = maxPixelsKnob(
			"max_pixels",
			IMAGE_TOKENS,
			(patch * merge) ** 2,
			"about {} tokens per image",
		);
		return { "single-image": [limit], "multi-image": [limit], video: [] };
	},
	counter: ({ patch, merge }, settings) => {
		const factor = patch * merge;
		const limits = { factor, minPixels: settings.min_pixels, maxPixels: settings.max_pixels };
		return {
			image: (item) => {
				const canvas = smartResize(item, limits, "shrink");
				const newlines = canvas.height / factor;
				return layoutNative(item, { patch, merge, canvas, newlines, markers: 2, wrapper: markersOnly(2) });
			},
			video: noVideo("HunyuanVL"),
		};
	},
};
