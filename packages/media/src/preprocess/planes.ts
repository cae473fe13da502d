/** Writes a view as `[3, height, width]`, for towers of fixed-size views. */

import { type Kernel, kernelOfThread, Places, place } from "../kernel/kernel.ts";
import type { RgbImage } from "../rgb-image.ts";
import { bytesOfTables, type NormalizationTables } from "./normalization.ts";
import { covered } from "./render.ts";
import type { View, Window } from "./view-plan.ts";

/** Where a view goes in a tensor; strides in elements. */
export interface PlanesTarget {
	readonly data: Float32Array | Uint16Array;
	readonly offset: number;
	/** Stride between rows. Default: the view's width. */
	readonly stride?: number;
	/** Stride between planes. Default: the view's area. */
	readonly plane?: number;
}

/** Bytes of a band, written by the kernel in one call. */
const BAND_BYTES = 128 * 1024;

/** Writes a view of an image; anything beyond the image is black. `scalar` avoids WebAssembly. */
export function writePlanes(
	{ window }: View,
	from: RgbImage,
	tables: NormalizationTables,
	target: PlanesTarget,
	scalar: boolean,
): void {
	const kernel = scalar ? undefined : kernelOfThread();
	const stride = target.stride ?? window.width;
	const plane = target.plane ?? window.width * window.height;
	const whole = { ...target, stride, plane };
	fillOutside(window, from, tables, whole);
	if (kernel === undefined) writeScalar(window, from, tables, whole);
	else writeByKernel(kernel, window, from, tables, whole);
}

/** Fills black rows above and below the image, and the black ends of its own rows. */
function fillOutside(
	window: Window,
	from: RgbImage,
	tables: NormalizationTables,
	{ data, offset, stride, plane }: Required<PlanesTarget>,
): void {
	const { left, right, top, bottom } = covered(window, from);
	const { width, height } = window;
	if (left === 0 && right === width && top === 0 && bottom === height) return;
	tables.forEach((tone, channel) => {
		const black = tone[0] ?? 0;
		for (let row = 0; row < height; row++) {
			const at = offset + channel * plane + row * stride;
			if (row < top || row >= bottom) data.fill(black, at, at + width);
			else {
				data.fill(black, at, at + left);
				data.fill(black, at + right, at + width);
			}
		}
	});
}

function writeScalar(
	window: Window,
	from: RgbImage,
	[red, green, blue]: NormalizationTables,
	{ data, offset, stride, plane }: Required<PlanesTarget>,
): void {
	const { left, right, top, bottom } = covered(window, from);
	const pixels = from.data;
	for (let row = top; row < bottom; row++) {
		let at = ((window.y + row) * from.width + window.x + left) * 3;
		const first = offset + row * stride + left;
		for (let out = first; out < first + right - left; out++, at += 3) {
			data[out] = red[pixels[at] as number] as number;
			data[out + plane] = green[pixels[at + 1] as number] as number;
			data[out + 2 * plane] = blue[pixels[at + 2] as number] as number;
		}
	}
}

function writeByKernel(
	kernel: Kernel,
	window: Window,
	from: RgbImage,
	tables: NormalizationTables,
	{ data, offset, stride, plane }: Required<PlanesTarget>,
): void {
	const { left, right, top, bottom } = covered(window, from);
	const width = right - left;
	if (width === 0) return;
	const pass = data instanceof Float32Array ? kernel.planes32 : kernel.planes16;
	const size = data.BYTES_PER_ELEMENT;
	const places = new Places(kernel.memory);
	const tablesAt = place(kernel, places, bytesOfTables(tables));
	const bandRows = Math.max(1, Math.floor(BAND_BYTES / (width * 3 * size)));
	const rowsAt = places.take(bandRows * width * 3);
	const bandAt = places.take(bandRows * width * 3 * size);
	const bytes = new Uint8Array(kernel.memory.buffer);
	const band = data instanceof Float32Array ? new Float32Array(bytes.buffer) : new Uint16Array(bytes.buffer);
	for (let row = top; row < bottom; row += bandRows) {
		const rows = Math.min(bandRows, bottom - row);
		for (let i = 0; i < rows; i++) {
			const at = ((window.y + row + i) * from.width + window.x + left) * 3;
			bytes.set(from.data.subarray(at, at + width * 3), rowsAt + i * width * 3);
		}
		pass(rowsAt, width * 3, rows, width, tablesAt, bandAt, width, rows * width);
		for (let channel = 0; channel < 3; channel++) {
			const made = bandAt / size + channel * rows * width;
			const out = offset + channel * plane + row * stride + left;
			if (stride === width) data.set(band.subarray(made, made + rows * width), out);
			else {
				for (let i = 0; i < rows; i++) {
					data.set(band.subarray(made + i * width, made + (i + 1) * width), out + i * stride);
				}
			}
		}
	}
}
