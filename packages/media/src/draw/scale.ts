/**
 * A picture in another size, for people and sheets to look at: a triangle filter as wide as a target pixel, so that
 * making smaller averages and making larger interpolates. What a model's processor does to pixels is not done here.
 */

import type { Size } from "@onevision/core";
import { type Picture, picture } from "../picture.ts";

/** The picture at `size`; the very same one where it has that size. */
export function scalePicture(source: Picture, size: Size): Picture {
	if (source.width === size.width && source.height === size.height) return source;
	const across = tapsOf(source.width, size.width);
	const down = tapsOf(source.height, size.height);
	const narrow = new Float32Array(source.height * size.width * 3); // [source height, width, 3]
	for (let y = 0; y < source.height; y++) {
		const row = y * source.width * 3;
		across.forEach(({ first, weights }, x) => {
			for (let channel = 0; channel < 3; channel++) {
				let sum = 0;
				for (let tap = 0; tap < weights.length; tap++) {
					sum += (weights[tap] ?? 0) * (source.data[row + (first + tap) * 3 + channel] ?? 0);
				}
				narrow[(y * size.width + x) * 3 + channel] = sum;
			}
		});
	}
	const data = new Uint8Array(size.width * size.height * 3);
	const stride = size.width * 3;
	down.forEach(({ first, weights }, y) => {
		for (let at = 0; at < stride; at++) {
			let sum = 0;
			for (let tap = 0; tap < weights.length; tap++) {
				sum += (weights[tap] ?? 0) * (narrow[(first + tap) * stride + at] ?? 0);
			}
			data[y * stride + at] = Math.min(255, Math.floor(sum + 0.5));
		}
	});
	return picture(size, data);
}

/** Which source pixels make a target pixel, and by which shares of 1. */
interface Taps {
	readonly first: number;
	readonly weights: readonly number[];
}

function tapsOf(from: number, to: number): Taps[] {
	const ratio = from / to;
	const reach = Math.max(1, ratio);
	return Array.from({ length: to }, (_, index) => {
		const center = (index + 0.5) * ratio;
		const first = Math.max(0, Math.floor(center - reach + 0.5));
		const last = Math.min(from - 1, Math.floor(center + reach - 0.5));
		const raw = Array.from({ length: last - first + 1 }, (_, tap) =>
			Math.max(0, 1 - Math.abs(first + tap + 0.5 - center) / reach),
		);
		const sum = raw.reduce((total, weight) => total + weight, 0);
		return { first, weights: raw.map((weight) => weight / sum) };
	});
}
