/**
 * VILA-1.5: every image and frame is one square view of the tower. 2×2 features are merged into a token, after padding
 * an odd side: 27 → 28 → 14. A line break follows each image in the prompt, outside the image's embedding. Paper: arXiv
 * 2312.07533. Source: NVlabs/VILA at 1c88211 llava/eval/run_vila.py, llava/mm_utils.py (`get_frame_from_vcap`),
 * llava/model/multimodal_projector/base_projector.py (`DownSampleBlock`).
 */

import type { Grid } from "@onevision/base";
import { integer } from "@onevision/base/schema";
import type { ItemLayout, WrapperTokens } from "../../layout.ts";
import { sampleLinspace } from "../../layouts/frame-sampling.ts";
import { numFramesKnob, type SampledFrames } from "../../layouts/frames.ts";
import { layoutOneTile, square } from "../../layouts/tiles.ts";
import { estimateTextTokens } from "../../layouts/timestamps.ts";
import { layoutFrames } from "../../layouts/video-frames.ts";
import type { VideoItem } from "../../sample.ts";
import type { Family } from "../family.ts";

export interface VilaConstants {
	/** Side of the tower's input, px. */
	readonly tile: number;
	/** Side of a patch, px. */
	readonly patch: number;
	/** Features per side merged into one token. The side is first padded to a multiple of this. */
	readonly downsample: number;
	/** Default frames sampled per clip (`--num-video-frames`). */
	readonly frames: number;
}

export type VilaSettings = {
	readonly num_frames: number;
};

export const framesSchema = integer("Frames sampled per video", { min: 1, max: 4096 });

/** Feature grid of one view after the projector: each side is padded to a multiple, then divided. */
export function downsampled({ rows, cols }: Grid, by: number): Grid {
	return { rows: Math.ceil(rows / by), cols: Math.ceil(cols / by) };
}

export const vila: Family<VilaConstants, VilaSettings> = {
	title: "VILA-1.5",
	source: "NVlabs/VILA llava/eval/run_vila.py and llava/mm_utils.py at 1c88211",
	parities: ["original"],
	scenarios: ["single-image", "multi-image", "video"],
	settings: { num_frames: framesSchema },
	defaults: ({ frames }) => ({ num_frames: frames }),
	knobs: () => ({ "single-image": [], "multi-image": [], video: [numFramesKnob()] }),
	counter: ({ tile, patch, downsample }, settings) => {
		const view = { width: tile, height: tile };
		const patchGrid = square(Math.floor(tile / patch));
		const pooledGrid = downsampled(patchGrid, downsample);
		const one = { tile, content: view, patchGrid, pooledGrid, newlines: 0, wrapper: lineBreaks(1) };
		return {
			image: (item) => layoutOneTile(item, one),
			video: (item): ItemLayout => {
				const sampled = sampleVila(item, settings.num_frames);
				const wrapper = lineBreaks(sampled.count);
				return {
					...layoutFrames(item, sampled, { view, patchGrid, pooledGrid, newlines: 0, wrapper }),
					frames: Math.min(sampled.count, item.frames),
				};
			},
		};
	},
};

/** `<image>\n` per image. Tokenizers differ: Llama 2 encodes the line break with a preceding space token. */
function lineBreaks(count: number): WrapperTokens {
	const text = Array.from({ length: count }, () => "\n");
	return { markers: 0, text, estimatedTextTokens: estimateTextTokens(text) };
}

/**
 * `np.linspace(0, frames − 2, n, dtype=int)`. A shorter clip is padded with black frames at the front. A clip of
 * exactly n > 1 frames repeats an index, which the reference samples only once; it then fails because a frame is
 * missing.
 */
function sampleVila(video: VideoItem, asked: number): SampledFrames {
	if (video.frames > asked) return { count: asked, indices: sampleLinspace(video.frames - 1, asked) };
	if (asked === 1) return { count: 1 };
	const note =
		video.frames === asked
			? `the reference fails on a clip of exactly num_frames=${asked} frames: ask for one fewer`
			: `the clip has ${video.frames} frames, fewer than num_frames=${asked}: black ones make up the rest`;
	return { count: asked, notes: [note] };
}
