/**
 * InternVL 2, 2.5 and 3: tiles of 448 px in the grid with the aspect ratio closest to the image's, plus a thumbnail;
 * 2×2 patches are shuffled into a token. A video frame is one tile after "FrameN: ". Papers: arXiv 2404.16821,
 * 2412.05271, 2504.10479. Sources: transformers 5.18 models/internvl and models/got_ocr2; the model cards'
 * `load_image`, `get_index` and `load_video`; vllm-project/vllm vllm/transformers_utils/processors/internvl.py at
 * c6f146b.
 */

import { choice, either, integer } from "@onevision/base/schema";
import type { WrapperTokens } from "../../layout.ts";
import { gridsUpTo, nearestAspectGrid } from "../../layouts/aspect-grid.ts";
import { sampleArangeShifted, sampleSegments } from "../../layouts/frame-sampling.ts";
import {
	type FrameCount,
	numFramesKnob,
	type SampledFrames,
	sampleFrames,
	VLLM_FRAMES,
} from "../../layouts/frames.ts";
import {
	type CropSettings,
	checkCropSettings,
	cropSettings,
	layoutTiles,
	tilesKnob,
} from "../../layouts/tile-grid.ts";
import { square } from "../../layouts/tiles.ts";
import { estimateTextTokens } from "../../layouts/timestamps.ts";
import { layoutFrames } from "../../layouts/video-frames.ts";
import type { VideoItem } from "../../sample.ts";
import type { Family, Parity } from "../family.ts";

export interface InternvlConstants {
	/** Side of a tile, px. */
	readonly tile: number;
	/** Side of a patch, px. */
	readonly patch: number;
	/** Patches per side shuffled into one token. */
	readonly merge: number;
	/** Minimum and maximum tiles per image, not counting the thumbnail (`min_patches`, `max_patches`). */
	readonly minTiles: number;
	readonly maxTiles: number;
	/** Maximum frames per clip in training (`max_num_frame`), and the number the model card samples (`num_segments`). */
	readonly trainedFrames: number;
	readonly cardFrames: number;
}

export type InternvlSettings = CropSettings & { readonly num_frames: FrameCount };

/** Maximum frames that may be requested. The original repeats frames of a shorter clip, so the clip sets no limit. */
const MAX_FRAMES = 10_000;
/** `<img>` and `</img>`. */
const MARKERS = 2;

export const internvl: Family<InternvlConstants, InternvlSettings> = {
	title: "InternVL (2, 2.5, 3, 3.5)",
	source:
		"transformers 5.18.0 src/transformers/models/internvl/processing_internvl.py, models/got_ocr2/image_processing_got_ocr2.py; model card of huggingface.co/OpenGVLab/InternVL3-8B for parity original",
	parities: ["transformers", "original", "vllm"],
	scenarios: ["single-image", "multi-image", "video"],
	settings: {
		...cropSettings,
		num_frames: either(
			integer("Frames used per video, spread evenly", { min: 1, max: MAX_FRAMES }),
			choice("Use every frame the file holds", ["all"]),
		),
	},
	defaults: ({ minTiles, maxTiles, cardFrames }, parity) => ({
		crop_to_patches: true,
		min_patches: minTiles,
		max_patches: maxTiles,
		num_frames: parity === "transformers" ? "all" : parity === "vllm" ? VLLM_FRAMES : cardFrames,
	}),
	check: checkCropSettings,
	knobs: ({ maxTiles }) => {
		const limit = tilesKnob("max_patches", maxTiles);
		return { "single-image": [limit], "multi-image": [limit], video: [numFramesKnob()] };
	},
	counter: ({ tile, patch, merge, trainedFrames }, settings, parity) => {
		const patchGrid = square(Math.floor(tile / patch));
		const pooledGrid = square(Math.floor(patchGrid.rows / merge));
		// The model cards iterate over a Python set sorted by size, transformers over a sorted list. Both give the same grid,
		// because two grids with equally many tiles are never both closest.
		const grids = gridsUpTo(settings.min_patches, settings.max_patches);
		return {
			image: (item) => {
				const tileGrid = settings.crop_to_patches ? nearestAspectGrid(item, tile, grids) : square(1);
				const overview = tileGrid.rows * tileGrid.cols > 1;
				return layoutTiles(item, { tile, tileGrid, patchGrid, pooledGrid, overview, markers: MARKERS });
			},
			video: (item) => {
				const sampled = sampleClip(item, settings.num_frames, parity, trainedFrames);
				return layoutFrames(item, sampled, {
					view: { width: tile, height: tile },
					patchGrid,
					pooledGrid,
					newlines: 0,
					markers: MARKERS * sampled.count,
					wrapper: frameNames(sampled.count, parity),
				});
			},
		};
	},
};

function sampleClip(
	video: VideoItem,
	asked: FrameCount,
	parity: Parity,
	trainedFrames: number,
): SampledFrames {
	if (parity === "original" && asked !== "all") {
		// Always as many as requested, because frames of a shorter clip are repeated.
		return { count: asked, indices: sampleSegments(video.frames, asked) };
	}
	const sampled = sampleFrames(video, asked, parity, trainedFrames);
	return sampled.indices === undefined || parity === "vllm"
		? sampled
		: { ...sampled, indices: sampleArangeShifted(video.frames, sampled.count) };
}

/**
 * "Frame1: " before the first frame, "\nFrame2: " before the next. The original ends with a line break, vLLM does not.
 */
function frameNames(frames: number, parity: Parity): WrapperTokens {
	const text = Array.from(
		{ length: frames },
		(_, index) => `${index === 0 || parity === "vllm" ? "" : "\n"}Frame${index + 1}: `,
	);
	if (parity === "original") text.push("\n");
	return { markers: 0, text, estimatedTextTokens: estimateTextTokens(text) };
}
