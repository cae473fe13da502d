/**
 * What a checkpoint's processors do to pixel values: filter, rescaling, normalisation. No count depends on it; `media`
 * makes pixels by it.
 */

/** One processor, by the keys of its file. A row of the table leaves out what its class does anyway. */
export interface PixelSettings {
	/** A filter by Pillow's number, 0 nearest to 5 hamming. */
	readonly resample?: number;
	readonly doResize?: boolean;
	readonly doRescale?: boolean;
	readonly rescaleFactor?: number;
	readonly doNormalize?: boolean;
	/** One per channel, of values in 0 to 1. */
	readonly mean?: readonly number[];
	readonly std?: readonly number[];
	/** What images are resized to, px. */
	readonly size?: { readonly shortest_edge?: number; readonly height?: number };
	/** Padding before resizing, which some processors do for squares. */
	readonly doPad?: boolean;
}

export interface CheckpointPixels {
	readonly image: PixelSettings;
	/** Absent: as images. */
	readonly video?: PixelSettings;
	/** Where the values were read. */
	readonly source: string;
}

interface Normalization {
	readonly mean: readonly [number, number, number];
	readonly std: readonly [number, number, number];
	readonly source: string;
}

const IMAGE_UTILS = "transformers 5.18.0 src/transformers/image_utils.py";

/** Means and deviations of red, green and blue that processors share. */
export const NORMALIZATIONS = {
	clip: {
		mean: [0.48145466, 0.4578275, 0.40821073],
		std: [0.26862954, 0.26130258, 0.27577711],
		source: `${IMAGE_UTILS} OPENAI_CLIP_MEAN, OPENAI_CLIP_STD`,
	},
	imagenet: {
		mean: [0.485, 0.456, 0.406],
		std: [0.229, 0.224, 0.225],
		source: `${IMAGE_UTILS} IMAGENET_DEFAULT_MEAN, IMAGENET_DEFAULT_STD`,
	},
	/** To −1 to 1. */
	half: {
		mean: [0.5, 0.5, 0.5],
		std: [0.5, 0.5, 0.5],
		source: `${IMAGE_UTILS} IMAGENET_STANDARD_MEAN, IMAGENET_STANDARD_STD`,
	},
	/** Left as 0 to 1. */
	none: {
		mean: [0, 0, 0],
		std: [1, 1, 1],
		source: "transformers 5.18.0 models/gemma4/image_processing_gemma4.py",
	},
} as const satisfies Record<string, Normalization>;
export type NormalizationId = keyof typeof NORMALIZATIONS;

/** Settings that normalise by a row of the table. */
export function normalizedBy(id: NormalizationId): PixelSettings {
	const { mean, std } = NORMALIZATIONS[id];
	return { mean, std };
}
