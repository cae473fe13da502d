/** Writes images as rows of flattened patches, for native-resolution towers. */

import { type Kernel, kernelOfThread, Places, place } from "../kernel/kernel.ts";
import type { RgbImage } from "../rgb-image.ts";
import { bytesOfTables, type NormalizationTables } from "./normalization.ts";

/** Side lengths of Qwen-VL's patches. */
export interface MergedPatches {
	/** px. */
	readonly patch: number;
	/** Patches per side of a group that is stored contiguously and merged into one token. */
	readonly merge: number;
}

/** Bytes of patches that the kernel writes per call. */
const RUN_BYTES = 256 * 1024;

/**
 * Qwen-VL's order: `[rows / merge, cols / merge, merge, merge]` patches, each `[3, times, patch, patch]`. Takes one
 * image per time step, or a single one for all steps. Source: transformers 5.18 models/qwen2_vl (`patchify`).
 */
export function writeMergedPatches(
	images: readonly RgbImage[],
	times: number,
	tables: NormalizationTables,
	patches: MergedPatches,
	target: Float32Array | Uint16Array,
	offset: number,
	scalar: boolean,
): void {
	const kernel = scalar ? undefined : kernelOfThread();
	if (kernel !== undefined) writeByKernel(kernel, images, times, tables, patches, target, offset);
	else {
		for (let time = 0; time < times; time++) {
			const image = images[Math.min(time, images.length - 1)];
			if (image !== undefined) writeTime(image, time, times, tables, patches, target, offset);
		}
	}
}

function writeTime(
	image: RgbImage,
	time: number,
	times: number,
	[red, green, blue]: NormalizationTables,
	{ patch, merge }: MergedPatches,
	target: Float32Array | Uint16Array,
	offset: number,
): void {
	const { width, data } = image;
	const area = patch * patch;
	const plane = times * area;
	let first = offset + time * area;
	for (const { top, left } of mergedOrder(image, patch, merge)) {
		let out = first;
		for (let row = top; row < top + patch; row++) {
			let at = (row * width + left) * 3;
			for (let col = 0; col < patch; col++, at += 3, out++) {
				target[out] = red[data[at] as number] as number;
				target[out + plane] = green[data[at + 1] as number] as number;
				target[out + 2 * plane] = blue[data[at + 2] as number] as number;
			}
		}
		first += 3 * plane;
	}
}

/** Top-left corners of the patches, px, in tensor order. */
function* mergedOrder({ width, height }: RgbImage, patch: number, merge: number) {
	const block = patch * merge;
	for (let y = 0; y < height; y += block) {
		for (let x = 0; x < width; x += block) {
			for (let top = y; top < y + block; top += patch) {
				for (let left = x; left < x + block; left += patch) yield { top, left };
			}
		}
	}
}

function writeByKernel(
	kernel: Kernel,
	images: readonly RgbImage[],
	times: number,
	tables: NormalizationTables,
	{ patch, merge }: MergedPatches,
	target: Float32Array | Uint16Array,
	offset: number,
): void {
	const [first] = images;
	if (first === undefined) return;
	const { width, height } = first;
	const size = target.BYTES_PER_ELEMENT;
	const pass = target instanceof Float32Array ? kernel.patches32 : kernel.patches16;
	const block = patch * merge;
	const blocks = width / block;
	const blockElements = merge * merge * 3 * times * patch * patch;
	const runBlocks = Math.min(blocks, Math.max(1, Math.floor(RUN_BYTES / (blockElements * size))));
	const bandBytes = block * width * 3;
	const places = new Places(kernel.memory);
	const tablesAt = place(kernel, places, bytesOfTables(tables));
	const bandsAt = images.map(() => places.take(bandBytes));
	const runAt = places.take(runBlocks * blockElements * size);
	const bytes = new Uint8Array(kernel.memory.buffer);
	const run = target instanceof Float32Array ? new Float32Array(bytes.buffer) : new Uint16Array(bytes.buffer);
	const copies = images.length === 1 ? times : 1;
	let out = offset;
	for (let top = 0; top < height; top += block) {
		images.forEach(({ data }, time) => {
			bytes.set(data.subarray(top * width * 3, top * width * 3 + bandBytes), bandsAt[time] ?? 0);
		});
		for (let left = 0; left < blocks; left += runBlocks) {
			const count = Math.min(runBlocks, blocks - left);
			bandsAt.forEach((bandAt, time) => {
				const at = bandAt + left * block * 3;
				const made = runAt + time * patch * patch * size;
				pass(at, width * 3, count, merge, patch, times, copies, tablesAt, made);
			});
			target.set(run.subarray(runAt / size, runAt / size + count * blockElements), out);
			out += count * blockElements;
		}
	}
}

/**
 * Gemma 4's order: patches row by row, each `[patch, patch, 3]`.
 * Source: transformers 5.18 models/gemma4/image_processing_gemma4.py (`convert_image_to_patches`).
 */
export function writePatchRows(
	image: RgbImage,
	tables: NormalizationTables,
	patch: number,
	target: Float32Array | Uint16Array,
	offset: number,
	scalar: boolean,
): void {
	const kernel = scalar ? undefined : kernelOfThread();
	if (kernel === undefined) writeRows(image, tables, patch, target, offset);
	else writeRowsByKernel(kernel, image, tables, patch, target, offset);
}

function writeRows(
	{ width, height, data }: RgbImage,
	[red, green, blue]: NormalizationTables,
	patch: number,
	target: Float32Array | Uint16Array,
	offset: number,
): void {
	let out = offset;
	for (let top = 0; top < height; top += patch) {
		for (let left = 0; left < width; left += patch) {
			for (let row = top; row < top + patch; row++) {
				let at = (row * width + left) * 3;
				for (let col = 0; col < patch; col++, at += 3, out += 3) {
					target[out] = red[data[at] as number] as number;
					target[out + 1] = green[data[at + 1] as number] as number;
					target[out + 2] = blue[data[at + 2] as number] as number;
				}
			}
		}
	}
}

function writeRowsByKernel(
	kernel: Kernel,
	{ width, height, data }: RgbImage,
	tables: NormalizationTables,
	patch: number,
	target: Float32Array | Uint16Array,
	offset: number,
): void {
	const size = target.BYTES_PER_ELEMENT;
	const pass = target instanceof Float32Array ? kernel.patchRows32 : kernel.patchRows16;
	const band = patch * width * 3;
	const places = new Places(kernel.memory);
	const tablesAt = place(kernel, places, bytesOfTables(tables));
	const bandAt = places.take(band);
	const madeAt = places.take(band * size);
	const bytes = new Uint8Array(kernel.memory.buffer);
	const made =
		target instanceof Float32Array ? new Float32Array(bytes.buffer) : new Uint16Array(bytes.buffer);
	for (let at = 0; at < height * width * 3; at += band) {
		bytes.set(data.subarray(at, at + band), bandAt);
		pass(bandAt, width * 3, width / patch, patch, tablesAt, madeAt);
		target.set(made.subarray(madeAt / size, madeAt / size + band), offset + at);
	}
}
