/** The numbers beside a drawing, in words: each is a field of the layout, printed as in `onevision count`. */

import type { Grid, Size } from "@onevision/base";
import { formatInteger } from "@onevision/base";
import type { ItemLayout, TokenParts } from "@onevision/core";
import { isSpatial, sameGrid, sameSize, stitchedGrid, tileSize } from "./cells.ts";

export interface Fact {
	readonly name: string;
	readonly value: string;
}

/** From the source to the tokens, without the steps that change nothing. */
export function factsOf(layout: ItemLayout): Fact[] {
	const { source, resizes, canvas, content, tileGrid, patchGrid, pooledGrid } = layout;
	const { unpaddedGrid, cappedGrid } = layout;
	const tile = tileSize(layout);
	const isTiled = tileGrid.rows * tileGrid.cols > 1;
	const stitched = stitchedGrid(layout);
	const spatial = isSpatial(layout);
	const fact = (name: string, value: string, isShown = true): Fact[] => (isShown ? [{ name, value }] : []);
	const isCut = isTiled && tile !== undefined;
	const isStitched = spatial && tile !== undefined;
	return [
		...fact("source", px(source)),
		...(resizes ?? []).flatMap((size) => fact("resized to", px(size))),
		...fact("canvas", px(canvas)),
		...fact("image on it", px(content), !sameSize(content, canvas)),
		...fact("tiles", isCut ? `${gridText(tileGrid)} of ${px(tile)}` : gridText(tileGrid), isTiled),
		...fact("frames used", formatInteger(layout.frames), layout.kind === "video"),
		...fact("views", formatInteger(layout.views)),
		...fact("patches of a view", gridText(patchGrid)),
		...fact("tower tokens", formatInteger(layout.towerTokens)),
		...fact("pooled to", gridText(pooledGrid), spatial && !sameGrid(pooledGrid, patchGrid)),
		...fact("queries of a view", formatInteger(pooledGrid.rows * pooledGrid.cols), !spatial),
		...fact("stitched", gridText(stitched), isStitched && !sameGrid(stitched, pooledGrid)),
		...fact("after unpadding", gridText(unpaddedGrid), isStitched && !sameGrid(unpaddedGrid, stitched)),
		...fact(
			"grid of tokens",
			gridText(unpaddedGrid),
			spatial && !isStitched && !sameGrid(unpaddedGrid, pooledGrid),
		),
		...fact("after the cap", gridText(cappedGrid), !sameGrid(cappedGrid, unpaddedGrid)),
	];
}

const PART_NAMES = {
	overview: "overview",
	grid: "grid",
	newlines: "newlines",
	markers: "markers",
} as const satisfies Record<keyof TokenParts, string>;

/** Terms of the visual tokens; they add up to `visualTokens`. */
export function partsOf({ parts }: Pick<ItemLayout, "parts">): Fact[] {
	return (Object.keys(PART_NAMES) as (keyof TokenParts)[])
		.filter((part) => parts[part] > 0)
		.map((part) => ({ name: PART_NAMES[part], value: formatInteger(parts[part]) }));
}

/** The main number, or a range if it is not exact. */
export function tokensText({ visualTokens, range }: Pick<ItemLayout, "visualTokens" | "range">): string {
	return range === undefined
		? formatInteger(visualTokens)
		: `${formatInteger(range.min)}–${formatInteger(range.max)}`;
}

/** What a reader should know about the count. */
export function notesOf({ notes = [], range, crossAttentionTokens }: ItemLayout): string[] {
	return [
		...notes,
		...(range === undefined ? [] : [`a range, not a count: ${range.why}`]),
		...(crossAttentionTokens === undefined
			? []
			: [`${formatInteger(crossAttentionTokens)} keys of cross-attention, not in the sequence`]),
	];
}

/** Rows × columns. */
export function gridText({ rows, cols }: Grid): string {
	return `${rows}×${cols}`;
}

/** Width × height. */
export function px({ width, height }: Size): string {
	return `${width}×${height} px`;
}
