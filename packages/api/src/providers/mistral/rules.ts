/**
 * Mistral image tokens as counted by its open tokenizer; that the hosted models bill the same number is inferred.
 * Source: mistral-common 1.12.0 src/mistral_common/tokens/tokenizers/image.py. For the downscaled side, transformers
 * rounds down while this code rounds half to even, so the two can differ by a row or a column.
 */

import { roundHalfEven } from "@onevision/base";
import { type ApiRule, showSize, sizeOf } from "../rule.ts";

export const MISTRAL_SOURCE =
	"mistral-common 1.12.0 src/mistral_common/tokens/tokenizers/image.py; https://docs.mistral.ai/studio/conversations/vision publishes no formula for the hosted models";

export interface MistralConstants {
	/** Side of a patch, px. */
	readonly patch: number;
	/** Patches per side merged into one token. */
	readonly merge: number;
	/** Longest side, px. */
	readonly maxSide: number;
}

export const mistral: ApiRule<MistralConstants, Record<never, never>> = {
	title: "Mistral",
	source: MISTRAL_SOURCE,
	settings: {},
	defaults: () => ({}),
	image: (image, { patch, merge, maxSide }) => {
		const ratio = Math.max(image.height / maxSide, image.width / maxSide);
		const resized =
			ratio > 1
				? {
						width: Math.max(roundHalfEven(image.width / ratio), 1),
						height: Math.max(roundHalfEven(image.height / ratio), 1),
					}
				: sizeOf(image);
		const cell = patch * merge;
		const cols = Math.ceil(resized.width / cell);
		const rows = Math.ceil(resized.height / cell);
		return {
			kind: "image",
			// Each row has its cells plus a break; the last break is the end marker.
			visualTokens: (cols + 1) * rows,
			exactness: "inferred",
			resized,
			frames: 1,
			steps: [
				...(ratio > 1 ? [`fit ${maxSide}: ${showSize(resized)}`] : []),
				`${rows} rows of ${cols} cells and a break`,
			],
		};
	},
};
