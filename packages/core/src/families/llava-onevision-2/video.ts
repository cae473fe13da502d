/**
 * Video in LLaVA-OneVision-2: which frames, their times, and bounds for the codec backend. Sources:
 * EvolvingLMMs-Lab/LLaVA-OneVision-2 transformers_impl/llavaonevision2/video_processing_llava_onevision2.py at 2c3c25e;
 * vllm-project/vllm vllm/model_executor/models/llava_onevision2.py at 045d757; codec-video-prep
 * `build_readiness_groups` (the checkpoint's own codec file is known only from its callers; it was not read).
 */

import { OnevisionError, roundHalfEven } from "@onevision/base";
import { sampleLinspaceRounded } from "../../layouts/frame-sampling.ts";
import { type SampledFrames, withNotes } from "../../layouts/frames.ts";
import { assertTimes, oneDecimal } from "../../layouts/timestamps.ts";
import type { VideoItem } from "../../sample.ts";

export interface FrameRequest {
	/** Frames sampled per second of the clip. "off": sample by number or duration instead. */
	readonly target_fps: number | "off";
	readonly num_frames: number | "by_duration";
	readonly max_frames: number;
}

/** Frame rate the checkpoint's processor assumes when a clip's own is unknown. */
export const ASSUMED_FPS = 30;
/** Clips shorter than `below` seconds get this many frames (`choose_target_frames`); longer ones get `max_frames`. */
const LAST_STEP = { below: 30, frames: 16 } as const;
const DURATION_STEPS = [{ below: 10, frames: 8 }, LAST_STEP] as const;
/** vLLM's default frames per second, and its minimum number of frames. */
export const VLLM_FPS = 1;
const VLLM_MIN_FRAMES = 4;
/** vLLM takes frames in pairs (`_OV2_FRAME_FACTOR`). */
const VLLM_FRAME_FACTOR = 2;

/** The checkpoint's own sampling: by rate, by number or by duration. Uses all frames when the clip has fewer. */
export function sampleOriginal(video: VideoItem, asked: FrameRequest): SampledFrames {
	const seconds = video.frames / (video.fps ?? ASSUMED_FPS);
	const target = targetFrames(seconds, asked);
	const notes = notesOnLength(seconds, target, asked);
	if (video.frames <= target) return withNotes({ count: video.frames }, notes);
	return withNotes({ count: target, indices: torchLinspaceRounded(video.frames - 1, target) }, notes);
}

/** The last step of the table is steep: 16 frames just below 30 s, 384 from there on. */
function notesOnLength(seconds: number, target: number, asked: FrameRequest): readonly string[] {
	const { below, frames } = LAST_STEP;
	const isByLength = asked.target_fps === "off" && asked.num_frames === "by_duration";
	if (!isByLength || seconds < below || target <= frames) return [];
	return [
		`clips of ${below} s and longer take max_frames=${target}, just below that ${frames}: set max_frames, num_frames or target_fps`,
	];
}

function targetFrames(seconds: number, { target_fps, num_frames, max_frames }: FrameRequest): number {
	if (target_fps !== "off") return Math.min(Math.max(1, Math.trunc(seconds * target_fps)), max_frames);
	if (num_frames !== "by_duration") return num_frames;
	return DURATION_STEPS.find(({ below }) => seconds < below)?.frames ?? max_frames;
}

/**
 * vLLM's loader: samples at a rate, 4 to `max_frames` frames, always an even number, and two even for a one-frame clip.
 * `num_frames` replaces `max_frames` (`--media-io-kwargs`).
 */
export function sampleVllm(video: VideoItem, asked: FrameRequest): SampledFrames {
	const rate = asked.target_fps === "off" ? VLLM_FPS : asked.target_fps;
	const most = floorToPair(asked.num_frames === "by_duration" ? asked.max_frames : asked.num_frames);
	const wanted = video.fps === undefined ? video.frames : (video.frames / video.fps) * rate;
	const clamped = Math.min(Math.min(Math.max(wanted, VLLM_MIN_FRAMES), most), video.frames);
	const count = Math.max(floorToPair(clamped), VLLM_FRAME_FACTOR);
	if (count === video.frames) return { count };
	return { count, indices: sampleLinspaceRounded(video.frames, count) };
}

