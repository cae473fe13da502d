/**
 * Qwen2-VL, Qwen2.5-VL, Qwen3-VL: dynamic resolution, two frames per temporal patch, 2×2 patches merged into a token.
 * The number of tokens grows with the input. Sources: transformers 5.18 models/qwen2_vl and models/qwen3_vl. For video
 * see video.ts.
 */

import type { Size } from "@onevision/base";
import { OnevisionError } from "@onevision/base";
import { boolean, choice, either, integer, number } from "@onevision/base/schema";
import { type ItemLayout, itemLayout, markersOnly, type WrapperTokens } from "../../layout.ts";
import { numFramesKnob, numFramesSchema, type SampledFrames } from "../../layouts/frames.ts";
import { maxPixelsKnob } from "../../layouts/max-pixels.ts";
import { pixelBudget, sampledFrames } from "../../layouts/processor-arguments.ts";
import { smartResize } from "../../layouts/smart-resize.ts";
import { assertTimes, estimateTextTokens, oneDecimal } from "../../layouts/timestamps.ts";
import type { MediaItem, VideoItem } from "../../sample.ts";
import type { Family, Parity } from "../family.ts";
import type { QwenVlConstants, QwenVlSettings } from "./constants.ts";
import { ASSUMED_FPS, QWEN_VIDEO_RULES, type QwenVideoRule, sampleClip, utilsVideoLimits } from "./video.ts";

const pixels = (what: string) => integer(`${what}, px`, { min: 1, max: 2 ** 40 });

/** Pixel limits the planner tries, in tokens. */
const IMAGE_TOKEN_LIMITS = [
	64, 128, 256, 384, 512, 768, 1024, 1280, 1536, 2048, 2560, 3072, 4096, 8192, 16384,
];
const FRAME_TOKEN_LIMITS = [128, 192, 256, 384, 512, 768];
const CLIP_TOKEN_LIMITS = [512, 1024, 2048, 3072, 4096, 6144, 8192, 12288];

export const qwenVl: Family<QwenVlConstants, QwenVlSettings> = {
	title: "Qwen-VL (2, 2.5, 3, 3.5)",
	source:
		"transformers 5.18.0 src/transformers/models/qwen2_vl/{image_processing,video_processing}_qwen2_vl.py, models/qwen3_vl/video_processing_qwen3_vl.py",
	parities: ["transformers", "qwen-vl-utils", "vllm"],
	scenarios: ["single-image", "multi-image", "video"],
	settings: {
		min_pixels: pixels("Fewest pixels of an image"),
		max_pixels: pixels("Most pixels of an image"),
		video_min_pixels: pixels("Fewest pixels of a frame (Qwen3-VL: of the clip)"),
		video_max_pixels: pixels("Most pixels of a frame (Qwen3-VL: of the clip)"),
		fps: either(
			number("Frames sampled per second", { min: 0.001, max: 1000 }),
			choice("Every frame, no sampling", ["all"]),
		),
		num_frames: either(numFramesSchema, choice("Leave it to fps", ["by_fps"])),
		min_frames: integer("Fewest frames when sampling by fps", { min: 1, max: 100_000 }),
		max_frames: integer("Most frames when sampling by fps", { min: 1, max: 100_000 }),
		cap_pixels_per_frame: boolean(
			"Bound a long clip's total pixels as qwen-vl-utils does (off in transformers 5.18, on from 5.22)",
		),
	},
	// vLLM's loaders for these models sample only by rate.
	ignored: { vllm: ["num_frames"] },
	defaults: (constants, parity) => {
		const utils = parity === "qwen-vl-utils" ? utilsVideoLimits(constants.factor) : undefined;
		return {
			min_pixels: constants.minPixels,
			max_pixels: constants.maxPixels,
			video_min_pixels: utils?.min ?? constants.videoMinPixels,
			video_max_pixels: utils?.max ?? constants.videoMaxPixels,
			fps: parity === "transformers" ? constants.fps : 2,
			num_frames: "by_fps",
			min_frames: 4,
			max_frames: 768,
			cap_pixels_per_frame: utils !== undefined,
		};
	},
	check: (settings, parity, asked) => {
		// transformers allows a frame count next to its default rate; such counts carry a note.
		const { num_frames, fps } = settings;
		const isBoth = asked.has("fps") && typeof fps === "number" && typeof num_frames === "number";
		if (parity === "qwen-vl-utils" && isBoth) {
			throw new OnevisionError(
				"invalid-input",
				`num_frames ${num_frames} and fps ${fps}: qwen-vl-utils takes one of the two; leave one out`,
			);
		}
		for (const [low, high] of [
			["min_pixels", "max_pixels"],
			["video_min_pixels", "video_max_pixels"],
			["min_frames", "max_frames"],
		] as const) {
			if (settings[low] <= settings[high]) continue;
			throw new OnevisionError(
				"invalid-input",
				`${low} ${settings[low]} is above ${high} ${settings[high]}: lower ${low} or raise ${high}`,
			);
		}
	},
	// Follows vllm-project/vllm examples/offline_inference/vision_language.py (run_qwen2_5_vl).
	vllmArguments: { max_pixels: "max_pixels", video_max_pixels: "max_pixels" },
	processorArguments: (chosen, { minPixels, videoMinPixels, fps }) => {
		const { max_pixels: image, video_max_pixels: video } = chosen;
		return {
			...(image === undefined ? {} : { images: { size: pixelBudget(minPixels, image) } }),
			videos: {
				...(video === undefined ? {} : { size: pixelBudget(videoMinPixels, video) }),
				// When the processor has a default rate, a frame count passed next to it is refused.
				...sampledFrames(chosen, fps !== "all"),
			},
		};
	},
	knobs: ({ factor, videoLimits }) => {
		const cell = factor ** 2;
		const limit = maxPixelsKnob("max_pixels", IMAGE_TOKEN_LIMITS, cell, "at most {} tokens per image");
		const video =
			videoLimits === "per-clip"
				? maxPixelsKnob("video_max_pixels", CLIP_TOKEN_LIMITS, cell * 2, "at most {} tokens per clip")
				: maxPixelsKnob("video_max_pixels", FRAME_TOKEN_LIMITS, cell, "at most {} tokens per pair of frames");
		return { "single-image": [limit], "multi-image": [limit], video: [numFramesKnob(2), video] };
	},
	counter: (constants, settings, parity) => {
		const guard = parity === "qwen-vl-utils" ? "round" : "shrink";
		const limits = {
			factor: constants.factor,
			minPixels: settings.min_pixels,
			maxPixels: settings.max_pixels,
		};
		const rule: QwenVideoRule =
			QWEN_VIDEO_RULES[parity === "qwen-vl-utils" ? "qwen-vl-utils" : constants.videoLimits];
		return {
			image: (item) => layout(item, smartResize(item, limits, guard), undefined, constants, markersOnly(2)),
			video: (item) => {
				const frames = sampleClip(item, rule, settings, constants.temporalPatch, parity);
				const canvas = rule.resize(item, frames.count, constants, settings);
				return layout(item, canvas, frames, constants, clipWrapper(item, frames, constants, parity));
			},
		};
	},
};

