/**
 * Video in the Qwen-VL family: which frames, and at what size. Three rules, one table row each. Sources: transformers
 * 5.18 models/qwen2_vl/video_processing_qwen2_vl.py and models/qwen3_vl/video_processing_qwen3_vl.py; QwenLM/Qwen3-VL
 * qwen-vl-utils/src/qwen_vl_utils/vision_process.py at 004d5e0 (`smart_nframes`, `fetch_video`); vllm-project/vllm
 * vllm/multimodal/video.py at e5005d0 (`Qwen2VLVideoBackend`), which samples frames and passes them to transformers.
 */

import type { Size } from "@onevision/base";
import { OnevisionError, roundHalfEven } from "@onevision/base";
import { countByRate, sampleArange, sampleLinspaceRounded } from "../../layouts/frame-sampling.ts";
import { notesOnBoth, type SampledFrames, withNotes } from "../../layouts/frames.ts";
import { smartResize, smartResizeClip } from "../../layouts/smart-resize.ts";
import type { VideoItem } from "../../sample.ts";
import type { Parity } from "../family.ts";
import type { QwenVlConstants, QwenVlSettings } from "./constants.ts";

export interface QwenVideoRule {
	/** Number of frames to sample at a rate per second. */
	countByFps(video: VideoItem, rate: number, settings: QwenVlSettings, temporalPatch: number): number;
	/** Number of frames sampled when `asked` frames are requested. May be zero, or more than the clip has. */
	countByNumber(asked: number, temporalPatch: number): number;
	indices(total: number, count: number): number[];
	/** Size of every frame, px. */
	resize(video: Size, frames: number, constants: QwenVlConstants, settings: QwenVlSettings): Size;
	/** Minimum frames when sampling by rate. */
	readonly fewestFrames: number;
	/** What happens when more frames are requested than the clip has: the rule fails, or repeats some. */
	readonly more: "fails" | "repeats";
}

/** Context length that limits a clip's pixels, and the fraction of it available to media. */
const CLIP_TOKENS = 128_000;
const CLIP_SHARE = 0.9;
/** Per-frame limits in tokens: qwen-vl-utils `VIDEO_MIN_TOKEN_NUM`, `VIDEO_MAX_TOKEN_NUM`. */
const FRAME_MIN_TOKENS = 128;
const FRAME_MAX_TOKENS = 768;
/** The cap on frame pixels may not go below the lower limit times this factor. */
const SLACK = 1.05;
/** Frame rate Qwen3-VL assumes when a clip's own is unknown. */
export const ASSUMED_FPS = 24;

export const QWEN_VIDEO_RULES = {
	/** Qwen2-VL and Qwen2.5-VL in transformers: limits per frame. */
	"per-frame": {
		fewestFrames: 1,
		more: "fails",
		countByFps: (video, rate, settings, temporalPatch) => {
			const most = floorTo(Math.min(settings.max_frames, video.frames), temporalPatch);
			const wanted = (video.frames / fpsOf(video)) * rate;
			return floorTo(Math.min(Math.max(wanted, settings.min_frames), most, video.frames), temporalPatch);
		},
		countByNumber: roundTo,
		indices: sampleArange,
		resize: (video, frames, { factor, temporalPatch }, settings) => {
			const share = Math.floor((Math.trunc(CLIP_TOKENS * factor ** 2 * CLIP_SHARE) * temporalPatch) / frames);
			const maxPixels = settings.cap_pixels_per_frame
				? Math.max(Math.min(settings.video_max_pixels, share), Math.trunc(settings.video_min_pixels * SLACK))
				: settings.video_max_pixels;
			return smartResize(video, { factor, minPixels: settings.video_min_pixels, maxPixels }, "shrink");
		},
	},
	/** Qwen3-VL in transformers: one budget for the whole clip. */
	"per-clip": {
		fewestFrames: 2,
		more: "repeats",
		countByFps: (video, rate, settings) => {
			const wanted = Math.trunc((video.frames / (video.fps ?? ASSUMED_FPS)) * rate);
			return Math.min(Math.max(wanted, settings.min_frames), settings.max_frames, video.frames);
		},
		countByNumber: (asked) => asked,
		indices: sampleLinspaceRounded,
		resize: (video, frames, { factor, temporalPatch }, settings) => {
			const perFrame = Math.max(
				Math.min(FRAME_MAX_TOKENS * factor ** 2, Math.floor(settings.video_max_pixels / frames)),
				Math.trunc(settings.video_min_pixels * SLACK),
			);
			const maxPixels = settings.cap_pixels_per_frame ? perFrame * frames : settings.video_max_pixels;
			const limits = { factor, minPixels: settings.video_min_pixels, maxPixels };
			return smartResizeClip(video, frames, temporalPatch, limits);
		},
	},
	/** qwen-vl-utils, which runs before the processor: limits per frame in tokens, always bounded by the whole clip. */
	"qwen-vl-utils": {
		fewestFrames: 2,
		more: "fails",
		countByFps: (video, rate, settings, temporalPatch) => {
			const clip = { total: video.frames, fps: fpsOf(video), rate };
			const limits = { min: settings.min_frames, max: settings.max_frames, multiple: temporalPatch };
			return countByRate(clip, limits);
		},
		countByNumber: roundTo,
		indices: sampleLinspaceRounded,
		resize: (video, frames, { factor, temporalPatch }, settings) => {
			const share = ((CLIP_TOKENS * factor ** 2 * CLIP_SHARE) / frames) * temporalPatch;
			const maxPixels = settings.cap_pixels_per_frame
				? Math.max(Math.min(settings.video_max_pixels, share), Math.trunc(settings.video_min_pixels * SLACK))
				: settings.video_max_pixels;
			return smartResize(video, { factor, minPixels: settings.video_min_pixels, maxPixels }, "round");
		},
	},
} as const satisfies Record<string, QwenVideoRule>;

