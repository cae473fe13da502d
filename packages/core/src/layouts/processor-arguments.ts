/** Arguments of transformers' processors as several families share them. Names: its `ImagesKwargs` and `VideosKwargs`, 5.18. */

import type { ProcessorArguments, Settings, SettingValue } from "../families/family.ts";

/** `size` of a pixel budget, as Python. */
export function pixelBudget(least: number, most: SettingValue): string {
	return `{"shortest_edge": ${least}, "longest_edge": ${most}}`;
}

/**
 * Pixel budgets as `size`: `max_pixels` is refused by some of these processors and read by others, `size` by all of them.
 */
export function budgetArguments(
	{ max_pixels: image, video_max_pixels: clip }: Settings,
	{ minPixels, videoMinPixels }: { readonly minPixels: number; readonly videoMinPixels?: number },
): ProcessorArguments {
	return {
		...(image === undefined ? {} : { images: { size: pixelBudget(minPixels, image) } }),
		...(clip === undefined || videoMinPixels === undefined
			? {}
			: { videos: { size: pixelBudget(videoMinPixels, clip) } }),
	};
}

/** A number of frames that the processor samples itself; `fps: None` where its own rate would contradict it. */
export function sampledFrames({ num_frames: frames }: Settings, hasRate: boolean): Record<string, string> {
	if (frames === undefined) return {};
	return {
		do_sample_frames: "True",
		num_frames: String(frames),
		...(hasRate ? { fps: "None" } : {}),
	};
}

/** A number of frames where the processor samples by its own rule only: they are chosen before it is called. */
export function chosenFrames({ num_frames: frames }: Settings): {
	readonly videos: Record<string, string>;
	readonly notes: readonly string[];
} {
	if (frames === undefined) return { videos: {}, notes: [] };
	return {
		videos: { do_sample_frames: "False" },
		notes: [
			`this processor takes no num_frames: give it ${frames} frames spread evenly over the clip, with their video_metadata`,
		],
	};
}
