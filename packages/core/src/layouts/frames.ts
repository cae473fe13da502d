/** Frame selection: the settings that video families share, and the frames they select from one clip. */

import { choice, either, integer } from "@onevision/base/schema";
import type { Knob, Parity } from "../families/family.ts";
import { MAX_FRAMES, type VideoItem } from "../sample.ts";
import { sampleLinspace, sampleUniform } from "./frame-sampling.ts";

/** Every frame of the file, or this many evenly spaced frames. */
export type FrameCount = number | "all";

export const numFramesSchema = either(
	integer("Frames used per video, spread evenly; all when the clip has fewer", { min: 1, max: MAX_FRAMES }),
	choice("Use every frame the file holds", ["all"]),
);

/**
 * Frames that vLLM's loader keeps per clip by default (`--media-io-kwargs`). Source: vllm-project/vllm
 * vllm/multimodal/media/video.py at 055e47c (`num_frames`), vllm/multimodal/video.py at e5005d0 (`VideoBackend`).
 */
export const VLLM_FRAMES = 32;

export interface SampledFrames {
	readonly count: number;
	/** Absent when every frame is used. */
	readonly indices?: readonly number[];
	readonly notes?: readonly string[];
}

/** `trained` is the number of frames per clip in training. It appears in the note for when no frames are sampled. */
export function sampleFrames(
	video: VideoItem,
	asked: FrameCount,
	parity: Parity,
	trained: number,
): SampledFrames {
	if (asked === "all") {
		return video.frames <= trained
			? { count: video.frames }
			: {
					count: video.frames,
					notes: [
						`all ${video.frames} frames are used: ${parity} does not sample this family's videos unless asked; num_frames=${trained} is what it was trained with`,
					],
				};
	}
	if (asked >= video.frames) {
		return asked === video.frames || parity !== "transformers"
			? { count: video.frames }
			: {
					count: video.frames,
					notes: [
						`the clip has ${video.frames} frames, fewer than num_frames=${asked}; transformers refuses such a call`,
					],
				};
	}
	const sample = parity === "transformers" ? sampleUniform : sampleLinspace;
	return { count: asked, indices: sample(video.frames, asked) };
}

/** Notes for a frame count given together with a rate, a combination that transformers' video processors reject. */
export function notesOnBoth(asked: number, rate: number | "all", parity: Parity): readonly string[] {
	if (parity !== "transformers" || rate === "all") return [];
	return [
		`num_frames=${asked} beside fps=${rate}: transformers refuses a call with both; pass fps=None with it, here fps=all`,
	];
}

export function withNotes(sampled: SampledFrames, notes: readonly string[]): SampledFrames {
	return notes.length === 0 ? sampled : { ...sampled, notes: [...notes, ...(sampled.notes ?? [])] };
}

/** Frame counts the planner tries: every count up to 64, then steps of 8 up to 256. */
const FRAME_CHOICES: readonly number[] = [
	...Array.from({ length: 64 }, (_, index) => index + 1),
	...Array.from({ length: 24 }, (_, index) => 72 + 8 * index),
];

/** Frames per video as a planner knob, in multiples of `step`. */
export function numFramesKnob(step = 1): Knob {
	return {
		setting: "num_frames",
		values: FRAME_CHOICES.filter((frames) => frames % step === 0),
		range: { from: step, step },
		deployable: true,
		bound: "frames",
		label: (value) => `${value} frame${value === 1 ? "" : "s"}`,
	};
}
