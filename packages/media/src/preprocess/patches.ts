/** Pictures written as rows of flattened patches, for towers that take any resolution. */

import type { Picture } from "../picture.ts";
import type { Tones } from "./tones.ts";

/** Sides of Qwen-VL's patches. */
export interface MergedPatches {
	/** px. */
	readonly patch: number;
	/** Patches per side that follow one another, to be merged into one token. */
	readonly merge: number;
}

/**
 * Qwen-VL's order: `[rows / merge, cols / merge, merge, merge]` patches, each `[3, frames, patch, patch]`; one entry
 * of `frames` per time step of the patch. Source: transformers 5.18 models/qwen2_vl (`patchify`).
 */
export function writeMergedPatches(
	frames: readonly Picture[],
	tones: Tones,
	{ patch, merge }: MergedPatches,
	target: Float32Array | Uint16Array,
	offset: number,
): void {
	const area = patch * patch;
	const plane = frames.length * area;
	frames.forEach((frame, time) => {
		let out = offset + time * area;
		for (const { row, col } of mergedOrder(frame, patch, merge)) {
			writePatch(frame, row * patch, col * patch, patch, tones, target, out, plane);
			out += 3 * plane;
		}
	});
}

function* mergedOrder({ width, height }: Picture, patch: number, merge: number) {
	const rows = height / patch;
	const cols = width / patch;
	for (let top = 0; top < rows; top += merge) {
		for (let left = 0; left < cols; left += merge) {
			for (let row = top; row < top + merge; row++) {
				for (let col = left; col < left + merge; col++) yield { row, col };
			}
		}
	}
}

/** One patch as three planes, `plane` apart. */
function writePatch(
	{ width, data }: Picture,
	top: number,
	left: number,
	patch: number,
	[red, green, blue]: Tones,
	target: Float32Array | Uint16Array,
	offset: number,
	plane: number,
): void {
	let out = offset;
	for (let row = top; row < top + patch; row++) {
		let at = (row * width + left) * 3;
		for (let col = 0; col < patch; col++, at += 3, out++) {
			target[out] = red[data[at] as number] as number;
			target[out + plane] = green[data[at + 1] as number] as number;
			target[out + 2 * plane] = blue[data[at + 2] as number] as number;
		}
	}
}

/**
 * Gemma 4's order: patches row by row, each `[patch, patch, 3]`.
 * Source: transformers 5.18 models/gemma4/image_processing_gemma4.py (`convert_image_to_patches`).
 */
export function writePatchRows(
	{ width, height, data }: Picture,
	[red, green, blue]: Tones,
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