/**
 * The chat template writes one pair of markers around a clip. Qwen3-VL adds a time and a pair of markers per temporal
 * patch; vLLM puts these in place of the pair around the clip (models/qwen3_vl.py at 4f5768c).
 */
function clipWrapper(
	video: VideoItem,
	sampled: SampledFrames,
	constants: QwenVlConstants,
	parity: Parity,
): WrapperTokens {
	if (!constants.timestamps) return markersOnly(2);
	const fps = video.fps ?? ASSUMED_FPS;
	const { temporalPatch } = constants;
	const secondsOf = (position: number): number => {
		const frame = Math.min(position, sampled.count - 1);
		return (sampled.indices?.[frame] ?? frame) / fps;
	};
	assertTimes(Math.ceil(sampled.count / temporalPatch));
	const text = Array.from({ length: Math.ceil(sampled.count / temporalPatch) }, (_, index) => {
		const first = secondsOf(index * temporalPatch);
		const last = secondsOf(index * temporalPatch + temporalPatch - 1);
		return `<${oneDecimal((first + last) / 2)} seconds>`;
	});
	return {
		markers: (parity === "vllm" ? 0 : 2) + 2 * text.length,
		text,
		estimatedTextTokens: estimateTextTokens(text),
	};
}

function layout(
	item: MediaItem,
	canvas: Size,
	sampled: SampledFrames | undefined,
	{ patch, merge, factor, temporalPatch }: QwenVlConstants,
	wrapper: WrapperTokens,
): ItemLayout {
	if (canvas.width < factor || canvas.height < factor) {
		throw new OnevisionError(
			"unsupported",
			`${item.width}x${item.height} shrinks below one token at these pixel limits: raise max_pixels`,
		);
	}
	const groups = sampled === undefined ? 1 : Math.ceil(sampled.count / temporalPatch);
	const patchGrid = { rows: canvas.height / patch, cols: canvas.width / patch };
	const grid = { rows: patchGrid.rows / merge, cols: patchGrid.cols / merge };
	return itemLayout({
		kind: item.kind,
		source: { width: item.width, height: item.height },
		frames: sampled?.count ?? 1,
		...(sampled?.indices === undefined ? {} : { frameIndices: sampled.indices }),
		canvas,
		content: canvas,
		tileGrid: { rows: 1, cols: 1 },
		views: groups,
		patchGrid,
		pooledGrid: grid,
		unpaddedGrid: grid,
		cappedGrid: grid,
		parts: { overview: 0, grid: groups * grid.rows * grid.cols, newlines: 0, markers: 0 },
		towerTokens: groups * patchGrid.rows * patchGrid.cols,
		wrapper,
		...(sampled?.notes === undefined ? {} : { notes: sampled.notes }),
	});
}
