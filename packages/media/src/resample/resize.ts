/**
 * Resizes 8-bit RGB bit for bit like Pillow or torchvision. Sources: Pillow 12.3 src/libImaging/Resample.c,
 * Geometry.c (`ImagingScaleAffine`) and PIL/Image.py `resize`; PyTorch 2.13
 * aten/src/ATen/native/cpu/UpSampleKernelAVXAntialias.h; torchvision 0.28 transforms/v2/functional/_geometry.py.
 */

import { MAX_SIDE, OnevisionError, type Size } from "@onevision/base";
import { kernelOfThread } from "../kernel/kernel.ts";
import { assertRgbImage, type RgbImage, rgbImage } from "../rgb-image.ts";
import { resizeByKernel } from "./bands.ts";
import { FILTERS, type Filter } from "./filters.ts";
import { type PackedAxis, packAxis } from "./packed.ts";
import { resizeScalar } from "./scalar.ts";
import { axisWeights, BACKENDS, type Backend } from "./weights.ts";

export interface ResizeOptions {
	readonly filter: Filter;
	/** Whose rounding to reproduce. */
	readonly backend: Backend;
	/** Use plain JavaScript even where WebAssembly is available: the same bits, slower. */
	readonly scalar?: boolean;
}

/** Allocates memory for an image of `bytes` bytes; its content may be arbitrary. */
type Room = (bytes: number) => Uint8Array;

const newRoom: Room = (bytes) => new Uint8Array(bytes);

/**
 * Resizes an image to `size`; returns the same object if it already has that size. Throws `invalid-input` for sides
 * that are not whole numbers of at least 1 px and for unknown options, `invalid-media` if the image's byte count does
 * not match its size, and `over-limit` for absurdly long sides.
 */
export function resize(source: RgbImage, size: Size, options: ResizeOptions, room = newRoom): RgbImage {
	const { width, height } = size;
	assertRgbImage(source);
	assertOptions(size, options);
	if (width === source.width && height === source.height) return source;
	const { filter, backend } = options;
	if (filter === "nearest") return resizeNearest(source, size, backend);
	if (backend === "pillow" && source.height > source.width * 100 && height < source.height) {
		// To save work, Pillow shrinks the height of a very tall image before enlarging its width; the rounding shows it.
		const low = resizeAxes(source, { width: source.width, height }, filter, options, newRoom);
		return low.width === width ? low : resizeAxes(low, size, filter, options, room);
	}
	return resizeAxes(source, size, filter, options, room);
}

function assertOptions({ width, height }: Size, { filter, backend }: ResizeOptions): void {
	const isSide = (side: number): boolean => Number.isInteger(side) && side >= 1 && side <= MAX_SIDE;
	if (isSide(width) && isSide(height) && FILTERS.includes(filter) && BACKENDS.includes(backend)) return;
	throw new OnevisionError(
		"invalid-input",
		`resize to ${width}x${height} by ${filter} as ${backend}: expected whole px from 1, a filter of ${FILTERS.join(", ")}, and ${BACKENDS.join(" or ")}`,
	);
}

function resizeAxes(
	source: RgbImage,
	size: Size,
	filter: Exclude<Filter, "nearest">,
	{ backend, scalar = false }: ResizeOptions,
	room: Room,
): RgbImage {
	const axis = (from: number, to: number, lanes: 2 | 4): PackedAxis | undefined =>
		from === to ? undefined : packedAxis(from, to, filter, backend, lanes);
	const horizontal = axis(source.width, size.width, 4);
	const vertical = axis(source.height, size.height, 2);
	const kernel = scalar ? undefined : kernelOfThread();
	if (kernel === undefined) return resizeScalar(source, size, horizontal?.axis, vertical?.axis);
	const target = rgbImage(size, room(size.width * size.height * 3));
	resizeByKernel(kernel, source, target, horizontal, vertical);
	return target;
}

/** Cache of recent axes: video frames and images from one camera reuse the same ones. */
const latest = new Map<string, PackedAxis>();
const MAX_KEPT = 16;
/** Axes larger than this many bytes are not cached. */
const MAX_KEPT_BYTES = 2 ** 20;

function packedAxis(
	from: number,
	to: number,
	filter: Exclude<Filter, "nearest">,
	backend: Backend,
	lanes: 2 | 4,
): PackedAxis {
	const key = `${from} ${to} ${filter} ${backend} ${lanes}`;
	const packed = latest.get(key) ?? packAxis(axisWeights(from, to, filter, backend), lanes);
	latest.delete(key);
	if (packed.bytes.length <= MAX_KEPT_BYTES) latest.set(key, packed);
	const [oldest] = latest.keys();
	if (latest.size > MAX_KEPT && oldest !== undefined) latest.delete(oldest);
	return packed;
}

function resizeNearest(source: RgbImage, size: Size, backend: Backend): RgbImage {
	const pick = backend === "pillow" ? pillowNearest : torchNearest;
	const columns = pick(source.width, size.width);
	const rows = pick(source.height, size.height);
	const data = new Uint8Array(size.width * size.height * 3);
	let out = 0;
	for (const row of rows) {
		for (const column of columns) {
			const from = (row * source.width + column) * 3;
			data.set(source.data.subarray(from, from + 3), out);
			out += 3;
		}
	}
	return rgbImage(size, data);
}

/** The center of each target pixel, computed by repeated addition as in Pillow. */
function pillowNearest(from: number, to: number): Int32Array {
	const picked = new Int32Array(to);
	const step = from / to;
	let center = step * 0.5;
	for (let i = 0; i < to; i++, center += step) picked[i] = Math.min(Math.trunc(center), from - 1);
	return picked;
}

/** The start of each target pixel, in single precision (UpSample.h `nearest_idx`). */
function torchNearest(from: number, to: number): Int32Array {
	const step = Math.fround(from / to);
	return Int32Array.from({ length: to }, (_, i) => Math.min(Math.trunc(Math.fround(i * step)), from - 1));
}
