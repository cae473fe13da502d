/** Renders the stages of a view plan, each one once. */

import { OnevisionError } from "@onevision/base";
import { type ResizeOptions, resize } from "../resample/resize.ts";
import { type RgbImage, rgbImage } from "../rgb-image.ts";
import type { ResizeStage, Window } from "./view-plan.ts";

/** Maximum pixels of an intermediate image; an image 1 px wide can lead to absurd sizes. */
const MAX_STAGE_PIXELS = 400_000_000;

/** A pool of stage buffers: all images of a batch need about the same sizes. */
const spare: Uint8Array[] = [];
const MAX_SPARE = 3;
const MAX_SPARE_BYTES = 64 * 1024 * 1024;

/** The smallest pooled buffer that is large enough, or a new one. */
function roomFor(bytes: number): Uint8Array {
	const fitting = spare.filter(({ length }) => length >= bytes).sort((a, b) => a.length - b.length)[0];
	if (fitting === undefined) return new Uint8Array(bytes);
	spare.splice(spare.indexOf(fitting), 1);
	return fitting.subarray(0, bytes);
}

/** The stages of one view plan, rendered on first use. */
export class StageRenderer {
	readonly #source: RgbImage;
	readonly #options: ResizeOptions;
	readonly #made = new Map<ResizeStage, RgbImage>();

	constructor(source: RgbImage, options: ResizeOptions) {
		this.#source = source;
		this.#options = options;
	}

	/** Throws `over-limit` for images of more than 400 megapixels. */
	render(stage: ResizeStage): RgbImage {
		const known = this.#made.get(stage);
		if (known !== undefined) return known;
		const from = stage.from === "source" ? this.#source : this.render(stage.from);
		assertPixels(stage.window, from);
		assertPixels(stage.size, from);
		const made = resize(windowOf(from, stage), stage.size, this.#options, roomFor);
		this.#made.set(stage, made);
		return made;
	}

	/** Returns the buffers to the pool; the stages must not be used afterward. */
	release(): void {
		// A stage that needs no resizing is the same object as its source image.
		const buffers = new Set([...this.#made.values()].map(({ data }) => data.buffer));
		buffers.delete(this.#source.data.buffer);
		this.#made.clear();
		for (const buffer of buffers) {
			if (buffer.byteLength <= MAX_SPARE_BYTES) spare.push(new Uint8Array(buffer));
		}
		spare.sort((a, b) => b.length - a.length).splice(MAX_SPARE);
	}
}

function assertPixels({ width, height }: { width: number; height: number }, from: RgbImage): void {
	if (width * height <= MAX_STAGE_PIXELS) return;
	throw new OnevisionError(
		"over-limit",
		`${from.width}x${from.height} would be resized to ${width}x${height}: crop it to a less extreme shape`,
	);
}

/** The window of an image that a stage takes; the image itself if the window covers all of it. */
function windowOf(from: RgbImage, { window, fill }: ResizeStage): RgbImage {
	const { x, y, width, height } = window;
	if (x === 0 && y === 0 && width === from.width && height === from.height) return from;
	const data = new Uint8Array(width * height * 3);
	if (fill.some((value) => value !== 0)) for (let i = 0; i < data.length; i++) data[i] = fill[i % 3] ?? 0;
	const { left, right, top, bottom } = covered(window, from);
	for (let row = top; row < bottom; row++) {
		const at = ((y + row) * from.width + x + left) * 3;
		data.set(from.data.subarray(at, at + (right - left) * 3), (row * width + left) * 3);
	}
	return rgbImage({ width, height }, data);
}

/** The part of a window covered by the image, in the window's coordinates. */
export function covered({ x, y, width, height }: Window, from: RgbImage) {
	const within = (value: number, side: number): number => Math.min(Math.max(value, 0), side);
	return {
		left: within(-x, width),
		right: within(from.width - x, width),
		top: within(-y, height),
		bottom: within(from.height - y, height),
	};
}
