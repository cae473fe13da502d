/** How a family lays out one media item: sizes and token counts as plain data. Nothing is decoded. */

import type { Grid, Size } from "@onevision/base";

/** Where an item's visual tokens come from. The four parts sum to `visualTokens`. */
export interface TokenParts {
	/** Features of the overview: the whole image in one tile. */
	readonly overview: number;
	/** Features of the tiles, of the frames, or of the image at its native resolution. */
	readonly grid: number;
	/** Learned row-end, frame-end or separator embeddings. */
	readonly newlines: number;
	/** Special tokens that the processor writes in place of the placeholder, in addition to the features. */
	readonly markers: number;
}

/** Tokens written around the visual tokens. They count toward the context but are not visual tokens. */
export interface WrapperTokens {
	/** Special tokens (`<|vision_start|>`, …). Exact. */
	readonly markers: number;
	/** Text written between frames or around the item (timestamps), in order. */
	readonly text: readonly string[];
	/** Estimated number of tokens in `text`. No tokenizer is used here. */
	readonly estimatedTextTokens: number;
	/** Exact number of tokens in `text` by the model's tokenizer, if one was given (`tokenizeText`). */
	readonly textTokens?: number;
}

/** Bounds for a count that cannot be exact, and the reason. */
export interface TokenRange {
	readonly min: number;
	readonly max: number;
	readonly why: string;
}

/** The layout of one media item. Grids are in cells, sizes in px. */
export interface ItemLayout {
	readonly kind: "image" | "video";
	readonly source: Size;
	/** Number of source frames used; 1 for an image. */
	readonly frames: number;
	/** Indices of the sampled frames, ascending. Absent when all frames are used. */
	readonly frameIndices?: readonly number[];
	/**
	 * Intermediate sizes the whole image is resized to before the canvas, px, in order. Absent when it is resized to the
	 * canvas directly.
	 */
	readonly resizes?: readonly Size[];
	/** The size one image is fitted to, px. */
	readonly canvas: Size;
	/** Size of the image itself inside the canvas, px. The rest of the canvas is padding. */
	readonly content: Size;
	/** Tiles the canvas is cut into, not counting the overview. */
	readonly tileGrid: Grid;
	/** Inputs to the tower: tiles, overview and frames, including padding frames. */
	readonly views: number;
	/** Patches of one view. */
	readonly patchGrid: Grid;
	/** Features of one view after pooling. */
	readonly pooledGrid: Grid;
	/** Features of the stitched tiles after padding is dropped. For a video, features of one frame. */
	readonly unpaddedGrid: Grid;
	/** `unpaddedGrid` after the token cap. Equal to it when the cap has no effect. */
	readonly cappedGrid: Grid;
	readonly parts: TokenParts;
	/** Patch embeddings the tower computes, not counting class tokens. */
	readonly towerTokens: number;
	/** Positions this item takes up in place of its placeholder: the main number. An upper bound if `range` is set. */
	readonly visualTokens: number;
	/** Keys read by cross-attention layers instead of positions in the sequence. Absent when there are none. */
	readonly crossAttentionTokens?: number;
	readonly wrapper: WrapperTokens;
	readonly range?: TokenRange;
	/** Notes for the reader about this count, one line each. */
	readonly notes?: readonly string[];
}

/** The layout of one sample: its items and their sums. */
export interface SampleLayout {
	readonly items: readonly ItemLayout[];
	readonly visualTokens: number;
	readonly towerTokens: number;
	/** Total context tokens: visual tokens, the markers and text around them, and the sample's own text. */
	readonly contextTokens: number;
	/** Tokens beyond the checkpoint's context length. Absent when the sample fits. */
	readonly overContext?: number;
	/** Whether `contextTokens` is exact: no range and no estimated text. */
	readonly exact: boolean;
}

export const NO_WRAPPER: WrapperTokens = Object.freeze({
	markers: 0,
	text: Object.freeze([]),
	estimatedTextTokens: 0,
});

/** Wrapper tokens that are only special tokens, without text. */
export function markersOnly(markers: number): WrapperTokens {
	return { markers, text: [], estimatedTextTokens: 0 };
}

/**
 * Layout fields before summing. `resizes` may be present but undefined, so that counting need not copy the object to
 * omit it.
 */
type LayoutFields = Omit<ItemLayout, "visualTokens" | "resizes"> & {
	readonly resizes?: readonly Size[] | undefined;
};

/**
 * Completes a layout: sums the parts into `visualTokens` and checks the numbers. Written field by field because every
 * counted image passes through here: one object shape, no copies.
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
		wrapper: fields.wrapper,
	};
	if (fields.resizes !== undefined) layout.resizes = fields.resizes;
	if (fields.frameIndices !== undefined) layout.frameIndices = fields.frameIndices;
	if (fields.crossAttentionTokens !== undefined) layout.crossAttentionTokens = fields.crossAttentionTokens;
	if (fields.range !== undefined) layout.range = fields.range;
	if (fields.notes !== undefined) layout.notes = fields.notes;
	return layout;
}

/** Sums the items of a sample. `contextLimit` is the model's context length in tokens. */
export function sampleLayout(
	items: readonly ItemLayout[],
	textTokens: number,
	contextLimit = Number.POSITIVE_INFINITY,
): SampleLayout {
	let visualTokens = 0;
	let towerTokens = 0;
	let wrapperTokens = 0;
	let exact = true;
	for (const item of items) {
		visualTokens += item.visualTokens;
		towerTokens += item.towerTokens;
		wrapperTokens += item.wrapper.markers + item.wrapper.estimatedTextTokens;
		if (item.range !== undefined || item.wrapper.text.length > 0) exact = false;
	}
	const contextTokens = visualTokens + wrapperTokens + textTokens;
	return { items, visualTokens, towerTokens, contextTokens, ...overflow(contextTokens, contextLimit), exact };
}

/** Tokens by which the items of one sample exceed the context. Absent when they fit. */
export function overContext(items: readonly ItemLayout[], contextLimit: number): number | undefined {
	return sampleLayout(items, 0, contextLimit).overContext;
}

function overflow(contextTokens: number, contextLimit: number): Pick<SampleLayout, "overContext"> {
	return contextTokens > contextLimit ? { overContext: contextTokens - contextLimit } : {};
}

/**
 * Returns the layout with the text around media counted by a tokenizer instead of estimated. `countTokens` counts one
 * piece, without adding special tokens. Pieces are separated by special tokens, so each is tokenized on its own.
 * `contextLimit` is the model's context length in tokens; without it, nothing exceeds the context.
 */
export function tokenizeText(
	layout: SampleLayout,
	countTokens: (text: string) => number,
	contextLimit = Number.POSITIVE_INFINITY,
): SampleLayout {
	let difference = 0;
	const items = layout.items.map((item) => {
		if (item.wrapper.text.length === 0) return item;
		const textTokens = item.wrapper.text.reduce((sum, piece) => sum + countTokens(piece), 0);
		difference += textTokens - item.wrapper.estimatedTextTokens;
		return { ...item, wrapper: { ...item.wrapper, textTokens } };
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
