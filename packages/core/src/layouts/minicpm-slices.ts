/**
 * How MiniCPM-V lays out an image or frames: an overview and, if the image is large enough, cuts, each between tags.
 */

import type { Grid, Size } from "@onevision/base";
import { type ItemLayout, itemLayout, type WrapperTokens } from "../layout.ts";
import type { MediaItem } from "../sample.ts";
import type { SampledFrames } from "./frames.ts";
import { resizeSlice, resizeView, sliceGrid } from "./minicpm-slice-grid.ts";
import { estimateTextTokens, withFirstText } from "./timestamps.ts";

export interface SliceRule {
	/** Side of a patch, px. */
	readonly patch: number;
	/** Side of a square cut, px (`scale_resolution`). */
	readonly slice: number;
	/** Sides are rounded to multiples of this, px. */
	readonly divisor: number;
	/** Maximum number of cuts; 0 for none. */
	readonly maxSlices: number;
	/** Token grid of a view with that patch grid. */
	readonly tokens: (patches: Grid) => Grid;
	/** Whether a number precedes the image (`use_image_id`). */
	readonly imageId: boolean;
}

export function layoutSlices(
	item: MediaItem,
	rule: SliceRule,
	sampled: SampledFrames = { count: 1 },
): ItemLayout {
	const { slice, divisor } = rule;
	const grid = rule.maxSlices === 0 ? undefined : sliceGrid(item, rule.maxSlices, slice);
	const overview = measure(resizeView(item, slice, divisor, grid === undefined), rule);
	const cut = grid === undefined ? overview : measure(resizeSlice(item, grid, slice, divisor), rule);
	const tiles = grid ?? { rows: 1, cols: 1 };
	const cuts = grid === undefined ? 0 : grid.rows * grid.cols;
	const stitched = { rows: cut.tokens.rows * tiles.rows, cols: cut.tokens.cols * tiles.cols };
	const canvas = { width: cut.size.width * tiles.cols, height: cut.size.height * tiles.rows };
	return itemLayout({
		kind: item.kind,
		source: { width: item.width, height: item.height },
		frames: sampled.count,
		...(sampled.indices === undefined ? {} : { frameIndices: sampled.indices }),
		canvas,
		content: canvas,
		tileGrid: tiles,
		views: sampled.count * (1 + cuts),
		patchGrid: cut.patches,
		pooledGrid: cut.tokens,
		unpaddedGrid: stitched,
		cappedGrid: stitched,
		parts: {
			overview: cuts === 0 ? 0 : sampled.count * area(overview.tokens),
			grid: sampled.count * Math.max(1, cuts) * area(cut.tokens),
			newlines: 0,
			markers: 0,
		},
		towerTokens: sampled.count * (area(overview.patches) + cuts * area(cut.patches)),
		wrapper: tags(sampled.count, cuts, tiles.rows, rule.imageId),
		...(sampled.notes === undefined ? {} : { notes: sampled.notes }),
	});
}

/** The layout with the image's own number in `<image_id>`, counting from 0. */
export function withImageId(layout: ItemLayout, ordinal: number): ItemLayout {
	return withFirstText(layout, String(ordinal - 1));
}

function measure(size: Size, { patch, tokens }: SliceRule): { size: Size; patches: Grid; tokens: Grid } {
	const patches = { rows: size.height / patch, cols: size.width / patch };
	return { size, patches, tokens: tokens(patches) };
}

function area({ rows, cols }: Grid): number {
	return rows * cols;
}

/** `<image_id>0</image_id>`, `<image>…</image>` and `<slice>…</slice>`, with a newline between rows of cuts. */
function tags(images: number, cuts: number, rows: number, imageId: boolean): WrapperTokens {
	const breaks = Array.from({ length: images * (rows - 1) }, () => "\n");
	const text = imageId ? ["0", ...breaks] : breaks;
	const markers = (imageId ? 2 : 0) + images * (2 + 2 * cuts);
	return { markers, text, estimatedTextTokens: estimateTextTokens(text) };
}
