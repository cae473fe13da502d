/**
 * Where a feature's token stands among an item's visual tokens, for the families whose pixels are reproduced. Read from
 * transformers 5.18, `pack_image_features` and the processors' `_prompt_split_image`; tile separators, row ends and
 * markers that count as visual tokens are in between.
 */

import type { Grid } from "@onevision/base";
import type { FamilyId, ItemLayout } from "@onevision/core";
import type { Panel } from "@onevision/draw";
import { PIXEL_FAMILIES, type PixelFamilyId } from "@onevision/media";

/** A feature of an item: where it is drawn, and its place in that grid. */
export interface FeaturePlace {
	readonly role: Panel["role"];
	/** Index of the tile among the panel's tiles, row by row. */
	readonly tile: number;
	/** The grid that `row` and `col` count in: of one tile, or of the capped canvas. */
	readonly grid: Grid;
	readonly row: number;
	readonly col: number;
}

/** Index of a feature among the visual tokens, from 0; `undefined` where the layout does not tell. */
type TokenOrder = (layout: ItemLayout, place: FeaturePlace) => number | undefined;

const within = ({ grid, row, col }: FeaturePlace): number => row * grid.cols + col;

/** Row by row; `breaks` tokens end each row. */
const rowByRow =
	(breaks: number): TokenOrder =>
	(_, { grid, row, col }) =>
		row * (grid.cols + breaks) + col;

/** The overview, then the rows of all tiles side by side, each with its newline. */
const stitched: TokenOrder = (layout, place) => {
	const { parts, pooledGrid, tileGrid, unpaddedGrid, cappedGrid } = layout;
	if (place.role === "overview") return within(place);
	const breaks = parts.newlines === cappedGrid.rows && cappedGrid.rows > 1 ? 1 : 0;
	const isCapped = unpaddedGrid.rows !== cappedGrid.rows || unpaddedGrid.cols !== cappedGrid.cols;
	const tile = { row: Math.floor(place.tile / tileGrid.cols), col: place.tile % tileGrid.cols };
	const dropped = {
		rows: (tileGrid.rows * pooledGrid.rows - unpaddedGrid.rows) / 2,
		cols: (tileGrid.cols * pooledGrid.cols - unpaddedGrid.cols) / 2,
	};
	const row = isCapped ? place.row : tile.row * pooledGrid.rows + place.row - dropped.rows;
	const col = isCapped ? place.col : tile.col * pooledGrid.cols + place.col - dropped.cols;
	if (row < 0 || col < 0 || row >= cappedGrid.rows || col >= cappedGrid.cols) return undefined;
	return parts.overview + row * (cappedGrid.cols + breaks) + col;
};

/** Views one after another; `before` and `after` tokens around each tile, `rowEnd` after each row of tiles. */
const viewByView =
	({
		start,
		before,
		after,
		rowEnd,
		beforeOverview,
	}: Readonly<Record<"start" | "before" | "after" | "rowEnd" | "beforeOverview", number>>): TokenOrder =>
	({ tileGrid, pooledGrid, parts }, place) => {
		const perView = pooledGrid.rows * pooledGrid.cols;
		const tiles = tileGrid.rows * tileGrid.cols;
		const isWhole = parts.overview === 0;
		const isOverview = place.role === "overview" || isWhole;
		const index = isOverview ? (isWhole ? 0 : tiles) : place.tile;
		const rows = isOverview ? (isWhole ? 0 : tileGrid.rows) : Math.floor(index / tileGrid.cols);
		const between = index * (before + perView + after) + rows * rowEnd;
		return start + between + (isOverview ? beforeOverview : before) + within(place);
	};

/** The whole image, then its crops. Their markers are not visual tokens. */
const overviewThenCrops: TokenOrder = ({ pooledGrid, parts }, place) =>
	place.role === "crops"
		? parts.overview + place.tile * pooledGrid.rows * pooledGrid.cols + within(place)
		: within(place);

const idefics = viewByView({ start: 0, before: 2, after: 0, rowEnd: 1, beforeOverview: 2 });

const ORDERS = {
	llava: rowByRow(0),
	"llava-next": stitched,
	"llava-next-video": stitched,
	"llava-onevision": stitched,
	"qwen-vl": rowByRow(0),
	internvl: viewByView({ start: 1, before: 0, after: 0, rowEnd: 0, beforeOverview: 0 }),
	idefics3: idefics,
	smolvlm: idefics,
	pixtral: rowByRow(1),
	gemma3: overviewThenCrops,
	gemma4: rowByRow(0),
	llama4: viewByView({ start: 1, before: 0, after: 1, rowEnd: 0, beforeOverview: 1 }),
} as const satisfies Record<PixelFamilyId, TokenOrder>;

/** Index of an image's feature among its visual tokens, from 0. `undefined` where no rule is known. */
export function tokenIndexOf(family: FamilyId, layout: ItemLayout, place: FeaturePlace): number | undefined {
	const known = PIXEL_FAMILIES.find((id) => id === family);
	if (known === undefined || layout.kind !== "image") return undefined;
	const index = ORDERS[known](layout, place);
	return index !== undefined && index < layout.visualTokens ? index : undefined;
}
