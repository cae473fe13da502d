/**
 * LLaVA-1.6 (LLaVA-NeXT): AnyRes over a short list of canvases, without a token cap. Source: transformers 5.18
 * models/llava_next/processing_llava_next.py; LLaVA-VL/LLaVA-NeXT llava/model/llava_arch.py.
 */

import type { Size } from "@onevision/base";
import { limitCanvases, maxTilesKnob, maxTilesSchema, tileCounts } from "../../layouts/anyres-limits.ts";
import { anyresCanvases, layoutAnyres, square, transposed } from "../../layouts/tiles.ts";
import { type Family, noVideo } from "../family.ts";

export interface LlavaNextConstants {
	/** Side of a tile, px. */
	readonly tile: number;
	/** Side of a patch, px. */
	readonly patch: number;
	/** Allowed canvases (`image_grid_pinpoints`) in file order, read as (height, width), px. */
	readonly canvases: readonly Size[];
}

export type LlavaNextSettings = {
	/** Allow only canvases of at most this many tiles. */
	readonly max_tiles: number;
};

/** The canvases within a grid limit as a Python list, height first, as transformers reads them. */
function pinpoints(canvases: readonly Size[], tile: number, tiles: number): string {
	const kept = limitCanvases(canvases, tile, tiles);
	return `[${kept.map(({ width, height }) => `[${height}, ${width}]`).join(", ")}]`;
}

export const llavaNext: Family<LlavaNextConstants, LlavaNextSettings> = {
	title: "LLaVA-1.6 (LLaVA-NeXT)",
	source: "transformers 5.18.0 src/transformers/models/llava_next/processing_llava_next.py",
	parities: ["transformers", "original"],
	scenarios: ["single-image", "multi-image"],
	settings: { max_tiles: maxTilesSchema },
	defaults: ({ canvases, tile }) => ({ max_tiles: tileCounts(canvases, tile).at(-1) ?? 1 }),
	processorArguments: ({ max_tiles: tiles }, { canvases, tile }) =>
		tiles === undefined ? {} : { images: { image_grid_pinpoints: pinpoints(canvases, tile, Number(tiles)) } },
	knobs: ({ canvases, tile }) => {
		const limit = maxTilesKnob(tileCounts(canvases, tile));
		return { "single-image": [limit], "multi-image": [limit], video: [] };
	},
	counter: (constants, settings, parity) => {
		const { tile, patch } = constants;
		const grid = square(Math.floor(tile / patch));
		const allowed = parity === "original" ? transposed(constants.canvases) : constants.canvases;
		const rule = {
			canvases: anyresCanvases(limitCanvases(allowed, tile, settings.max_tiles), tile),
			patchGrid: grid,
			pooledGrid: grid,
			cap: undefined,
			rounding: parity === "original" ? "plain" : "seven-decimals",
		} as const;
		return { image: (item) => layoutAnyres(item, rule), video: noVideo("LLaVA-1.6") };
	},
};
