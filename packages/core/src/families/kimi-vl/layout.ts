/**
 * Kimi-VL: MoonViT at the image's native resolution with a patch budget, padded to whole tokens. Source: the image
 * processor of huggingface.co/moonshotai/Kimi-VL-A3B-Instruct (image_processing_kimi_vl.py `rescale`), read in copies
 * of it.
 */

import { OnevisionError } from "@onevision/base";
import { integer } from "@onevision/base/schema";
import { maxPixelsKnob } from "../../layouts/max-pixels.ts";
import { layoutNative } from "../../layouts/native-clip.ts";
import type { MergedPatches } from "../../layouts/native-resolution.ts";
import { navitResize } from "../../layouts/navit-resize.ts";
import { estimateTextTokens } from "../../layouts/timestamps.ts";
import { type Family, noVideo } from "../family.ts";

export interface KimiVlConstants extends MergedPatches {
	/** Maximum patches of an image (`in_token_limit`). */
	readonly maxPatches: number;
}

export type KimiVlSettings = {
	readonly in_token_limit: number;
};

/** Sides of this many patches or more have no position embeddings. */
const SIDE_LIMIT = 512;
const IMAGE_TOKENS = [64, 128, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096];

export const kimiVl: Family<KimiVlConstants, KimiVlSettings> = {
	title: "Kimi-VL",
	source: "huggingface.co/moonshotai/Kimi-VL-A3B-Instruct image_processing_kimi_vl.py",
	parities: ["original"],
	scenarios: ["single-image", "multi-image"],
	settings: { in_token_limit: integer("Most patches of an image", { min: 1, max: 2 ** 32 }) },
	defaults: ({ maxPatches }) => ({ in_token_limit: maxPatches }),
	knobs: ({ merge, maxPatches }) => {
		const tokens = IMAGE_TOKENS.filter((count) => count * merge ** 2 <= maxPatches);
		const limit = maxPixelsKnob("in_token_limit", tokens, merge ** 2, "at most {} tokens per image");
		return { "single-image": [limit], "multi-image": [limit], video: [] };
	},
	counter: ({ patch, merge }, settings) => ({
		image: (item) => {
			const limits = { patch, merge, maxPatches: settings.in_token_limit, maxSide: undefined };
			const fitted = navitResize(item, limits);
			if (Math.max(fitted.canvas.width, fitted.canvas.height) >= SIDE_LIMIT * patch) {
				throw new OnevisionError(
					"unsupported",
					`${item.width}x${item.height} has a side of ${SIDE_LIMIT * patch} px or more: shrink the image first`,
				);
			}
			const text = ["image"];
			const wrapper = { markers: 3, text, estimatedTextTokens: estimateTextTokens(text) };
			return layoutNative(item, { patch, merge, ...fitted, wrapper });
		},
		video: noVideo("Kimi-VL"),
	}),
};
