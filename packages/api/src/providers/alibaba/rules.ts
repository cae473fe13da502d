/**
 * Qwen-VL on DashScope (Alibaba Cloud Model Studio): the official estimation code for images and video. The page says
 * that its code is an estimate and that the API's own usage is authoritative. Another page prints a formula with a
 * stray division by four; it is wrong and not used here. Source: Model Studio's vision and fine-tuning pages,
 * alibabacloud.com/help/en/model-studio/vision.
 */

import type { Size } from "@onevision/base";
import { OnevisionError } from "@onevision/base";
import { boolean, integer, number } from "@onevision/base/schema";
import type { VideoItem } from "@onevision/core";
import { smartResize } from "@onevision/core";
import { type ApiRule, secondsOf, showSize } from "../rule.ts";

export const DASHSCOPE_SOURCE =
	"https://www.alibabacloud.com/help/en/model-studio/vision (code and limits page, copy of 2026)";

export interface DashscopeConstants {
	/** Side of one token's cell, px. */
	readonly factor: number;
	/** Default `max_pixels` of a request. */
	readonly maxPixels: number;
	/** Maximum tokens per image with `vl_high_resolution_images`. */
	readonly mostTokens: number;
	/** Minimum tokens per image or frame. */
	readonly fewestTokens: number;
	/** Maximum pixels of a frame, and of a clip. Absent if no video rule is published for the model. */
	readonly video?: { readonly framePixels: number; readonly clipPixels: number };
}

export type DashscopeSettings = {
	readonly max_pixels: number;
	readonly vl_high_resolution_images: boolean;
	readonly fps: number;
};

/** Special tokens around an item: `<vision_bos>`, `<vision_eos>`. */
const MARKERS = 2;
/** Minimum and maximum frames per clip. */
const MIN_FRAMES = 4;
const MAX_FRAMES = 2000;
/** Frame rates that a search tries. */
const RATES = [0.1, 0.2, 0.25, 0.5, 1, 2, 4, 8, 10];
/** A frame's pixel limit stays at least this factor above the lower limit. */
const SLACK = 1.05;

export const dashscope: ApiRule<DashscopeConstants, DashscopeSettings> = {
	title: "DashScope Qwen-VL",
	source: DASHSCOPE_SOURCE,
	settings: {
		max_pixels: integer("Most pixels of an image, px", { min: 4 * 28 ** 2, max: 16_384 * 32 ** 2 }),
		vl_high_resolution_images: boolean("Up to 16,384 tokens per image, max_pixels not used"),
		fps: number("Frames sampled per second of video", { min: 0.1, max: 10 }),
	},
	defaults: ({ maxPixels }) => ({ max_pixels: maxPixels, vl_high_resolution_images: false, fps: 2 }),
	knobs: ({ factor, mostTokens }) => {
		const cell = factor ** 2;
		const limit = {
			setting: "max_pixels",
			values: [4 * cell, mostTokens * cell],
			range: { from: 4 * cell, step: cell },
		};
		return { image: [limit], video: [{ setting: "fps", values: RATES }] };
	},
	image: (image, constants, settings) => {
		const { factor, mostTokens, fewestTokens } = constants;
		const cell = factor ** 2;
		const high = settings.vl_high_resolution_images;
		const limits = {
			factor,
			minPixels: fewestTokens * cell,
			maxPixels: Math.min(high ? Number.POSITIVE_INFINITY : settings.max_pixels, mostTokens * cell),
		};
		const resized = smartResize(image, limits, "shrink");
		const tokens = (resized.width * resized.height) / cell;
		return {
			kind: "image",
			visualTokens: tokens + MARKERS,
			exactness: "documented",
			resized,
			frames: 1,
			steps: [
				`${showSize(resized)} within ${limits.maxPixels} px`,
				`${tokens} tokens of ${factor} px and ${MARKERS} markers`,
			],
		};
	},
	video: (video, constants, settings) => {
		const { factor, fewestTokens } = constants;
		if (constants.video === undefined) {
			throw new OnevisionError(
				"unsupported",
				"video: no counting rule is published for this model; send it to a Qwen3-VL model, or count its frames as images",
			);
		}
		const frames = sampledFrames(video, settings.fps);
		const minPixels = fewestTokens * factor ** 2;
		const { framePixels, clipPixels } = constants.video;
		const maxPixels = Math.max(
			Math.min(framePixels, (clipPixels * 2) / frames),
			Math.trunc(minPixels * SLACK),
		);
		const resized = atLeast(smartResize(video, { factor, minPixels, maxPixels }, "round"), factor);
		const cells = (resized.width * resized.height) / factor ** 2;
		const pairs = Math.ceil(frames / 2);
		return {
			kind: "video",
			visualTokens: pairs * cells + MARKERS,
			exactness: "documented",
			resized,
			frames,
			steps: [
				`${settings.fps} frames per second: ${frames} frames, ${pairs} pairs`,
				`${showSize(resized)}: ${cells} tokens per pair and ${MARKERS} markers`,
			],
		};
	},
};

function atLeast({ width, height }: Size, side: number): Size {
	return { width: Math.max(side, width), height: Math.max(side, height) };
}

/** The page's `smart_nframes`: number of frames of a clip at `fps` frames per second. */
function sampledFrames(video: VideoItem, fps: number): number {
	const seconds = secondsOf(video);
	const rate = video.fps ?? video.frames / seconds;
	const whole = Math.trunc(seconds);
	// A fractional second counts only if it is longer than the interval between two sampled frames.
	const counted = Math.ceil((seconds - whole > 1 / fps ? seconds : whole) * rate);
	// The page's code finds no frame in a shorter clip; count at least the clip's own frames.
	const total = counted === 0 ? video.frames : counted;
	const most = Math.max(1, roundDownToEven(Math.min(MAX_FRAMES, total)));
	const wanted = (total / rate) * fps;
	const frames = Math.trunc(Math.min(Math.max(wanted, MIN_FRAMES), most, total));
	return Math.min(video.frames, Math.max(1, frames));
}

function roundDownToEven(value: number): number {
	return Math.floor(value / 2) * 2;
}
