/**
 * Arguments of transformers' processors shared by several families. Names come from its `ImagesKwargs` and
 * `VideosKwargs`, 5.18.
 */

import type { ProcessorArguments, Settings, SettingValue } from "../families/family.ts";

/** A pixel budget as the `size` argument, in Python. */
export function pixelBudget(least: number, most: SettingValue): string {
	return `{"shortest_edge": ${least}, "longest_edge": ${most}}`;
}

/** Pixel budgets passed as `size`, because all of these processors read it, while some reject `max_pixels`. */
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

/**
 * A frame count for processors that sample by themselves. Adds `fps: None` where the processor's own rate would
 * conflict.
 */
export function sampledFrames({ num_frames: frames }: Settings, hasRate: boolean): Record<string, string> {
	if (frames === undefined) return {};
	return {
		do_sample_frames: "True",
		num_frames: String(frames),
		...(hasRate ? { fps: "None" } : {}),
	};
}

/** A frame count for processors that sample only by their own rule. The frames must be selected before the call. */
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
