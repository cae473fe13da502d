/**
 * Amazon Nova. For version 1, five approximate counts are published but no rule, so the result is a range that spans
 * them. Version 2 Lite bills a flat number per image; the context it takes is separate and not published. Sources:
 * docs.aws.amazon.com/nova/latest/userguide/modalities-image.html, modalities-video.html and
 * nova2-userguide/using-multimodal-models.html.
 */

import { roundHalfEven } from "@onevision/base";
import { type ApiRule, secondsOf, sizeOf } from "../rule.ts";

export const NOVA_1_SOURCE =
	"https://docs.aws.amazon.com/nova/latest/userguide/modalities-image.html (five approximate counts); video: …/modalities-video.html (672x672 frames, 1 fps to 16 minutes, then 960 frames), 288 tokens per frame: not read there";
export const NOVA_2_SOURCE =
	"https://docs.aws.amazon.com/nova/latest/nova2-userguide/using-multimodal-models.html";

export interface Nova1Constants {
	/** A smaller image is enlarged until its longer side reaches this, px. */
	readonly longSide: number;
	/** The published pairs of pixels and approximate tokens with the lowest and the highest density. */
	readonly thinnest: { readonly pixels: number; readonly tokens: number };
	readonly densest: { readonly pixels: number; readonly tokens: number };
	readonly frameSide: number;
	readonly frameTokens: number;
	readonly mostFrames: number;
}

export const nova1: ApiRule<Nova1Constants, Record<never, never>> = {
	title: "Amazon Nova 1",
	source: NOVA_1_SOURCE,
	settings: {},
	defaults: () => ({}),
	image: (image, { longSide, thinnest, densest }) => {
		const scale = Math.max(1, longSide / Math.max(image.width, image.height));
		const resized = {
			width: Math.max(1, roundHalfEven(image.width * scale)),
			height: Math.max(1, roundHalfEven(image.height * scale)),
		};
		const pixels = resized.width * resized.height;
		const min = Math.max(1, Math.floor((pixels * thinnest.tokens) / thinnest.pixels));
		const max = Math.max(1, Math.ceil((pixels * densest.tokens) / densest.pixels));
		return {
			kind: "image",
			visualTokens: max,
			exactness: "range",
			range: {
				min,
				max,
				why: "no rule is published: bounds from the densest and the thinnest of five approximate examples",
			},
			resized,
			frames: 1,
			steps: [
				...(scale > 1 ? [`longer side raised to ${longSide}`] : []),
				"snapping to the nearest of the listed aspect ratios is not modeled",
			],
		};
	},
	video: (video, { frameSide, frameTokens, mostFrames }) => {
		const frames = Math.min(mostFrames, Math.max(1, Math.ceil(Number(secondsOf(video).toFixed(6)))));
		return {
			kind: "video",
			visualTokens: frames * frameTokens,
			exactness: "inferred",
			resized: { width: frameSide, height: frameSide },
			frames,
			steps: [
				`1 frame per second, at most ${mostFrames}: ${frames} frames`,
				`${frameTokens} tokens per frame: unverified, not read on the provider's page`,
			],
		};
	},
};

export interface Nova2Constants {
	readonly billedPerImage: number;
}

export const nova2: ApiRule<Nova2Constants, Record<never, never>> = {
	title: "Amazon Nova 2",
	source: NOVA_2_SOURCE,
	settings: {},
	defaults: () => ({}),
	image: (image, { billedPerImage }) => ({
		kind: "image",
		visualTokens: billedPerImage,
		billedTokens: billedPerImage,
		contextUnknown: true,
		exactness: "documented",
		resized: sizeOf(image),
		frames: 1,
		steps: [
			`billed at ${billedPerImage} tokens whatever the size; what it takes of the context varies and is not published`,
		],
	}),
};
