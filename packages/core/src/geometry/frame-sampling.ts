/** Which frames of a clip are used: each reference's own way, as ascending indices. */

import { linspace, roundHalfEven } from "../rounding.ts";

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
 * `torch.arange(0, total, total / count).int()`: Qwen2-VL in transformers. The step is a float64, the values are
 * float32, and the length is `ceil(total / step)`, which can be one more than `count`.
 */
export function sampleArange(total: number, count: number): number[] {
	const step = total / count;
	return Array.from({ length: Math.ceil(total / step) }, (_, index) => Math.trunc(Math.fround(index * step)));
}
