/**
 * Kimi K2.5: MoonViT at the image's native resolution, padded to whole tokens. A video is split into chunks of four
 * frames, each chunk one token grid preceded by its time. Source: transformers 5.18
 * models/kimi_k25/{image_processing,video_processing,processing}_kimi_k25.py.
 */

import { OnevisionError } from "@onevision/base";
import { choice, either, integer, number } from "@onevision/base/schema";
import type { WrapperTokens } from "../../layout.ts";
import {
	notesOnBoth,
	numFramesKnob,
	type SampledFrames,
	sampleFrames,
	withNotes,
} from "../../layouts/frames.ts";
import { maxPixelsKnob } from "../../layouts/max-pixels.ts";
import {
	type ClipFrames,
	clipFramesSchema,
	layoutNative,
	rateOf,
	secondsAt,
} from "../../layouts/native-clip.ts";
import type { MergedPatches } from "../../layouts/native-resolution.ts";
import { type NavitLimits, navitResize } from "../../layouts/navit-resize.ts";
import { sampledFrames } from "../../layouts/processor-arguments.ts";
import { estimateTextTokens } from "../../layouts/timestamps.ts";
import type { VideoItem } from "../../sample.ts";
import type { Family } from "../family.ts";

export interface KimiK25Constants extends MergedPatches {
	/** Maximum patches of an image and of a frame (`max_patches`). */
	readonly maxPatches: number;
	readonly frameMaxPatches: number;
	/** Maximum patches along a side (`size.max_height`, `size.max_width`). */
	readonly maxSide: number;
	/** Frames per chunk. */
	readonly chunk: number;
	/** Frames sampled per second. */
	readonly fps: number;
}

export type KimiK25Settings = {
	readonly max_patches: number;
	readonly video_max_patches: number;
	readonly max_side: number;
	readonly fps: number | "all";
	readonly num_frames: ClipFrames;
};

/** Frame rate the processor assumes when a clip's own is unknown. */
const ASSUMED_FPS = 24;
const IMAGE_TOKENS = [64, 128, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096];
const CHUNK_TOKENS = [64, 128, 256, 384, 512, 768, 1024];
/** Identical for every image. */
const IMAGE_WRAPPER = mediaMarkers(["image"], 1);

const patches = (what: string) => integer(`Most patches of ${what}`, { min: 1, max: 2 ** 32 });

export const kimiK25: Family<KimiK25Constants, KimiK25Settings> = {
	title: "Kimi K2.5",
	source: "transformers 5.18.0 src/transformers/models/kimi_k25/image_processing_kimi_k25.py",
	parities: ["transformers"],
	scenarios: ["single-image", "multi-image", "video"],
	settings: {
		max_patches: patches("an image"),
		video_max_patches: patches("a video frame"),
		max_side: integer("Most patches along a side (`size.max_height` and `size.max_width`)", {
			min: 1,
			max: 100_000,
		}),
		fps: either(
			number("Frames sampled per second", { min: 0.001, max: 1000 }),
			choice("Every frame, no sampling", ["all"]),
		),
		num_frames: clipFramesSchema,
	},
	defaults: ({ maxPatches, frameMaxPatches, maxSide, fps }) => ({
		max_patches: maxPatches,
		video_max_patches: frameMaxPatches,
		max_side: maxSide,
		fps,
		num_frames: "by_fps",
	}),
	processorArguments: (chosen) => {
		const { max_patches: image, video_max_patches: frame } = chosen;
		return {
			...(image === undefined ? {} : { images: { max_patches: String(image) } }),
			videos: {
				...(frame === undefined ? {} : { max_patches: String(frame) }),
				...sampledFrames(chosen, true),
			},
		};
	},
	knobs: ({ merge, chunk }) => {
		const image = maxPixelsKnob("max_patches", IMAGE_TOKENS, merge ** 2, "at most {} tokens per image");
		const frame = maxPixelsKnob(
			"video_max_patches",
			CHUNK_TOKENS,
			merge ** 2,
			`at most {} tokens per ${chunk} frames`,
		);
		return { "single-image": [image], "multi-image": [image], video: [numFramesKnob(chunk), frame] };
	},
	counter: (constants, settings) => {
		const { patch, merge, chunk } = constants;
		const limits = (maxPatches: number): NavitLimits => ({
			patch,
			merge,
			maxPatches,
			maxSide: settings.max_side,
		});
		return {
			image: (item) => {
				const fitted = navitResize(item, limits(settings.max_patches));
				return layoutNative(item, { patch, merge, ...fitted, wrapper: IMAGE_WRAPPER });
			},
			video: (item) => {
				const sampled = takeFrames(item, settings);
				const groups = Math.ceil(sampled.count / chunk);
				return layoutNative(item, {
					patch,
					merge,
					...navitResize(item, limits(settings.video_max_patches)),
					views: sampled.count,
					groups,
					wrapper: chunkTimes(item, sampled, groups, chunk),
					sampled,
				});
			},
		};
	},
};

/** `default_sample_indices_fn`: evenly spaced frames, as many as the clip's duration times the rate. */
function takeFrames(video: VideoItem, settings: KimiK25Settings): SampledFrames {
	const { num_frames: asked, fps: rate } = settings;
	if (asked === "all" || (asked === "by_fps" && rate === "all")) return { count: video.frames };
	if (asked !== "by_fps") {
		return withNotes(
			sampleFrames(video, asked, "transformers", asked),
			notesOnBoth(asked, rate, "transformers"),
		);
	}
	const count = Math.trunc((video.frames / rateOf(video)) * (rate as number));
	if (count > 0) return sampleFrames(video, count, "transformers", count);
	throw new OnevisionError(
		"unsupported",
		`video of ${video.frames} frame${video.frames === 1 ? "" : "s"}: too short for fps=${rate}; set num_frames, or pass it as an image`,
	);
}

function chunkTimes(video: VideoItem, sampled: SampledFrames, chunks: number, chunk: number): WrapperTokens {
	const seconds = secondsAt(video, sampled, ASSUMED_FPS);
	const text = Array.from({ length: chunks }, (_, index) => [clockTime(seconds(index * chunk)), "video"]);
	return mediaMarkers(text.flat(), chunks);
}

/** `<|media_begin|>`, the media type, `<|media_content|>`, the tokens, `<|media_end|>`. */
function mediaMarkers(text: readonly string[], grids: number): WrapperTokens {
	return { markers: 3 * grids, text, estimatedTextTokens: estimateTextTokens(text) };
}

/** `HH:MM:SS.mmm`, hours modulo 24, milliseconds truncated. */
function clockTime(seconds: number): string {
	const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
	const thousandths = String(Math.trunc((seconds % 1) * 1000)).padStart(3, "0");
	const hours = Math.floor(seconds / 3600) % 24;
	return `${two(hours)}:${two((seconds % 3600) / 60)}:${two(seconds % 60)}.${thousandths}`;
}
