/** What a family decides about one media item: sizes and token counts as plain data, nothing decoded. */

import type { Grid, Size } from "@onevision/base";

/** Where an item's visual tokens come from; the four parts sum to `visualTokens`. */
export interface TokenParts {
	/** Features of the whole image in one tile. */
	readonly overview: number;
	/** Features of the tiles, the frames, or the image at its own resolution. */
	readonly grid: number;
	/** Learned row-end, frame-end or separator embeddings. */
	readonly newlines: number;
	/** Special tokens the processor writes in place of the placeholder, beside the features. */
	readonly markers: number;
}

/** Tokens around the visual ones: part of the context, not of the visual tokens. */
export interface WrapperTokens {
	/** Special tokens (`<|vision_start|>`, …): exact. */
	readonly markers: number;
	/** Text written between frames or around the item (timestamps), in order. */
	readonly text: readonly string[];
	/** Tokens of `text`, estimated: no tokenizer is read here. */
	readonly estimatedTextTokens: number;
	/** Tokens of `text` by the model's tokenizer, where one was given (`tokenizeText`). */
	readonly textTokens?: number;
}

/** For a count that can't be exact: the bounds, and why. */
export interface TokenRange {
	readonly min: number;
	readonly max: number;
	readonly why: string;
}

/** One media item as a family lays it out. Grids are cells, sizes are px. */
export interface ItemLayout {
	readonly kind: "image" | "video";
	readonly source: Size;
	/** Frames of the source that are used; 1 for an image. */
	readonly frames: number;
	/** Which frames, ascending, when they are sampled; absent when all are used. */
	readonly frameIndices?: readonly number[];
	/** Sizes the whole image is brought to before the canvas, px, in order; absent when it goes there at once. */
	readonly resizes?: readonly Size[];
	/** What one image is fitted to, px. */
	readonly canvas: Size;
	/** The image itself inside the canvas, px; smaller than `canvas` by the padding. */
	readonly content: Size;
	/** Tiles the canvas is cut into, overview not included. */
	readonly tileGrid: Grid;
	/** Images given to the tower: tiles, overview, frames, padding frames included. */
	readonly views: number;
	/** Patches of one view. */
	readonly patchGrid: Grid;
	/** Features of one view after pooling. */
	readonly pooledGrid: Grid;
	/** Features of the stitched tiles after padding is dropped; of one frame for a video. */
	readonly unpaddedGrid: Grid;
	/** The same after the token cap; equal to `unpaddedGrid` when the cap does not act. */
	readonly cappedGrid: Grid;
	readonly parts: TokenParts;
	/** Patch embeddings the tower computes, class tokens not counted. */
	readonly towerTokens: number;
	/** Positions this item takes in place of its placeholder: the main number. An upper bound if `range` is set. */
	readonly visualTokens: number;
	/** Keys that cross-attention layers see instead of positions in the sequence; absent where there are none. */
	readonly crossAttentionTokens?: number;
	readonly around: WrapperTokens;
	readonly range?: TokenRange;
	/** What a reader should know about this count, one line each. */
	readonly notes?: readonly string[];
}

/** One sample laid out: its items and their sums. */
export interface SampleLayout {
	readonly items: readonly ItemLayout[];
	readonly visualTokens: number;
	readonly towerTokens: number;
	/** Visual tokens, markers and text around them, and the sample's own text. */
	readonly contextTokens: number;
	/** By how many tokens that is over the checkpoint's context; absent when it fits. */
	readonly overContext?: number;
	/** Whether `contextTokens` is exact: no range, no estimated text. */
	readonly exact: boolean;
}

export const NOTHING_AROUND: WrapperTokens = Object.freeze({
	markers: 0,
	text: Object.freeze([]),
	estimatedTextTokens: 0,
});

/** Special tokens only, no text. */
export function markersAround(markers: number): WrapperTokens {
	return { markers, text: [], estimatedTextTokens: 0 };
}

/** A layout before its sum. `resizes` may be named and be undefined: counting copies no object to leave it out. */
type LayoutFields = Omit<ItemLayout, "visualTokens" | "resizes"> & {
	readonly resizes?: readonly Size[] | undefined;
};