/** The per-frame limits that qwen-vl-utils starts from, px, for tokens of `factor` px. */
export function utilsVideoLimits(factor: number): { readonly min: number; readonly max: number } {
	return { min: FRAME_MIN_TOKENS * factor ** 2, max: FRAME_MAX_TOKENS * factor ** 2 };
}

/**
 * Frames used of one clip under a rule. Throws `unsupported` for a clip that is too short or where qwen-vl-utils fails,
 * and `invalid-media` without a frame rate. Cases where transformers fails are counted, with a note that says so.
 */
export function sampleClip(
	video: VideoItem,
	rule: QwenVideoRule,
	settings: QwenVlSettings,
	temporalPatch: number,
	parity: Parity,
): SampledFrames {
	const total = video.frames;
	const { num_frames: asked, fps: rate } = settings;
	if (typeof asked === "number") return sampleByNumber(total, asked, rule, rate, temporalPatch, parity);
	if (total < rule.fewestFrames) return refuseShort(total);
	if (asked === "all" || rate === "all") {
		if (parity === "vllm") {
			throw new OnevisionError(
				"unsupported",
				"fps all: vLLM samples these clips at a rate; set fps, by itself 2",
			);
		}
		if (total <= settings.max_frames) return { count: total };
		const note = `all ${total} frames are used: no sampling unless asked; the model cards sample with fps=2`;
		return { count: total, notes: [note] };
	}
	const count = rule.countByFps(video, rate, settings, temporalPatch);
	if (count < rule.fewestFrames || count < 1) return refuseShort(total);
	return take(total, count, rule, parity, []);
}

function sampleByNumber(
	total: number,
	asked: number,
	rule: QwenVideoRule,
	rate: QwenVlSettings["fps"],
	temporalPatch: number,
	parity: Parity,
): SampledFrames {
	const count = rule.countByNumber(asked, temporalPatch);
	const refuse = (why: string): never => {
		throw new OnevisionError("unsupported", `num_frames ${asked}: ${why}`);
	};
	if (count < temporalPatch) {
		return refuse(`${parity} takes frames in pairs and fails on fewer; ask for ${temporalPatch}`);
	}
	const notes = [...notesOnBoth(asked, rate, parity)];
	if (count <= total || rule.more === "repeats") return take(total, count, rule, parity, notes);
	if (parity !== "transformers") {
		return refuse(
			`comes to ${count} frames of a clip that has ${total}, which ${parity} refuses; ask for fewer`,
		);
	}
	const most = floorTo(total, temporalPatch);
	if (most < 1) return refuseShort(total);
	notes.push(
		`the clip has ${total} frames, fewer than num_frames=${asked}; transformers refuses such a call`,
	);
	return take(total, most, rule, parity, notes);
}

/** `count` frames out of `total`, sampled by the rule. */
function take(
	total: number,
	count: number,
	rule: QwenVideoRule,
	parity: Parity,
	notes: readonly string[],
): SampledFrames {
	if (count === total) return withNotes({ count }, notes);
	const indices = rule.indices(total, count);
	const last = indices.at(-1) ?? 0;
	if (last < total) return withNotes({ count: indices.length, indices }, notes);
	if (parity === "vllm") {
		return { count: indices.length, indices: indices.map((index) => Math.min(index, total - 1)) };
	}
	const note = `transformers asks for frame ${last} of a clip whose last is ${total - 1} here and fails on it; another fps or num_frames avoids that`;
	return { count: indices.length, indices, notes: [...notes, note] };
}

function fpsOf(video: VideoItem): number {
	if (video.fps !== undefined) return video.fps;
	throw new OnevisionError(
		"invalid-media",
		"video fps unknown: sampling by fps needs the clip's frame rate; give fps, or set num_frames",
	);
}

function refuseShort(total: number): never {
	throw new OnevisionError(
		"unsupported",
		`video of ${total} frame${total === 1 ? "" : "s"}: too short to sample pairs of frames from; pass it as an image`,
	);
}

function roundTo(value: number, multiple: number): number {
	return roundHalfEven(value / multiple) * multiple;
}

function floorTo(value: number, multiple: number): number {
	return Math.floor(value / multiple) * multiple;
}
