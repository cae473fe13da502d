/**
 * The inner loops that turn 8-bit RGB into a tower's numbers, in AssemblyScript. Every value is looked up in a table of
 * 256 entries per channel, 768 in all, so that any rounding of a reference is met; `T` is the stored type.
 */

/** Rows as three planes. Strides and `plane` in elements of `T`; `sourceStride` in bytes. */
@inline
function planes<T>(
	source: usize,
	sourceStride: usize,
	rows: i32,
	width: i32,
	tables: usize,
	target: usize,
	targetStride: usize,
	plane: usize,
): void {
	const size = sizeof<T>();
	const green = tables + 256 * size;
	const blue = green + 256 * size;
	const planeBytes = plane * size;
	for (let row = 0; row < rows; row++) {
		let from = source;
		let out = target;
		const end = source + <usize>width * 3;
		while (from < end) {
			store<T>(out, load<T>(tables + <usize>load<u8>(from) * size));
			store<T>(out + planeBytes, load<T>(green + <usize>load<u8>(from, 1) * size));
			store<T>(out + 2 * planeBytes, load<T>(blue + <usize>load<u8>(from, 2) * size));
			from += 3;
			out += size;
		}
		source += sourceStride;
		target += targetStride * size;
	}
}

/**
 * A run of `blocks` blocks of `merge` × `merge` patches, each patch `[3, frames, patch, patch]`, written at time 0 and,
 * if `copies` is more than 1, repeated behind it.
 */
@inline
function patches<T>(
	source: usize,
	sourceStride: usize,
	blocks: i32,
	merge: i32,
	patch: i32,
	frames: i32,
	copies: i32,
	tables: usize,
	target: usize,
): void {
	const size = sizeof<T>();
	const area = <usize>(patch * patch) * size;
	const plane = area * <usize>frames;
	const patchBytes = <usize>patch * 3;
	for (let block = 0; block < blocks; block++) {
		for (let row = 0; row < merge; row++) {
			for (let col = 0; col < merge; col++) {
				const at =
					source + <usize>(row * patch) * sourceStride + <usize>(block * merge + col) * patchBytes;
				planes<T>(at, sourceStride, patch, patch, tables, target, <usize>patch, plane / size);
				for (let copy = 1; copy < copies; copy++) {
					const behind = <usize>copy * area;
					for (let channel: usize = 0; channel < 3; channel++) {
						const first = target + channel * plane;
						memory.copy(first + behind, first, area);
					}
				}
				target += 3 * plane;
			}
		}
	}
}

/** A row of `patches` patches side by side, each `[patch, patch, 3]`: channels stay together. */
@inline
function patchRows<T>(
	source: usize,
	sourceStride: usize,
	patches: i32,
	patch: i32,
	tables: usize,
	target: usize,
): void {
	const size = sizeof<T>();
	const green = tables + 256 * size;
	const blue = green + 256 * size;
	const patchBytes = <usize>patch * 3;
	for (let i = 0; i < patches; i++) {
		let rowAt = source;
		for (let row = 0; row < patch; row++) {
			let from = rowAt;
			const end = from + patchBytes;
			while (from < end) {
				store<T>(target, load<T>(tables + <usize>load<u8>(from) * size));
				store<T>(target + size, load<T>(green + <usize>load<u8>(from, 1) * size));
				store<T>(target + 2 * size, load<T>(blue + <usize>load<u8>(from, 2) * size));
				from += 3;
				target += 3 * size;
			}
			rowAt += sourceStride;
		}
		source += patchBytes;
	}
}

export function planes32(
	source: usize,
	sourceStride: usize,
	rows: i32,
	width: i32,
	tables: usize,
	target: usize,
	targetStride: usize,
	plane: usize,
): void {
	planes<u32>(source, sourceStride, rows, width, tables, target, targetStride, plane);
}

export function planes16(
	source: usize,
	sourceStride: usize,
	rows: i32,
	width: i32,
	tables: usize,
	target: usize,
	targetStride: usize,
	plane: usize,
): void {
	planes<u16>(source, sourceStride, rows, width, tables, target, targetStride, plane);
}

export function patches32(
	source: usize,
	sourceStride: usize,
	blocks: i32,
	merge: i32,
	patch: i32,
	frames: i32,
	copies: i32,
	tables: usize,
	target: usize,
): void {
	patches<u32>(source, sourceStride, blocks, merge, patch, frames, copies, tables, target);
}

export function patches16(
	source: usize,
	sourceStride: usize,
	blocks: i32,
	merge: i32,
	patch: i32,
	frames: i32,
	copies: i32,
	tables: usize,
	target: usize,
): void {
	patches<u16>(source, sourceStride, blocks, merge, patch, frames, copies, tables, target);
}

export function patchRows32(
	source: usize,
	sourceStride: usize,
	patches: i32,
	patch: i32,
	tables: usize,
	target: usize,
): void {
	patchRows<u32>(source, sourceStride, patches, patch, tables, target);
}

export function patchRows16(
	source: usize,
	sourceStride: usize,
	patches: i32,
	patch: i32,
	tables: usize,
	target: usize,
): void {
	patchRows<u16>(source, sourceStride, patches, patch, tables, target);
}
