/** Which frames of a clip are used. Each function follows one reference and returns ascending indices. */

import { linspace, roundHalfEven } from "@onevision/base";

/** `i·total // count`: transformers `default_sample_indices_fn` (video_utils.py:306). */
export function sampleUniform(total: number, count: number): number[] {
	return Array.from({ length: count }, (_, index) => Math.floor((index * total) / count));
}

/** `linspace(0, total−1, count)` truncated: LLaVA-NeXT's loaders and demos, vLLM's default video loader. */
export function sampleLinspace(total: number, count: number): number[] {
	return linspace(total - 1, count).map(Math.trunc);
}

/** `linspace(0, total−1, count)` rounded half to even: Qwen3-VL, qwen-vl-utils, LLaVA-OneVision-2. */
export function sampleLinspaceRounded(total: number, count: number): number[] {
	return linspace(total - 1, count).map(roundHalfEven);
}

/**
 * `torch.arange(0, total, total / count).int()`: Qwen2-VL in transformers. The step is float64, the values are float32,
 * and the length is `ceil(total / step)`, which can be one more than `count`.
 */
export function sampleArange(total: number, count: number): number[] {
	const step = total / count;
	return Array.from({ length: Math.ceil(total / step) }, (_, index) => Math.trunc(Math.fround(index * step)));
}

/**
 * `torch.arange(total/count/2, total, total/count).int()`: InternVL in transformers, the midpoint of each segment.
 * Values are float32. Depending on the CPU, torch's vector units round one frame index differently in about one of
 * 7,000 clips.
 */
export function sampleArangeShifted(total: number, count: number): number[] {
	const step = total / count;
	const start = step / 2;
	return Array.from({ length: count }, (_, index) => Math.trunc(Math.fround(start + index * step)));
}

/** `int(seg/2 + round(seg·i))`, seg = (total−1)/count: `get_index` of InternVL's model cards. */
export function sampleSegments(total: number, count: number): number[] {
	const segment = (total - 1) / count;
	return Array.from({ length: count }, (_, index) =>
		Math.trunc(segment / 2 + roundHalfEven(segment * index)),
	);
}

/**
 * `smart_nframes` of qwen-vl-utils (vision_process.py): the number of frames sampled from `total` at `rate` per second,
 * for a clip of `fps`, clamped to `min` and `max` and rounded to multiples of `multiple`.
 */
export function countByRate(
	{ total, fps, rate }: { readonly total: number; readonly fps: number; readonly rate: number },
	{ min, max, multiple }: { readonly min: number; readonly max: number; readonly multiple: number },
): number {
	const least = Math.ceil(min / multiple) * multiple;
	const most = Math.floor(Math.min(max, total) / multiple) * multiple;
	const wanted = Math.min(Math.max((total / fps) * rate, least), most, total);
	return Math.floor(wanted / multiple) * multiple;
}