function floorToPair(value: number): number {
	return Math.floor(value / VLLM_FRAME_FACTOR) * VLLM_FRAME_FACTOR;
}

/** `torch.linspace(0, last, count).round()`: float32, computed from the nearer end, ties to even. */
export function torchLinspaceRounded(last: number, count: number): number[] {
	if (count === 1) return [0];
	const end = Math.fround(last);
	const step = Math.fround(end / (count - 1));
	return Array.from({ length: count }, (_, index) => {
		// torch rounds once, because product and sum are fused.
		const value = index < Math.floor(count / 2) ? index * step : end - step * (count - 1 - index);
		return roundHalfEven(Math.fround(value));
	});
}

/** `<t seconds>` before each frame. The checkpoint's processor stores times as minutes and microseconds. */
export function frameTimes(video: VideoItem, sampled: SampledFrames, fpsIfUnknown: number): string[] {
	assertTimes(sampled.count);
	const fps = video.fps ?? fpsIfUnknown;
	return Array.from({ length: sampled.count }, (_, position) => {
		const seconds = (sampled.indices?.[position] ?? position) / fps;
		const minutes = Math.floor(seconds / 60);
		return timeTag(minutes * 60 + Number((seconds - minutes * 60).toFixed(6)));
	});
}

export function timeTag(seconds: number): string {
	return `<${oneDecimal(seconds)} seconds>`;
}

/** How the codec backend splits a clip (`CodecConfig`). */
export interface CodecConstants {
	/** Target number of canvases. It determines how many frames are inspected, not how many canvases are produced. */
	readonly targetCanvas: number;
	/** Expected frames per group. */
	readonly groupSize: number;
	/** Canvases per group: one whole frame and the patches chosen from the others. */
	readonly imagesPerGroup: number;
	/** Minimum and maximum frames per group. */
	readonly minGroupFrames: number;
	readonly maxGroupFrames: number;
}

/** Frames inspected and canvases written, as far as the clip's length alone determines them. */
export interface CodecBounds {
	readonly frames: number;
	readonly fewestCanvases: number;
	readonly usualCanvases: number;
	readonly mostCanvases: number;
}

/** Minimum frames that codec-video-prep accepts as a group. */
const SMALLEST_GROUP = 4;

/**
 * A group ends once enough bit cost has accumulated, so the number of groups is only known to within bounds. Each group
 * has at least `minGroupFrames` frames (a shorter remainder is dropped) and at most `maxGroupFrames`. Throws
 * `unsupported` for a clip too short for one group.
 */
export function codecBounds(video: VideoItem, codec: CodecConstants, targetCanvas: number): CodecBounds {
	const { groupSize, imagesPerGroup, maxGroupFrames } = codec;
	const smallest = Math.max(SMALLEST_GROUP, codec.minGroupFrames);
	const frames = Math.min(Math.floor(targetCanvas / imagesPerGroup) * groupSize, video.frames);
	if (frames < smallest) {
		throw new OnevisionError(
			"unsupported",
			`video of ${video.frames} frames: the codec backend needs at least ${smallest}; use video_backend=frames`,
		);
	}
	const mostGroups = Math.floor(frames / smallest);
	const fewestGroups = Math.max(1, Math.ceil((frames - (smallest - 1)) / maxGroupFrames));
	const usualGroups = Math.min(mostGroups, Math.max(fewestGroups, Math.round(frames / groupSize)));
	return {
		frames,
		// Canvases that contain only padding are dropped. A group's whole frame is never dropped.
		fewestCanvases: fewestGroups,
		usualCanvases: usualGroups * imagesPerGroup,
		mostCanvases: mostGroups * imagesPerGroup,
	};
}
