/**
 * Resizes with the WebAssembly kernel (kernel/resample.ts). Rows pass through its memory in bands that fit the CPU
 * cache, so memory use does not grow with the image.
 */

import { type Kernel, Places, place } from "../kernel/kernel.ts";
import type { RgbImage } from "../rgb-image.ts";
import type { PackedAxis } from "./packed.ts";

/** Source bytes copied in per call. */
const BAND_BYTES = 96 * 1024;
/** Target rows produced between two copies out. */
const BLOCK_ROWS = 16;
/** Resizes in width, then in height. An axis without weights is left unchanged; at least one axis has weights. */
export function resizeByKernel(
	kernel: Kernel,
	source: RgbImage,
	target: RgbImage,
	horizontal: PackedAxis | undefined,
	vertical: PackedAxis | undefined,
): void {
	if (vertical !== undefined) resizeBands(kernel, source, target, horizontal, vertical);
	else if (horizontal !== undefined) resizeWidth(kernel, source, target, horizontal);
}

/** Resizes the width only: rows in, rows out. */
function resizeWidth(kernel: Kernel, source: RgbImage, target: RgbImage, axis: PackedAxis): void {
	const places = new Places(kernel.memory);
	const stride = paddedStride(target.width);
	const bandRows = Math.max(4, Math.floor(BAND_BYTES / (source.width * 3)));
	const pass = horizontalPass(kernel, places, source, axis, bandRows, stride);
	const rowsAt = places.take(bandRows * stride);
	for (let row = 0; row < source.height; row += bandRows) {
		const rows = Math.min(bandRows, source.height - row);
		pass(row, rows, rowsAt);
		const bytes = new Uint8Array(kernel.memory.buffer);
		for (let i = 0; i < rows; i++) {
			const from = rowsAt + i * stride;
			target.data.set(bytes.subarray(from, from + target.width * 3), (row + i) * target.width * 3);
		}
	}
}

/**
 * Resizes both axes, or the height only. A window of rows already resized in width slides down the image. A block of
 * target rows is computed as soon as the window holds its source rows.
 */
function resizeBands(
	kernel: Kernel,
	source: RgbImage,
	target: RgbImage,
	horizontal: PackedAxis | undefined,
	vertical: PackedAxis,
): void {
	const places = new Places(kernel.memory);
	const stride = horizontal === undefined ? target.width * 3 : paddedStride(target.width);
	const bandRows = Math.max(4, Math.floor(BAND_BYTES / (source.width * 3)));
	const fill =
		horizontal === undefined
			? copyPass(kernel, source)
			: horizontalPass(kernel, places, source, horizontal, bandRows, stride);
	const { axis } = vertical;
	const weightsAt = place(kernel, places, vertical.bytes);
	const blockRows = Math.min(BLOCK_ROWS, target.height);
	const blockAt = places.take(blockRows * target.width * 3);
	// Twice what one block needs, so that rows are rarely moved up, plus one row for odd tap counts.
	const capacity = 2 * (mostRows(axis, blockRows) + bandRows);
	const windowAt = places.take((capacity + 1) * stride);
	const pass = vertical.isWide ? kernel.verticalWide : kernel.verticalNarrow;
	let first = 0; // first source row in the window
	let end = 0; // one past its last source row
	for (let y = 0; y < target.height; y += blockRows) {
		const rows = Math.min(blockRows, target.height - y);
		const from = axis.starts[y] ?? 0;
		const needed = lastRow(axis, y, rows);
		if (needed - first > capacity) {
			const kept = windowAt + (from - first) * stride;
			new Uint8Array(kernel.memory.buffer).copyWithin(windowAt, kept, windowAt + (end - first) * stride);
			first = Math.min(from, end);
		}
		while (end < needed) {
			const more = Math.min(bandRows, needed - end);
			fill(end, more, windowAt + (end - first) * stride);
			end += more;
		}
		for (let i = 0; i < rows; i++) {
			const start = axis.starts[y + i] ?? 0;
			pass(
				windowAt + (start - first) * stride,
				stride,
				blockAt + i * target.width * 3,
				target.width * 3,
				vertical.groups[y + i] ?? 0,
				weightsAt + (vertical.offsets[y + i] ?? 0),
				axis.shift,
			);
		}
		const made = new Uint8Array(kernel.memory.buffer, blockAt, rows * target.width * 3);
		target.data.set(made, y * target.width * 3);
	}
}

/** Writes `rows` source rows starting at `row`, resized in width, to an address in kernel memory. */
type RowPass = (row: number, rows: number, targetAt: number) => void;

function horizontalPass(
	kernel: Kernel,
	places: Places,
	source: RgbImage,
	packed: PackedAxis,
	bandRows: number,
	targetStride: number,
): RowPass {
	const { axis, groups, bytes, isWide } = packed;
	const startsAt = place(kernel, places, new Uint8Array(axis.starts.buffer));
	const groupsAt = place(kernel, places, new Uint8Array(groups.buffer));
	const weightsAt = place(kernel, places, bytes);
	const stride = source.width * 3;
	const bandAt = places.take(bandRows * stride);
	const pass = isWide ? kernel.horizontalWide : kernel.horizontalNarrow;
	return (row, rows, targetAt) => {
		const band = source.data.subarray(row * stride, (row + rows) * stride);
		new Uint8Array(kernel.memory.buffer).set(band, bandAt);
		const width = axis.starts.length;
		pass(bandAt, stride, targetAt, targetStride, rows, width, startsAt, groupsAt, weightsAt, axis.shift);
	};
}

/** The row pass for an image that keeps its width. */
function copyPass(kernel: Kernel, source: RgbImage): RowPass {
	const stride = source.width * 3;
	return (row, rows, targetAt) => {
		const band = source.data.subarray(row * stride, (row + rows) * stride);
		new Uint8Array(kernel.memory.buffer).set(band, targetAt);
	};
}

/** Row stride where the kernel writes four bytes per pixel: the extra byte must not overwrite the next row. */
function paddedStride(width: number): number {
	return Math.ceil((width * 3 + 1) / 16) * 16;
}

/** One past the last source row needed by target rows `y` to `y + rows - 1`. */
function lastRow({ starts, counts }: PackedAxis["axis"], y: number, rows: number): number {
	let end = 0;
	for (let i = y; i < y + rows; i++) end = Math.max(end, (starts[i] ?? 0) + (counts[i] ?? 0));
	return end;
}

/** Maximum number of source rows needed by a block of target rows. */
function mostRows(axis: PackedAxis["axis"], blockRows: number): number {
	let most = 0;
	for (let y = 0; y < axis.starts.length; y += blockRows) {
		const rows = Math.min(blockRows, axis.starts.length - y);
		most = Math.max(most, lastRow(axis, y, rows) - (axis.starts[y] ?? 0));
	}
	return most;
}
