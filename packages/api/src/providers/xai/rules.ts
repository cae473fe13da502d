/**
 * Grok image tokens: 448-px tiles of 256 tokens each plus one extra tile, at most six. The grid is not documented, so
 * the result is a range. Source: docs.x.ai/docs/guides/image-understanding, copy of 2025.
 */

import { choice } from "@onevision/base/schema";
import { type ApiRule, sizeOf } from "../rule.ts";

export const GROK_SOURCE =
	"https://docs.x.ai/docs/guides/image-understanding, copy of 2025; the page of 2026 was not read for the rule";

export interface GrokConstants {
	readonly tileTokens: number;
	readonly mostTiles: number;
}

const DETAILS = ["low", "high", "auto"] as const;

export const grok: ApiRule<GrokConstants, { readonly detail: (typeof DETAILS)[number] }> = {
	title: "Grok",
	source: GROK_SOURCE,
	settings: {
		detail: choice("How closely the model looks at an image; its effect is not documented", DETAILS),
	},
	defaults: () => ({ detail: "auto" }),
	image: (image, { tileTokens, mostTiles }) => {
		const max = (mostTiles + 1) * tileTokens;
		return {
			kind: "image",
			visualTokens: max,
			exactness: "range",
			range: {
				min: 2 * tileTokens,
				max,
				why: `1 to ${mostTiles} tiles and one more; xAI does not say how the number of tiles is chosen. The answer's prompt_tokens_details.image_tokens tells`,
			},
			resized: sizeOf(image),
			frames: 1,
			steps: [`1 to ${mostTiles} tiles of 448 px × ${tileTokens}, one tile more`],
		};
	},
};
