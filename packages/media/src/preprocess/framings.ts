/**
 * The framing of each family: how transformers 5.18 gets from a picture to the tower's views. Sizes come from the
 * layout. Sources: models/{llava,llava_next,llava_onevision,qwen2_vl,got_ocr2,idefics3,pixtral,gemma3,gemma4,llama4}/
 * image_processing_*.py and the video processors beside them.
 */

import type { Size } from "@onevision/base";
import type { ItemLayout } from "@onevision/core";
import {
	BLACK,
	type Framing,
	type Resized,
	type Rgb,
	resized,
	resizedAgain,
	tileViews,
	type View,
	wholeView,
} from "./framing.ts";

export interface FramingFacts {
	/** Images of the sample; several are laid out in another way by some families. */
	readonly images: number;
	/** Colour of padding where the reference takes the mean of the normalisation. */
	readonly meanColor: Rgb;
}

/** From one picture's layout to its views. */
export type Frame = (layout: ItemLayout, facts: FramingFacts) => Framing;

/** The picture stretched to the canvas, one view (Qwen-VL, Pixtral, Gemma 4, frames of most families). */
export const frameWhole: Frame = ({ source, canvas }) => ({ views: [wholeView(resized(source, canvas))] });

/** LLaVA-1.5: short side to the tile, the middle cut out. */
export const frameCenter: Frame = ({ source, canvas, resizes }) => {
	const from = resized(source, resizes?.[0] ?? canvas);
	const x = Math.floor((from.size.width - canvas.width) / 2);
	const y = Math.floor((from.size.height - canvas.height) / 2);
	return { views: [{ from, window: { x, y, ...canvas } }] };
};

/** LLaVA-NeXT: the picture squeezed into one tile, then the tiles of the canvas it is centred on. */
export const frameAnyres: Frame = (layout) => {
	const { source, canvas, content } = layout;
	const from = resized(source, content);
	const origin = {
		x: Math.floor((canvas.width - content.width) / 2),
		y: Math.floor((canvas.height - content.height) / 2),
	};
	return { views: [wholeView(resized(source, tileOf(layout))), ...tileViews(from, layout, origin)] };
};

/** LLaVA-OneVision: one image as LLaVA-NeXT; of several, each padded to a square and then one tile. */
export const frameOnevision: Frame = (layout, facts) =>
	facts.images === 1 ? frameAnyres(layout, facts) : { views: [wholeView(squared(layout, facts.meanColor))] };

/** InternVL: the tiles of the stretched picture, then the whole picture if there is more than one. */
export const frameTilesThenWhole: Frame = (layout) => {
	const { source, content, views } = layout;
	const tiles = tileViews(resized(source, content), layout);
	return { views: views === 1 ? tiles : [...tiles, wholeView(resized(source, tileOf(layout)))] };
};

/** Idefics3: brought to an edge length, stretched to whole tiles; the whole picture is made from the stretched one. */
export const frameIdefics3: Frame = (layout) => {
	const { source, canvas, resizes, views } = layout;
	const stretched = resizedAgain(resized(source, resizes?.[0] ?? canvas), canvas);
	const tiles = tileViews(stretched, layout);
	return { views: views === 1 ? tiles : [...tiles, wholeView(resizedAgain(stretched, tileOf(layout)))] };
};

/** Frames of SmolVLM2: brought to an edge length, then squeezed into one view. */
export const frameTwice: Frame = ({ source, canvas, resizes }) => ({
	views: [wholeView(resizedAgain(resized(source, resizes?.[0] ?? canvas), canvas))],
});

/** Gemma 3: the whole picture, then crops of the source along its long side, the last one perhaps smaller. */
export const frameCrops: Frame = ({ source, canvas, tileGrid, views }) => {
	const whole = wholeView(resized(source, canvas));
	if (views === 1) return { views: [whole] };
	const width = Math.ceil(source.width / tileGrid.cols);
	const height = Math.ceil(source.height / tileGrid.rows);
	const crops = Array.from({ length: tileGrid.rows * tileGrid.cols }, (_, index): View => {
		const x = (index % tileGrid.cols) * width;
		const y = Math.floor(index / tileGrid.cols) * height;
		const window = {
			x,
			y,
			width: Math.min(width, source.width - x),
			height: Math.min(height, source.height - y),
		};
		return wholeView({ from: "source", window, fill: BLACK, size: canvas });
	});
	return { views: [whole, ...crops] };
};

/** The side-by-side canvas in tiles: one tile, px. */
function tileOf({ canvas, tileGrid }: ItemLayout): Size {
	return { width: canvas.width / tileGrid.cols, height: canvas.height / tileGrid.rows };
}

/** Padded to a square around its middle, then one tile. */
function squared({ source, canvas }: ItemLayout, fill: Rgb): Resized {
	const side = Math.max(source.width, source.height);
	const window = {
		x: -Math.floor((side - source.width) / 2),
		y: -Math.floor((side - source.height) / 2),
		width: side,
		height: side,
	};
	return { from: "source", window, fill, size: canvas };
}
