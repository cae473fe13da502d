/**
 * Chooses the next token: the most likely one, or one drawn from the distribution that processors of logits leave. The
 * processors and their order are those of transformers 5.18 (generation/logits_process.py, generation/utils.py
 * `_get_logits_processor`), in float32. Draws are our own: seeded, and not those of torch.
 */

import { OnevisionError } from "@onevision/base";
import { createRandom } from "@onevision/graph";

export interface SamplingOptions {
	/** Divides the logits; 0 takes the most likely token. Default 0. */
	readonly temperature?: number;
	/** Keeps the most likely tokens whose probabilities sum to this, 0 to 1. Default 1: all. */
	readonly topP?: number;
	/** Keeps this many most likely tokens. Default 0: all. */
	readonly topK?: number;
	/** Above 1, tokens of the prompt and the answer become less likely. Default 1. */
	readonly repetitionPenalty?: number;
	/** Of the draws. Default 0. */
	readonly seed?: number;
}

/** Chooses from logits; `seen` are the ids of prompt and answer. */
export type Sampler = (logits: Float32Array, seen: ReadonlySet<number>) => number;

/** Throws `invalid-input` for values out of range. */
export function createSampler(options: SamplingOptions = {}): Sampler {
	const { temperature = 0, topP = 1, topK = 0, repetitionPenalty = 1, seed = 0 } = options;
	assertRange(
		"temperature",
		temperature,
		temperature >= 0 && Number.isFinite(temperature),
		"a number from 0",
	);
	assertRange("topP", topP, topP > 0 && topP <= 1, "above 0, up to 1");
	assertRange("topK", topK, Number.isSafeInteger(topK) && topK >= 0, "a whole number from 0");
	const isPenalty = repetitionPenalty > 0 && Number.isFinite(repetitionPenalty);
	assertRange("repetitionPenalty", repetitionPenalty, isPenalty, "a number above 0");
	assertRange("seed", seed, Number.isSafeInteger(seed), "a whole number");
	// Nothing to process: a copy of a large vocabulary costs more than the search.
	if (temperature === 0 && repetitionPenalty === 1) return mostLikely;
	const random = createRandom(seed);
	return (logits, seen) => {
		const processed = processLogits(logits, seen, { temperature, topP, topK, repetitionPenalty });
		return temperature === 0 ? mostLikely(processed) : draw(processed, random.uniform());
	};
}

function assertRange(name: string, value: number, holds: boolean, expected: string): void {
	if (!holds) throw new OnevisionError("invalid-input", `${name} ${value}: expected ${expected}`);
}

/** A copy of `logits` after the processors; −∞ where a token is ruled out. `seen` are the ids of prompt and answer. */
export function processLogits(
	logits: Float32Array,
	seen: ReadonlySet<number>,
	{ temperature, topP, topK, repetitionPenalty }: Readonly<Required<Omit<SamplingOptions, "seed">>>,
): Float32Array {
	const scores = logits.slice();
	if (repetitionPenalty !== 1) penalize(scores, seen, repetitionPenalty);
	if (temperature === 0) return scores;
	const divisor = Math.fround(temperature);
	if (divisor !== 1) for (let i = 0; i < scores.length; i++) scores[i] = (scores[i] ?? 0) / divisor;
	if (topK > 0) keepTopK(scores, topK);
	if (topP < 1) keepTopP(scores, topP);
	return scores;
}

/** The first of the largest. */
export function mostLikely(logits: Float32Array): number {
	let best = 0;
	for (let i = 1; i < logits.length; i++) {
		if ((logits[i] ?? 0) > (logits[best] ?? 0)) best = i;
	}
	return best;
}

/** `RepetitionPenaltyLogitsProcessor`: each token that occurred, once. */
function penalize(scores: Float32Array, seen: ReadonlySet<number>, penalty: number): void {
	const factor = Math.fround(penalty);
	for (const id of seen) {
		const score = scores[id];
		if (score !== undefined) scores[id] = score < 0 ? score * factor : score / factor;
	}
}

/** `TopKLogitsWarper`: what ties with the last kept one stays, too. */
function keepTopK(scores: Float32Array, count: number): void {
	if (count >= scores.length) return;
	const threshold = scores.slice().sort()[scores.length - count] ?? Number.NEGATIVE_INFINITY;
	for (let i = 0; i < scores.length; i++) {
		if ((scores[i] ?? 0) < threshold) scores[i] = Number.NEGATIVE_INFINITY;
	}
}

/** `TopPLogitsWarper`: from the least likely up, as long as their probabilities sum to at most 1 − p. The best stays. */
function keepTopP(scores: Float32Array, topP: number): void {
	// Numbers are sorted several times faster than indices by their numbers.
	const sorted = scores.slice().sort();
	const best = sorted.at(-1) ?? 0;
	let total = 0;
	for (const score of scores) total += Math.exp(score - best);
	const limit = Math.fround(1 - topP);
	let [sum, dropped] = [0, 0];
	while (dropped < sorted.length - 1) {
		sum += Math.fround(Math.exp((sorted[dropped] ?? 0) - best) / total);
		if (Math.fround(sum) > limit) break;
		dropped++;
	}
	if (dropped === 0) return;
	// Of those that tie with the last one dropped, the first go.
	const edge = sorted[dropped - 1] ?? 0;
	let ties = dropped - sorted.indexOf(edge);
	for (let i = 0; i < scores.length; i++) {
		const score = scores[i] ?? 0;
		if (score < edge || (score === edge && ties-- > 0)) scores[i] = Number.NEGATIVE_INFINITY;
	}
}

/** The token at which the cumulative softmax passes `point`, in [0, 1). */
function draw(scores: Float32Array, point: number): number {
	const top = scores[mostLikely(scores)] ?? 0;
	let total = 0;
	for (const score of scores) total += Math.exp(score - top);
	let left = point * total;
	let last = 0;
	for (let i = 0; i < scores.length; i++) {
		const share = Math.exp((scores[i] ?? 0) - top);
		if (share === 0) continue;
		last = i;
		left -= share;
		if (left < 0) return i;
	}
	return last;
}
