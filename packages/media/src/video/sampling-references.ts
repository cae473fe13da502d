/**
 * How reference implementations choose the frames of a video, one row each. core does the arithmetic; a row says
 * which function a reference uses, which bounds it supports, and what it rejects.
 */

import { OnevisionError, roundHalfEven } from "@onevision/base";
import { countByRate, sampleLinspace, sampleLinspaceRounded, sampleUniform } from "@onevision/core";

interface Clip {
	/** Frames in the file. */
	readonly total: number;
	/** Frames per second of the file. */
	readonly fps: number;
	/** Frames wanted per second. */
	readonly rate: number;
}

interface RateLimits {
	readonly minFrames?: number | undefined;
	readonly maxFrames?: number | undefined;
}

export interface ReferenceSampling {
	readonly source: string;
	/** Chooses `count` of `total` frames. */
	uniform(total: number, count: number): number[];
	/** Frames at a rate. Throws `unsupported` for a bound that the reference does not have. */
	byRate(clip: Clip, limits: RateLimits): number[];
}

/** qwen-vl-utils' minimum and maximum number of frames, and the multiple it rounds to. */
const QWEN_UTILS = { min: 4, max: 768, multiple: 2 } as const;

export const SAMPLING_REFERENCES = {
	transformers: {
		source: "transformers 5.18, video_utils.py `default_sample_indices_fn`",
		uniform: (total, count) => {
			if (count > total) throw tooFew("transformers", total, count);
			return sampleUniform(total, count);
		},
		byRate: ({ total, fps, rate }, limits) => {
			refuseLimits("transformers", limits, ["minFrames", "maxFrames"]);
			const count = Math.trunc((total / fps) * rate);
			if (count > total) throw tooFew("transformers", total, count);
			return sampleUniform(total, count);
		},
	},
	original: {
		source:
			"LLaVA-NeXT, llava/utils.py `process_video_with_decord`; frames by number: its video demo's `load_video`",
		uniform: sampleLinspace,
		byRate: ({ total, fps, rate }, limits) => {
			refuseLimits("original", limits, ["minFrames"]);
			const step = roundHalfEven(fps / rate);
			if (step < 1) throw tooFew("original", total, Math.ceil((total / fps) * rate));
			const frames = Array.from({ length: Math.ceil(total / step) }, (_, place) => place * step);
			const most = limits.maxFrames ?? frames.length;
			return frames.length > most ? sampleLinspace(total, most) : frames;
		},
	},
	vllm: {
		source: "vLLM, vllm/multimodal/video.py `compute_frames_index_to_sample` of the default backend",
		uniform: (total, count) => sampleLinspace(total, Math.min(count, total)),
		byRate: ({ total, fps, rate }, limits) => {
			refuseLimits("vllm", limits, ["minFrames"]);
			const wanted = Math.min(limits.maxFrames ?? total, total, Math.floor((total / fps) * rate));
			return sampleLinspace(total, Math.max(1, wanted));
		},
	},
	"qwen-vl-utils": {
		source: "QwenLM/Qwen3-VL at 004d5e0, qwen_vl_utils/vision_process.py `smart_nframes`",
		uniform: (total, count) => {
			const even = roundHalfEven(count / QWEN_UTILS.multiple) * QWEN_UTILS.multiple;
			if (even < QWEN_UTILS.multiple || even > total) throw tooFew("qwen-vl-utils", total, even);
			return sampleLinspaceRounded(total, even);
		},
		byRate: (clip, { minFrames: min = QWEN_UTILS.min, maxFrames: max = QWEN_UTILS.max }) => {
			const count = countByRate(clip, { min, max, multiple: QWEN_UTILS.multiple });
			if (count < QWEN_UTILS.multiple) throw tooFew("qwen-vl-utils", clip.total, QWEN_UTILS.multiple);
			return sampleLinspaceRounded(clip.total, count);
		},
	},
} as const satisfies Record<string, ReferenceSampling>;

/** Implementations whose frame choice is reproduced. */
export type SamplingReference = keyof typeof SAMPLING_REFERENCES;

function tooFew(reference: string, total: number, count: number): OnevisionError {
	const what = `${reference} refuses to take ${count} frames of a video of ${total}`;
	return new OnevisionError("unsupported", `${what}; ask for a number it can give`);
}

function refuseLimits(reference: string, limits: RateLimits, unknown: readonly (keyof RateLimits)[]): void {
	for (const limit of unknown) {
		if (limits[limit] === undefined) continue;
		throw new OnevisionError(
			"unsupported",
			`${reference} has no ${limit} when it samples by rate; leave it out`,
		);
	}
}
