/** Carries out a framing: resized pictures, each made once, and views written into tensors. */

import { OnevisionError } from "@onevision/core";
import { type Picture, picture } from "../picture.ts";
import { type ResizeOptions, resize } from "../resample/resize.ts";
import type { Resized, View, Window } from "./framing.ts";
import type { Tones } from "./tones.ts";

/** Most pixels of a picture on the way to the tower; a picture 1 px wide can ask for absurd ones. */
const MAX_STAGE_PIXELS = 400_000_000;

/** The pictures of one framing, made when they are first asked for. */
export class Stages {
	readonly #source: Picture;
	readonly #options: ResizeOptions;
	readonly #made = new Map<Resized, Picture>();

	constructor(source: Picture, options: ResizeOptions) {
		this.#source = source;
		this.#options = options;
	}

	/** Throws `over-limit` for pictures of more than 400 megapixels. */
	picture(stage: Resized): Picture {
		const known = this.#made.get(stage);
		if (known !== undefined) return known;
		const from = stage.from === "source" ? this.#source : this.picture(stage.from);
		assertPixels(stage.window, from);
		assertPixels(stage.size, from);
		const made = resize(windowOf(from, stage), stage.size, this.#options);
		this.#made.set(stage, made);
		return made;
	}
}

function assertPixels({ width, height }: { width: number; height: number }, from: Picture): void {
	if (width * height <= MAX_STAGE_PIXELS) return;
	throw new OnevisionError(
		"over-limit",
		`${from.width}x${from.height} would be resized to ${width}x${height}: crop it to a less extreme shape`,
	);
}

/** The window a stage takes of a picture; the picture itself where that is all of it. */
function windowOf(from: Picture, { window, fill }: Resized): Picture {
	const { x, y, width, height } = window;
	if (x === 0 && y === 0 && width === from.width && height === from.height) return from;
	const data = new Uint8Array(width * height * 3);
	if (fill.some((value) => value !== 0)) for (let i = 0; i < data.length; i++) data[i] = fill[i % 3] ?? 0;
	const { left, right, top, bottom } = covered(window, from);
	for (let row = top; row < bottom; row++) {
		const at = ((y + row) * from.width + x + left) * 3;
		data.set(from.data.subarray(at, at + (right - left) * 3), (row * width + left) * 3);
	}
	return picture({ width, height }, data);
}

/** The part of a window that the picture covers, in the window's own coordinates. */
function covered({ x, y, width, height }: Window, from: Picture) {
	const within = (value: number, side: number): number => Math.min(Math.max(value, 0), side);
	return {
		left: within(-x, width),
		right: within(from.width - x, width),
		top: within(-y, height),
		bottom: within(from.height - y, height),
	};
}

/** Writes a view as three planes, `[3, height, width]`, from `offset` on; rows are `stride` apart, planes `plane`. */
export function writePlanes(
	{ window }: View,
	from: Picture,
	tones: Tones,
	target: Float32Array | Uint16Array,
	offset: number,
	stride = window.width,
	plane = window.width * window.height,
): void {
	const [red, green, blue] = tones;
	const { x, y, width, height } = window;
	const { left, right, top, bottom } = covered(window, from);
	const isPadded = left > 0 || right < width || top > 0 || bottom < height;
	if (isPadded) fillPlanes(tones, target, offset, { width, height }, stride, plane);
	const { data } = from;
	for (let row = top; row < bottom; row++) {
		let at = ((y + row) * from.width + x + left) * 3;
		const first = offset + row * stride + left;
		const end = first + right - left;
		for (let out = first; out < end; out++, at += 3) {
			target[out] = red[data[at] as number] as number;
			target[out + plane] = green[data[at + 1] as number] as number;
			target[out + 2 * plane] = blue[data[at + 2] as number] as number;
		}
	}
}

function fillPlanes(
	tones: Tones,
	target: Float32Array | Uint16Array,
	offset: number,
	{ width, height }: { width: number; height: number },
	stride: number,
	plane: number,
): void {
	tones.forEach((tone, channel) => {
		for (let row = 0; row < height; row++) {
			const at = offset + channel * plane + row * stride;
			target.fill(tone[0] ?? 0, at, at + width);
		}
	});
}
