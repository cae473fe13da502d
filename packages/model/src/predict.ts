/** What the cost model expects of a request, beside what it took. */

import { type Checkpoint, estimateRequest, type Hardware, type ItemLayout, modelOf } from "@onevision/core";
import type { Answer } from "./generate/generate.ts";
import type { Prompt } from "./generate/prompt.ts";

export interface Prediction {
	/** Seconds to the first token. */
	readonly firstToken: number;
	/** Tokens per second behind it; 0 for an answer of one token. */
	readonly tokensPerSecond: number;
	/** Bytes of weights and cache. */
	readonly memory: number;
}

/** Weights and cache are float32 here. */
const ELEMENT_BYTES = 4;

/**
 * The estimate for a prompt and an answer of so many tokens, at rates measured on this machine. Positions that the cache
 * held are not taken off: compare answers to first questions.
 */
export function predict(
	checkpoint: Checkpoint,
	prompt: Prompt,
	answerTokens: number,
	hardware: Hardware,
): Prediction {
	const items: readonly ItemLayout[] = prompt.items.map(({ layout }) => layout);
	const towerTokens = items.reduce((sum, item) => sum + item.towerTokens, 0);
	const { visualTokens } = prompt;
	const layout = { items, visualTokens, towerTokens, contextTokens: visualTokens, exact: true };
	const text = { promptTokens: prompt.ids.length - visualTokens, answerTokens };
	const setup = {
		hardware,
		prefillEfficiency: 1,
		requestBatch: 1,
		accelerators: 1,
		elementBytes: ELEMENT_BYTES,
	};
	const cost = estimateRequest(modelOf(checkpoint.parts), layout, text, setup);
	const rest = cost.seconds - cost.secondsToFirstToken;
	return {
		firstToken: cost.secondsToFirstToken,
		tokensPerSecond: rest > 0 ? (answerTokens - 1) / rest : 0,
		memory: cost.memory.weights + cost.memory.kvCache,
	};
}

/** Tokens per second behind the first; 0 for an answer of one token. */
export function tokensPerSecond({ usage, seconds }: Answer): number {
	return usage.answer > 1 && seconds.rest > 0 ? (usage.answer - 1) / seconds.rest : 0;
}
