/** One kind of media of one processor: how it is framed, and how its pixels are made and arranged. */

import type { ItemLayout } from "@onevision/core";
import type { ResizeOptions } from "../resample/resize.ts";
import { BLACK, type Framing, type Rgb } from "./framing.ts";
import type { Frame } from "./framings.ts";
import type { Rendering } from "./pieces.ts";
import type { FloatType } from "./tensor.ts";
import { type Normalization, tonesOf } from "./tones.ts";

export class Preparation<Arrange> {
	readonly arrange: Arrange;
	readonly #frame: Frame;
	readonly #meanColor: Rgb;
	readonly rendering: Rendering;

	constructor(
		frame: Frame,
		arrange: Arrange,
		normalization: Normalization,
		resize: ResizeOptions,
		dtype: FloatType,
	) {
		this.arrange = arrange;
		this.rendering = { tones: tonesOf(normalization, resize.backend, dtype), dtype, resize };
		this.#frame = frame;
		this.#meanColor = meanColor(normalization);
	}

	/** How pictures are resized on their way to the views. */
	get resize(): ResizeOptions {
		return this.rendering.resize;
	}

	framing(layout: ItemLayout, images: number): Framing {
		return this.#frame(layout, { images, meanColor: this.#meanColor });
	}
}

/** The mean as a colour, rounded down as the processors do. */
function meanColor({ standardize }: Normalization): Rgb {
	if (standardize === undefined) return BLACK;
	const [red, green, blue] = standardize.mean;
	return [Math.trunc(red * 255), Math.trunc(green * 255), Math.trunc(blue * 255)];
}
