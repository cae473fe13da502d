/** A video whose frames are each one view of the tower, all pooled the same way. */

import type { Grid, Size } from "@onevision/base";
import { type ItemLayout, itemLayout, NO_WRAPPER, type WrapperTokens } from "../layout.ts";
import type { VideoItem } from "../sample.ts";
import type { SampledFrames } from "./frames.ts";

export interface FrameRule {
	/** The size a frame is resized to, px. */
	readonly view: Size;
	readonly patchGrid: Grid;
	/** Features of one frame. */
	readonly pooledGrid: Grid;
	/** Newline embeddings for the whole clip. */
	readonly newlines: number;
	/** Special tokens inside the placeholder's expansion, for the whole clip. Default 0. */
	readonly markers?: number;
	readonly wrapper?: WrapperTokens;
	/** Intermediate sizes a frame is resized to before `view`, px. Default: none. */
	readonly resizes?: readonly Size[];
}

export function layoutFrames(item: VideoItem, sampled: SampledFrames, rule: FrameRule): ItemLayout {
	const { view, patchGrid, pooledGrid } = rule;
	return itemLayout({
		kind: "video",
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
		parts: {
			overview: 0,
			grid: sampled.count * pooledGrid.rows * pooledGrid.cols,
			newlines: rule.newlines,
			markers: rule.markers ?? 0,
		},
		towerTokens: sampled.count * patchGrid.rows * patchGrid.cols,
		wrapper: rule.wrapper ?? NO_WRAPPER,
		...(rule.resizes === undefined ? {} : { resizes: rule.resizes }),
		...(sampled.notes === undefined ? {} : { notes: sampled.notes }),
	});
}
