/**
 * Dynamic resolution: rounds both sides to a multiple of a factor and keeps the pixel count within limits. Two versions
 * exist, which differ for sides under half a factor. transformers 5.18
 * (models/qwen2_vl/image_processing_qwen2_vl.py:63) applies max(factor, …) in the shrink branch; qwen-vl-utils
 * (QwenLM/Qwen3-VL qwen-vl-utils/src/qwen_vl_utils/vision_process.py at 004d5e0) applies it to the first rounding.
 */

import type { Size } from "@onevision/base";
import { OnevisionError, roundHalfEven } from "@onevision/base";

/** Maximum ratio of longer to shorter side that the Qwen family accepts. */
const MAX_ASPECT_RATIO = 200;

export interface SmartResizeLimits {
	/** Both sides become a multiple of this, px. */
	readonly factor: number;
	/** Minimum pixels of the result. */
	readonly minPixels: number;
	/** Maximum pixels of the result. */
	readonly maxPixels: number;
}

/** The resized size, px. Throws `unsupported` for aspect ratios above 200. */
export function smartResize(image: Size, limits: SmartResizeLimits, guard: "shrink" | "round"): Size {
	assertAspectRatio(image);
	const { factor } = limits;
	const { width, height } = image;
	const least = guard === "round" ? factor : 0;
	const rounded = {
		width: Math.max(least, roundHalfEven(width / factor) * factor),
		height: Math.max(least, roundHalfEven(height / factor) * factor),
	};
	return clampPixels(image, rounded, 1, 1, limits, guard === "shrink" ? factor : 0);
}

/**
 * Same as `smartResize`, but with one pixel budget for the whole clip: Qwen3-VL video and, with two frames, GLM-4V
 * (transformers 5.18 models/qwen3_vl/video_processing_qwen3_vl.py:66). `frames` is the number of frames the tower
 * receives.
 */
export function smartResizeClip(
	image: Size,
	frames: number,
	temporalFactor: number,
	limits: SmartResizeLimits,
): Size {
	const { factor } = limits;
	let { width, height } = image;
	if (height < factor || width < factor) {
		const scale = Math.max(factor / height, factor / width);
		height = Math.trunc(height * scale);
		width = Math.trunc(width * scale);
	}
	assertAspectRatio({ width, height });
	const rounded = {
		width: roundHalfEven(width / factor) * factor,
		height: roundHalfEven(height / factor) * factor,
	};
	const roundedFrames = roundHalfEven(frames / temporalFactor) * temporalFactor;
	return clampPixels({ width, height }, rounded, frames, roundedFrames, limits, factor);
}

/**
 * Shrinks or enlarges `rounded` when `roundedFrames` images of that size fall outside the limits. No side ends up below
 * `leastSide`.
 */
export function clampPixels(
	image: Size,
	rounded: Size,
	frames: number,
	roundedFrames: number,
	{ factor, minPixels, maxPixels }: SmartResizeLimits,
	leastSide: number,
): Size {
	const { width, height } = image;
	const pixels = roundedFrames * rounded.height * rounded.width;
	if (pixels > maxPixels) {
		const beta = Math.sqrt((frames * height * width) / maxPixels);
		return {
			width: Math.max(leastSide, Math.floor(width / beta / factor) * factor),
			height: Math.max(leastSide, Math.floor(height / beta / factor) * factor),
		};
	}
	if (pixels < minPixels) {
		const beta = Math.sqrt(minPixels / (frames * height * width));
		return {
			width: Math.ceil((width * beta) / factor) * factor,
			height: Math.ceil((height * beta) / factor) * factor,
		};
	}
	return rounded;
}

function assertAspectRatio(image: Size): void {
	const ratio = Math.max(image.width, image.height) / Math.min(image.width, image.height);
	if (ratio <= MAX_ASPECT_RATIO) return;
	throw new OnevisionError(
		"unsupported",
		`aspect ratio ${Number(ratio.toFixed(1))} of ${image.width}x${image.height}: this family takes at most ${MAX_ASPECT_RATIO}; crop or pad the image first`,
	);
}
