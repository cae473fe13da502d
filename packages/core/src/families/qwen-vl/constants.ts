/** Constants of a Qwen-VL checkpoint, and its settings. */

import type { FrameCount } from "../../layouts/frames.ts";

export interface QwenVlConstants {
	/** Side of a patch, px. */
	readonly patch: number;
	/** Patches per side merged into one token. */
	readonly merge: number;
	/** Side of a token, px: `patch · merge`. */
	readonly factor: number;
	/** Frames per temporal patch. */
	readonly temporalPatch: number;
	readonly minPixels: number;
	readonly maxPixels: number;
	readonly videoMinPixels: number;
	readonly videoMaxPixels: number;
	/** Whether the video limits apply per frame (Qwen2-VL, Qwen2.5-VL) or to the whole clip (Qwen3-VL). */
	readonly videoLimits: "per-frame" | "per-clip";
	/** Default frames per second; "all" uses every frame (`do_sample_frames` off). */
	readonly fps: number | "all";
	/** Whether each temporal patch is preceded by its time as text. */
	readonly timestamps: boolean;
}

export type QwenVlSettings = {
	readonly min_pixels: number;
	readonly max_pixels: number;
	readonly video_min_pixels: number;
	readonly video_max_pixels: number;
	readonly fps: number | "all";
	readonly num_frames: FrameCount | "by_fps";
	readonly min_frames: number;
	readonly max_frames: number;
	readonly cap_pixels_per_frame: boolean;
};
