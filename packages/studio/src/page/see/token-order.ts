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
	/** Which of the frames the model takes, from 0. Default 0. */
	readonly frame?: number;
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

/**
 * Frames in order of time, row by row; a tower that merges frames gives several the same tokens. Newlines end a clip,
 * its frames or their rows (LLaVA-OneVision, `apply_pooling` and `image_newline`; Qwen-VL, `video_grid_thw`).
 */
const frameByFrame: TokenOrder = ({ parts, frames, pooledGrid: { rows, cols } }, { frame = 0, row, col }) => {
	const groups = parts.grid / (rows * cols);
	if (!Number.isInteger(groups) || groups < 1 || parts.overview > 0 || parts.markers > 0) return undefined;
	const group = Math.min(groups - 1, Math.floor(frame / Math.ceil(frames / groups)));
	if (parts.newlines <= 1) return (group * rows + row) * cols + col;
	if (parts.newlines === groups) return group * (rows * cols + 1) + row * cols + col;
	return parts.newlines === groups * rows ? (group * rows + row) * (cols + 1) + col : undefined;
};

/** Index of a feature among its item's visual tokens, from 0. `undefined` where no rule is known. */
export function tokenIndexOf(family: FamilyId, layout: ItemLayout, place: FeaturePlace): number | undefined {
	const known = PIXEL_FAMILIES.find((id) => id === family);
	if (known === undefined) return undefined;
	const order = layout.kind === "video" ? frameByFrame : ORDERS[known];
	const index = order(layout, place);
	return index !== undefined && index < layout.visualTokens ? index : undefined;
}
