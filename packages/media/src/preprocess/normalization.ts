/**
 * Converts 8-bit values to tower input: rescaling and normalization as one 256-entry table per channel, with the
 * exact rounding of each reference. Sources: transformers 5.18 image_transforms.py (`rescale`, `normalize`),
 * image_processing_backends.py (`_fuse_mean_std_and_rescale_factor`), models/llama4/image_processing_llama4.py.
 */

import { encodeFloats, roundToBfloat16 } from "@onevision/base";
import type { Backend } from "../resample/weights.ts";
import type { FloatType } from "./tensor.ts";

type Channels = readonly [number, number, number];

/** Rescaling, then standardization. */
export interface Normalization {
	/** Factor applied to 0 to 255, usually 1/255. */
	readonly rescale: number;
	/** Per channel, applied to rescaled values; absent if the reference only rescales. */
	readonly standardize?: { readonly mean: Channels; readonly std: Channels };
	/** Computes in bfloat16 instead of float32, as Llama 4 does. */
	readonly inBfloat16?: boolean;
}

/** Red, green and blue: 256 entries each, encoded in the tensor's dtype. */
export type NormalizationTables = readonly [
	Float32Array | Uint16Array,
	Float32Array | Uint16Array,
	Float32Array | Uint16Array,
];

/** The tables of a normalization for one backend. */
export function normalizationTables(
	normalization: Normalization,
	backend: Backend,
	dtype: FloatType,
): NormalizationTables {
	const tone = toneOf(normalization, backend);
	const channel = (index: 0 | 1 | 2): Float32Array | Uint16Array =>
		encodeFloats(
			dtype,
			Float32Array.from({ length: 256 }, (_, value) => tone(value, index)),
		);
	return [channel(0), channel(1), channel(2)];
}

/** The three tables, concatenated. */
export function bytesOfTables(tables: NormalizationTables): Uint8Array {
	const [{ byteLength }] = tables;
	const bytes = new Uint8Array(3 * byteLength);
	tables.forEach((tone, channel) => {
		bytes.set(new Uint8Array(tone.buffer, tone.byteOffset, byteLength), channel * byteLength);
	});
	return bytes;
}

type Tone = (value: number, channel: 0 | 1 | 2) => number;

const single = Math.fround;

function toneOf(normalization: Normalization, backend: Backend): Tone {
	const { rescale, standardize, inBfloat16 } = normalization;
	if (inBfloat16 === true) return bfloat16Tone(normalization);
	if (backend === "pillow") {
		const scaled = (value: number): number => single(value * rescale);
		if (standardize === undefined) return scaled;
		const { mean, std } = standardize;
		return (value, i) => single(single(scaled(value) - single(mean[i])) / single(std[i]));
	}
	if (standardize === undefined) return (value) => single(value * single(rescale));
	// Scales mean and deviation up once instead of scaling every value down.
	const up = single(1 / rescale);
	const { mean, std } = standardize;
	return (value, i) => single(single(value - single(single(mean[i]) * up)) / single(single(std[i]) * up));
}

function bfloat16Tone({ rescale, standardize }: Normalization): Tone {
	const half = roundToBfloat16;
	const scaled = (value: number): number => half(single(value * single(rescale)));
	if (standardize === undefined) return scaled;
	const { mean, std } = standardize;
	return (value, i) => half(single(half(single(scaled(value) - half(mean[i]))) / half(std[i])));
}
