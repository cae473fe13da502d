/** The frames a video processor samples by default, for families whose settings can express that. */

import { expectClass } from "./open-snapshot.ts";
import { contradiction, type Section, unsupported } from "./section.ts";
import { flag, frameCount, framesPerSecond } from "./values.ts";

/** Sampling values from the file, with class defaults where it has none. */
export interface Sampling {
	readonly samples: boolean;
	readonly frames: number | undefined;
	readonly fps: number | undefined;
}

/**
 * Reads `do_sample_frames`, `num_frames` and `fps`. Throws `invalid-input` when both numbers are set, because
 * transformers then refuses every video.
 */
export function readSampling(
	video: Section,
	defaults: { readonly samples: boolean; readonly frames?: number; readonly fps?: number },
): Sampling {
	const byClass = <T>(key: string, value: T): T | undefined => (video.isNull(key) ? undefined : value);
	const frames = video.read("num_frames", frameCount) ?? byClass("num_frames", defaults.frames);
	const fps = video.read("fps", framesPerSecond) ?? byClass("fps", defaults.fps);
	const samples = video.read("do_sample_frames", flag) ?? defaults.samples;
	if (samples && frames !== undefined && fps !== undefined) {
		const ofClass = defaults.frames !== undefined || defaults.fps !== undefined;
		throw contradiction(
			`${video.path}: num_frames ${frames} with fps ${fps}; transformers refuses every video with both${ofClass ? ", and this class has one of its own" : ""}`,
		);
	}
	return { samples, frames, fps };
}

/**
 * Checks the class of a video processor. An image processor's file determines it too: transformers replaces
 * "ImageProcessor" with "VideoProcessor" in the name, and uses the model's own class if no class has that name.
 */
export function expectVideoClass(video: Section, known: string, images: readonly string[]): void {
	if (expectClass(video, "video_processor_type", [known]) !== undefined) return;
	if (video.has("image_processor_type")) expectClass(video, "image_processor_type", images);
}

/** Throws `unsupported` when video frames and images would use different constants. */
export function expectSame(video: Section, key: string, frames: number, images: number): void {
	if (frames === images) return;
	throw unsupported(
		`${video.path} ${key}: ${frames} for frames and ${images} for images; OneVision counts this family with one`,
	);
}
