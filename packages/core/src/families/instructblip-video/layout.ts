/**
 * InstructBLIP-Video: 32 tokens per frame. The processor always writes the tokens of exactly four frames, whatever it
 * is given. Source: transformers 5.18 models/instructblipvideo/processing_instructblipvideo.py.
 */

import { type ItemLayout, NO_WRAPPER } from "../../layout.ts";
import { sampleUniform } from "../../layouts/frame-sampling.ts";
import type { SampledFrames } from "../../layouts/frames.ts";
import { layoutFixedQueries, type QueryConstants } from "../../layouts/q-former.ts";
import type { MediaItem, VideoItem } from "../../sample.ts";
import type { Family } from "../family.ts";

export interface InstructblipVideoConstants extends QueryConstants {
	/** Number of frames the prompt is written for. */
	readonly frames: number;
}

export type InstructblipVideoSettings = Record<never, never>;

export const instructblipVideo: Family<InstructblipVideoConstants, InstructblipVideoSettings> = {
	title: "InstructBLIP-Video",
	source: "transformers 5.18.0 src/transformers/models/instructblipvideo/processing_instructblipvideo.py",
	parities: ["transformers"],
	scenarios: ["video"],
	settings: {},
	defaults: () => ({}),
	knobs: () => ({ "single-image": [], "multi-image": [], video: [] }),
	counter: (constants) => ({
		// The video processor treats an image as a clip of one frame.
		image: (item) => layoutClip(item, constants, withNote(1, constants.frames)),
		video: (item) => layoutClip(item, constants, takeFrames(item, constants.frames)),
	}),
};

function layoutClip(
	item: MediaItem,
	constants: InstructblipVideoConstants,
	sampled: SampledFrames,
): ItemLayout {
	const tokens = constants.frames * constants.queries;
	return layoutFixedQueries(item, constants, tokens, NO_WRAPPER, sampled);
}

/** The caller must pass the frames; this assumes evenly spaced ones. */
function takeFrames(video: VideoItem, wanted: number): SampledFrames {
	if (video.frames === wanted) return { count: wanted };
	if (video.frames > wanted) return { count: wanted, indices: sampleUniform(video.frames, wanted) };
	return withNote(video.frames, wanted);
}

function withNote(frames: number, wanted: number): SampledFrames {
	const note = `${frames} frame${frames === 1 ? "" : "s"} given: the prompt is written for ${wanted}, repeat frames to fill them`;
	return { count: frames, notes: [note] };
}