/**
 * Completes a layout: computes `visualTokens` as the sum of the parts and checks the numbers. Written out field by
 * field because every counted image passes here: one object shape, nothing copied.
 */
export function itemLayout(fields: LayoutFields): ItemLayout {
	const { parts, towerTokens } = fields;
	const visualTokens = parts.overview + parts.grid + parts.newlines + parts.markers;
	if (!Number.isSafeInteger(visualTokens) || visualTokens < 0 || !Number.isSafeInteger(towerTokens)) {
		const { kind, source } = fields;
		throw new Error(
			`internal: token counts of a ${source.width}x${source.height} ${kind} are not whole numbers`,
		);
	}
	const layout: { -readonly [Key in keyof ItemLayout]: ItemLayout[Key] } = {
		kind: fields.kind,
		source: fields.source,
		frames: fields.frames,
		canvas: fields.canvas,
		content: fields.content,
		tileGrid: fields.tileGrid,
		views: fields.views,
		patchGrid: fields.patchGrid,
		pooledGrid: fields.pooledGrid,
		unpaddedGrid: fields.unpaddedGrid,
		cappedGrid: fields.cappedGrid,
		parts,
		towerTokens,
		visualTokens,
		around: fields.around,
	};
	if (fields.resizes !== undefined) layout.resizes = fields.resizes;
	if (fields.frameIndices !== undefined) layout.frameIndices = fields.frameIndices;
	if (fields.crossAttentionTokens !== undefined) layout.crossAttentionTokens = fields.crossAttentionTokens;
	if (fields.range !== undefined) layout.range = fields.range;
	if (fields.notes !== undefined) layout.notes = fields.notes;
	return layout;
}

/** Sums the items of a sample. `contextLimit`: tokens the model takes. */
export function sampleLayout(
	items: readonly ItemLayout[],
	textTokens: number,
	contextLimit = Number.POSITIVE_INFINITY,
): SampleLayout {
	let visualTokens = 0;
	let towerTokens = 0;
	let around = 0;
	let exact = true;
	for (const item of items) {
		visualTokens += item.visualTokens;
		towerTokens += item.towerTokens;
		around += item.around.markers + item.around.estimatedTextTokens;
		if (item.range !== undefined || item.around.text.length > 0) exact = false;
	}
	const contextTokens = visualTokens + around + textTokens;
	return { items, visualTokens, towerTokens, contextTokens, ...overflow(contextTokens, contextLimit), exact };
}

/** By how many tokens the items of one sample are over a context of so many; absent when they fit. */
export function overContext(items: readonly ItemLayout[], contextLimit: number): number | undefined {
	return sampleLayout(items, 0, contextLimit).overContext;
}

function overflow(contextTokens: number, contextLimit: number): Pick<SampleLayout, "overContext"> {
	return contextTokens > contextLimit ? { overContext: contextTokens - contextLimit } : {};
}

/**
 * The layout with the text around media counted by a tokenizer instead of estimated. `countTokens` counts one piece
 * without special tokens; pieces stand between special tokens, so they are tokenized apart. `contextLimit`: tokens the
 * model takes; without it nothing is over.
 */
export function tokenizeText(
	layout: SampleLayout,
	countTokens: (text: string) => number,
	contextLimit = Number.POSITIVE_INFINITY,
): SampleLayout {
	let difference = 0;
	const items = layout.items.map((item) => {
		if (item.around.text.length === 0) return item;
		const textTokens = item.around.text.reduce((sum, piece) => sum + countTokens(piece), 0);
		difference += textTokens - item.around.estimatedTextTokens;
		return { ...item, around: { ...item.around, textTokens } };
	});
	const { visualTokens, towerTokens } = layout;
	const contextTokens = layout.contextTokens + difference;
	return {
		items,
		visualTokens,
		towerTokens,
		contextTokens,
		...overflow(contextTokens, contextLimit),
		exact: items.every(({ range }) => range === undefined),
	};
}
