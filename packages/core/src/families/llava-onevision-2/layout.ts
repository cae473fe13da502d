/**
 * LLaVA-OneVision-2: OneVision-Encoder at native resolution, with 2×2 patches merged into a token. Every frame is a
 * separate image preceded by its time as text. With the codec backend, canvases are packed with the patches that
 * change. Paper: arXiv 2605.25979. Source: EvolvingLMMs-Lab/LLaVA-OneVision-2
 * transformers_impl/llavaonevision2/processing_llava_onevision2.py at 2c3c25e. For video see video.ts.
 */

import { choice, either, integer, number } from "@onevision/base/schema";
import { type ItemLayout, itemLayout, markersOnly } from "../../layout.ts";
import { numFramesKnob } from "../../layouts/frames.ts";
import { maxPixelsKnob } from "../../layouts/max-pixels.ts";
import {
	checkPixelLimits,
	layoutMerged,
	type MergedPatches,
	mergedGrid,
	pixelLimitSettings,
} from "../../layouts/native-resolution.ts";
import { smartResize } from "../../layouts/smart-resize.ts";
import { estimateTextTokens } from "../../layouts/timestamps.ts";
import { MAX_FRAMES, type VideoItem } from "../../sample.ts";
import type { Family, Parity } from "../family.ts";
import {
	ASSUMED_FPS,
	type CodecConstants,
	codecBounds,
	frameTimes,
	sampleOriginal,
	sampleVllm,
	timeTag,
	VLLM_FPS,
} from "./video.ts";

export interface LlavaOnevision2Constants extends MergedPatches {
	/** Minimum and maximum pixels of an image or a frame; the maximum also applies to a codec canvas. */
	readonly minPixels: number;
	readonly maxPixels: number;
	/** Maximum frames of a clip in the checkpoint's own processor. */
	readonly maxFrames: number;
	readonly codec: CodecConstants;
}

const VIDEO_BACKENDS = ["frames", "codec"] as const;

export type LlavaOnevision2Settings = {
	readonly min_pixels: number;
	readonly max_pixels: number;
	readonly video_backend: (typeof VIDEO_BACKENDS)[number];
	readonly target_fps: number | "off";
	readonly num_frames: number | "by_duration";
	readonly max_frames: number;
	readonly target_canvas: number;
};

/** Pixel limits the planner tries, in tokens per image or frame. */
const IMAGE_TOKEN_LIMITS = [64, 128, 256, 384, 512, 768, 1024, 1280, 1536, 2048, 2560, 3072, 4096, 5102];
const FRAME_TOKEN_LIMITS = [64, 128, 192, 256, 384, 512, 768, 1024, 2048];
/** `_DEFAULT_MAX_FRAMES` of vLLM. */
const VLLM_MAX_FRAMES = 32;

export const llavaOnevision2: Family<LlavaOnevision2Constants, LlavaOnevision2Settings> = {
	title: "LLaVA-OneVision-2",
	source:
		"EvolvingLMMs-Lab/LLaVA-OneVision-2 transformers_impl/llavaonevision2/{processing,video_processing}_llava_onevision2.py at 2c3c25e; vllm-project/vllm vllm/model_executor/models/llava_onevision2.py at 045d757",
	parities: ["original", "vllm"],
	scenarios: ["single-image", "multi-image", "video"],
	settings: {
		...pixelLimitSettings,
		video_backend: choice(
			"Whole frames sampled evenly, or canvases of patches chosen by motion and bit cost",
			VIDEO_BACKENDS,
		),
		target_fps: either(
			number("Frames sampled per second, up to max_frames", { min: 0.001, max: 1000 }),
			choice("Choose by num_frames or by duration (vLLM: 1 per second)", ["off"]),
		),
		num_frames: either(
			integer("Frames used per video, spread evenly; vLLM takes it as the most", { min: 1, max: MAX_FRAMES }),
			choice("8 below 10 s, 16 below 30 s, max_frames for longer clips", ["by_duration"]),
		),
		max_frames: integer("Most frames of a video", { min: 2, max: MAX_FRAMES }),
		target_canvas: integer("Canvases the codec backend aims at; decides how many frames it looks at", {
			min: 4,
			max: 4096,
		}),
	},
	defaults: (constants, parity) => ({
		min_pixels: constants.minPixels,
		max_pixels: constants.maxPixels,
		video_backend: "frames",
		target_fps: parity === "vllm" ? VLLM_FPS : "off",
		num_frames: "by_duration",
		max_frames: parity === "vllm" ? VLLM_MAX_FRAMES : constants.maxFrames,
		target_canvas: constants.codec.targetCanvas,
	}),
	check: checkPixelLimits,
	knobs: ({ patch, merge }) => {
		const cell = (patch * merge) ** 2;
		const limit = maxPixelsKnob("max_pixels", IMAGE_TOKEN_LIMITS, cell, "at most {} tokens per image");
		const perFrame = maxPixelsKnob("max_pixels", FRAME_TOKEN_LIMITS, cell, "at most {} tokens per frame");
		return { "single-image": [limit], "multi-image": [limit], video: [numFramesKnob(), perFrame] };
	},
	counter: (constants, settings, parity) => ({
		image: (item) =>
			layoutMerged(
				item,
				smartResize(item, limitsOf(constants, settings), "shrink"),
				constants,
				markersOnly(2),
			),
		video: (item) =>
			settings.video_backend === "codec"
				? layoutCodec(item, constants, settings)
				: layoutClip(item, constants, settings, parity),
	}),
};

