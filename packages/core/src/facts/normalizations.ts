/**
 * What a checkpoint's processors do to pixel values: resampling filter, rescaling, normalization. No token count
 * depends on these; `media` uses them to compute pixels.
 */

/** Settings of one processor, named as in its file. Rows omit settings whose class default already applies. */
export interface PixelSettings {
	/** Pillow's filter number, from 0 (nearest) to 5 (hamming). */
	readonly resample?: number;
	readonly doResize?: boolean;
	readonly doRescale?: boolean;
	readonly rescaleFactor?: number;
	readonly doNormalize?: boolean;
	/** One value per channel, for pixel values in 0 to 1. */
	readonly mean?: readonly number[];
	readonly std?: readonly number[];
	/** Target size for resizing images, px. */
	readonly size?: { readonly shortest_edge?: number; readonly height?: number };
	/** Padding before resizing, which some processors use to make squares. */
	readonly doPad?: boolean;
}

export interface CheckpointPixels {
	readonly image: PixelSettings;
	/** Absent: same as for images. */
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

/** Per-channel means and deviations (red, green, blue) shared by several processors. */
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
	/** Maps to −1 to 1. */
	half: {
		mean: [0.5, 0.5, 0.5],
		std: [0.5, 0.5, 0.5],
		source: `${IMAGE_UTILS} IMAGENET_STANDARD_MEAN, IMAGENET_STANDARD_STD`,
	},
	/** Keeps values in 0 to 1. */
	none: {
		mean: [0, 0, 0],
		std: [1, 1, 1],
		source: "transformers 5.18.0 models/gemma4/image_processing_gemma4.py",
	},
} as const satisfies Record<string, Normalization>;
export type NormalizationId = keyof typeof NORMALIZATIONS;

/** Settings that normalize with a row of the table. */
export function normalizedBy(id: NormalizationId): PixelSettings {
	const { mean, std } = NORMALIZATIONS[id];
	return { mean, std };
}
