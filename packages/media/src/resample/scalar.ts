/**
 * Resizes in plain JavaScript, with the same bits as the kernel. Used where WebAssembly is missing, and as the
 * kernel's test reference.
 */

import type { Size } from "@onevision/base";
import { type RgbImage, rgbImage } from "../rgb-image.ts";
import type { AxisWeights } from "./weights.ts";

/** Resizes in width, then in height, rounding each pass to 8 bits. An axis without weights is left unchanged. */
export function resizeScalar(
	source: RgbImage,
	size: Size,
	horizontal: AxisWeights | undefined,
	vertical: AxisWeights | undefined,
): RgbImage {
	const { width } = size;
	const wide =
		horizontal === undefined
			? source
			: rgbImage({ width, height: source.height }, resizeRows(source, width, horizontal));
	return vertical === undefined ? wide : rgbImage(size, resizeColumns(wide, size.height, vertical));
}

function resizeRows(source: RgbImage, width: number, axis: AxisWeights): Uint8Array {
	const { starts, counts, weights, taps, shift } = axis;
	const half = 1 << (shift - 1);
	const { data } = source;
	const target = new Uint8ClampedArray(width * source.height * 3); // [height, width, 3]
	let out = 0;
	for (let y = 0; y < source.height; y++) {
		const row = y * source.width * 3;
		for (let x = 0; x < width; x++) {
			let [red, green, blue] = [half, half, half];
			let from = row + at(starts, x) * 3;
			const end = x * taps + at(counts, x);
			for (let tap = x * taps; tap < end; tap++, from += 3) {
				const weight = at(weights, tap);
				red = (red + Math.imul(at(data, from), weight)) | 0;
				green = (green + Math.imul(at(data, from + 1), weight)) | 0;
				blue = (blue + Math.imul(at(data, from + 2), weight)) | 0;
			}
			target[out++] = red >> shift;
			target[out++] = green >> shift;
			target[out++] = blue >> shift;
		}
	}
	return new Uint8Array(target.buffer);
}

function resizeColumns(source: RgbImage, height: number, axis: AxisWeights): Uint8Array {
	const { starts, counts, weights, taps, shift } = axis;
	const half = 1 << (shift - 1);
	const stride = source.width * 3;
	const target = new Uint8ClampedArray(stride * height); // [height, width, 3]
	const sums = new Int32Array(stride);
	for (let y = 0; y < height; y++) {
		sums.fill(half);
		let from = at(starts, y) * stride;
		const end = y * taps + at(counts, y);
		for (let tap = y * taps; tap < end; tap++, from += stride) {
			const weight = at(weights, tap);
			for (let x = 0; x < stride; x++) {
				sums[x] = (at(sums, x) + Math.imul(at(source.data, from + x), weight)) | 0;
			}
		}
		const out = y * stride;
		for (let x = 0; x < stride; x++) target[out + x] = at(sums, x) >> shift;
	}
	return new Uint8Array(target.buffer);
}

/** An element whose index is known to be in range. */
function at(array: Uint8Array | Int32Array, index: number): number {
	return array[index] as number;
}