function limitsOf({ patch, merge }: LlavaOnevision2Constants, settings: LlavaOnevision2Settings) {
	return { factor: patch * merge, minPixels: settings.min_pixels, maxPixels: settings.max_pixels };
}

/** `<t seconds><|vision_start|>…<|vision_end|>` per frame, joined without separators. */
function layoutClip(
	item: VideoItem,
	constants: LlavaOnevision2Constants,
	settings: LlavaOnevision2Settings,
	parity: Parity,
): ItemLayout {
	const vllm = parity === "vllm";
	const sampled = vllm ? sampleVllm(item, settings) : sampleOriginal(item, settings);
	// vLLM passes frames to the image processor. The checkpoint resizes them itself first, with the guard in the other
	// branch.
	const canvas = smartResize(item, limitsOf(constants, settings), vllm ? "shrink" : "round");
	const text = frameTimes(item, sampled, vllm ? VLLM_FPS : ASSUMED_FPS);
	const wrapper = { markers: 2 * sampled.count, text, estimatedTextTokens: estimateTextTokens(text) };
	return layoutMerged(item, canvas, constants, wrapper, sampled);
}

/**
 * Bounds for the codec backend. Each run of patches from one source frame is written as time, start marker, patches,
 * end marker and a line break. The number of runs depends on the bitstream; this assumes one per frame inspected.
 */
function layoutCodec(
	item: VideoItem,
	constants: LlavaOnevision2Constants,
	settings: LlavaOnevision2Settings,
): ItemLayout {
	const bounds = codecBounds(item, constants.codec, settings.target_canvas);
	const canvas = smartResize(item, { ...limitsOf(constants, settings), minPixels: 1 }, "round");
	const grid = mergedGrid(item, canvas, constants);
	const perCanvas = grid.rows * grid.cols;
	const patchGrid = { rows: grid.rows * constants.merge, cols: grid.cols * constants.merge };
	const lastTime = `${timeTag((item.frames - 1) / (item.fps ?? ASSUMED_FPS))}\n`;
	return itemLayout({
		kind: "video",
		source: { width: item.width, height: item.height },
		frames: bounds.frames,
		canvas,
		content: canvas,
		tileGrid: { rows: 1, cols: 1 },
		views: bounds.mostCanvases,
		patchGrid,
		pooledGrid: grid,
		unpaddedGrid: grid,
		cappedGrid: grid,
		parts: { overview: 0, grid: bounds.mostCanvases * perCanvas, newlines: 0, markers: 0 },
		towerTokens: bounds.mostCanvases * patchGrid.rows * patchGrid.cols,
		wrapper: {
			markers: 2 * bounds.frames,
			text: [],
			estimatedTextTokens: bounds.frames * estimateTextTokens([lastTime]),
		},
		range: {
			min: bounds.fewestCanvases * perCanvas,
			max: bounds.mostCanvases * perCanvas,
			why: `the codec backend groups ${bounds.frames} frames by bit cost, so the bitstream decides whether ${bounds.fewestCanvases} or up to ${bounds.mostCanvases} canvases of ${perCanvas} tokens come out`,
		},
		notes: [
			`groups of ${constants.codec.groupSize} frames are expected: about ${bounds.usualCanvases} canvases, ${bounds.usualCanvases * perCanvas} tokens`,
		],
	});
}
