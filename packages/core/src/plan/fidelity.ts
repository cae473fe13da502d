/**
 * Fidelity: how much of the source survives into the tokens, from 0 to 1.
 * `(pixels kept · duration kept)^½ · (features per patch)^¼` with the default exponents. Resolution weighs twice as much
 * as token density because LLaVA-OneVision found scaling resolution to help more than scaling tokens per tile
 * (arXiv 2408.03326, section 3.2, Higher AnyRes with bilinear interpolation). It ranks allocations; it is no benchmark
 * score.
 */

import type { ItemLayout } from "../layout.ts";
import { durationSeconds, type MediaItem } from "../sample.ts";

export interface FidelityExponents {
	/** Share of the source's pixels that reach the tower. */
	readonly resolution: number;
	/** Features per patch left after pooling and the cap. */
	readonly density: number;
	/** Share of a clip's duration that its frames stand for. */
	readonly duration: number;
	/** How much of a clip one frame stands for, s. */
	readonly secondsPerFrame: number;
}

export const DEFAULT_FIDELITY: FidelityExponents = {
	resolution: 0.5,
	density: 0.25,
	duration: 0.5,
	secondsPerFrame: 1,
};

/** The three shares of one item, each from 0 to 1. */
export interface KeptShares {
	readonly resolution: number;
	readonly density: number;
	readonly duration: number;
}

/** What of one media item survives in its layout. */
export function keptShares(item: MediaItem, layout: ItemLayout, secondsPerFrame: number): KeptShares {
	const pixels = (layout.content.width * layout.content.height) / (item.width * item.height);
	// Patches under the picture itself: the canvas's patches, less those that see only padding.
	const { tileGrid, patchGrid, canvas, content, cappedGrid } = layout;
	const patches =
		tileGrid.rows *
		patchGrid.rows *
		tileGrid.cols *
		patchGrid.cols *
		((content.width * content.height) / (canvas.width * canvas.height));
	const features = cappedGrid.rows * cappedGrid.cols;
	const seconds = item.kind === "video" ? durationSeconds(item) : undefined;
	return {
		resolution: Math.min(1, pixels),
		density: Math.min(1, features / patches),
		// Without a frame rate the duration is unknown; every frame kept counts as everything seen.
		duration:
			item.kind === "image"
				? 1
				: Math.min(
						1,
						seconds === undefined ? layout.frames / item.frames : (layout.frames * secondsPerFrame) / seconds,
					),
	};
}

/** Fidelity of one item. */
export function fidelityOf(kept: KeptShares, exponents: FidelityExponents): number {
	return (
		kept.resolution ** exponents.resolution *
		kept.density ** exponents.density *
		kept.duration ** exponents.duration
	);
}
