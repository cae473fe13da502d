/** A video whose every frame is one view of the tower, pooled alike. */

import type { Grid, Size } from "@onevision/base";
import { type ItemLayout, itemLayout, NOTHING_AROUND, type WrapperTokens } from "../layout.ts";
import type { VideoItem } from "../sample.ts";
import type { SampledFrames } from "./frames.ts";

export interface FrameRule {
	/** What a frame is resized to, px. */
	readonly view: Size;
	readonly patchGrid: Grid;
	/** Features of one frame. */
	readonly pooledGrid: Grid;
	/** Newline embeddings of the whole clip. */
	readonly newlines: number;
	/** Special tokens inside the placeholder's expansion, whole clip. Default 0. */
	readonly markers?: number;
	readonly around?: WrapperTokens;
	/** Sizes a frame is brought to before `view`, px. Default: none. */
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
		around: rule.around ?? NOTHING_AROUND,
		...(rule.resizes === undefined ? {} : { resizes: rule.resizes }),
		...(sampled.notes === undefined ? {} : { notes: sampled.notes }),
	});
}
