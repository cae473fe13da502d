/** Images that a query transformer turns into a fixed number of tokens: BLIP-2, InstructBLIP, Kosmos-2. */

import { type ItemLayout, itemLayout, type WrapperTokens } from "../layout.ts";
import type { MediaItem } from "../sample.ts";
import type { SampledFrames } from "./frames.ts";
import { square } from "./tiles.ts";

export interface QueryConstants {
	/** Side of the tower's input, px. */
	readonly tile: number;
	/** Side of a patch, px. */
	readonly patch: number;
	/** Queries per view. */
	readonly queries: number;
}

/** `tokens` is the number of tokens in the prompt: the queries of one view, or of a fixed number of frames. */
export function layoutFixedQueries(
	item: MediaItem,
	{ tile, patch, queries }: QueryConstants,
	tokens: number,
	wrapper: WrapperTokens,
	sampled: SampledFrames = { count: 1 },
): ItemLayout {
	const view = { width: tile, height: tile };
	const patchGrid = square(Math.floor(tile / patch));
	// Queries form no grid, so they are reported as one row.
	const pooledGrid = { rows: 1, cols: queries };
	return itemLayout({
		kind: item.kind,
		source: { width: item.width, height: item.height },
		frames: sampled.count,
		...(sampled.indices === undefined ? {} : { frameIndices: sampled.indices }),
		canvas: view,
		content: view,
		tileGrid: { rows: 1, cols: 1 },
		views: sampled.count,
		patchGrid,
		pooledGrid,
		unpaddedGrid: pooledGrid,
		cappedGrid: pooledGrid,
		parts: { overview: 0, grid: tokens, newlines: 0, markers: 0 },
		towerTokens: sampled.count * patchGrid.rows * patchGrid.cols,
		wrapper,
		...(sampled.notes === undefined ? {} : { notes: sampled.notes }),
	});
}
