/**
 * Cost of one request: FLOPs, KV cache, a roofline estimate of the time to first token, and price. Each phase takes as
 * long as the slower of compute (peak FLOP/s times an efficiency) and moving weights and cache (bandwidth).
 */

import type { Hardware } from "../facts/hardware.ts";
import type { SampleLayout } from "../layout.ts";
import { decodeFlops, languageModelFlops, projectorFlops, towerFlopsOf } from "./flops.ts";
import { HALF_BYTES, kvCacheBytes } from "./memory.ts";
import type { Model } from "./model.ts";

/** Default number of requests decoded together. */
export const DEFAULT_REQUEST_BATCH = 16;

export interface RequestSetup {
	readonly hardware: Hardware;
	/** Fraction of peak FLOP/s reached in prefill and in the tower, 0 to 1. */
	readonly prefillEfficiency: number;
	/** Maximum number of requests decoded together; fewer if they do not fit in memory. */
	readonly requestBatch: number;
	/** Accelerators that share the model. More are used if the model does not fit on these. Default: as few as hold it. */
	readonly accelerators?: number;
	/** USD per accelerator-hour. When absent, no price is estimated. */
	readonly pricePerHour?: number;
	/** Bytes per weight and per cached value. Default 2: bfloat16 or float16. */
	readonly elementBytes?: number;
}

export interface RequestCost {
	/** Prefill positions: visual, wrapper and prompt tokens. */
	readonly promptTokens: number;
	readonly answerTokens: number;
	readonly flops: {
		readonly tower: number;
		readonly projector: number;
		readonly prefill: number;
		readonly decode: number;
		readonly total: number;
	};
	/** Memory for weights and KV cache, bytes. */
	readonly memory: { readonly weights: number; readonly kvCache: number; readonly total: number };
	/** Accelerators that share the model: the number requested, or as few as hold its weights and one request. */
	readonly accelerators: number;
	/** Requests decoded together: the number requested, or as many as fit on those accelerators. */
	readonly requestBatch: number;
	/** Estimated time to first token, seconds. */
	readonly secondsToFirstToken: number;
	/** Time to first token at peak rates, seconds. No implementation can be faster. */
	readonly leastSecondsToFirstToken: number;
	/** Estimated time for the whole answer, including the first token, seconds. */
	readonly seconds: number;
	/** Accelerator-seconds per request when `requestBatch` requests share decoding. */
	readonly acceleratorSeconds: number;
	/** Requests completed per second on those accelerators when `requestBatch` are decoded together. */
	readonly requestsPerSecond: number;
	/** USD per 1,000 requests. */
	readonly pricePer1000?: number;
}

/** Estimates the cost of one request. `promptTokens` counts text only; `layout` supplies the media tokens. */
export function estimateRequest(
	model: Model,
	layout: SampleLayout,
	text: { readonly promptTokens: number; readonly answerTokens: number },
	setup: RequestSetup,
): RequestCost {
	const { hardware, prefillEfficiency } = setup;
	const { answerTokens } = text;
	const promptTokens = layout.contextTokens + text.promptTokens;
	const tower = towerFlopsOf(model.tower, layout.items);
	const projector = projectorFlops(model.projector, layout.towerTokens);
	const prefill = languageModelFlops(model.languageModel, promptTokens, 1);
	const { elementBytes = HALF_BYTES } = setup;
	const cacheBytes = (tokens: number): number =>
		(kvCacheBytes(model.languageModel, tokens) * elementBytes) / HALF_BYTES;
	const weights = model.parameters.total * elementBytes;
	const kvCache = cacheBytes(promptTokens + answerTokens);
	const accelerators = Math.max(
		setup.accelerators ?? 1,
		Math.ceil((weights + kvCache) / hardware.memoryBytes),
	);
	const room = accelerators * hardware.memoryBytes - weights;
	const requestBatch = Math.max(1, Math.min(setup.requestBatch, Math.floor(room / kvCache)));
	const rate = hardware.flopsPerSecond * accelerators;
	const bandwidth = hardware.bandwidthBytesPerSecond * accelerators;
	const firstToken = (efficiency: number): number =>
		roofline(tower + projector, model.parameters.tower * elementBytes, rate * efficiency, bandwidth) +
		roofline(prefill, model.parameters.languageModel * elementBytes, rate * efficiency, bandwidth);
	let decode = 0;
	let decodeSeconds = 0;
	const decoded = activeWeights(model) * elementBytes;
	for (let token = 1; token < answerTokens; token++) {
		const step = decodeFlops(model.languageModel, promptTokens + token - 1);
		const moved = decoded + requestBatch * cacheBytes(promptTokens + token);
		decode += step;
		decodeSeconds += roofline(requestBatch * step, moved, rate * prefillEfficiency, bandwidth);
	}
	const secondsToFirstToken = firstToken(prefillEfficiency);
	const acceleratorSeconds = accelerators * (secondsToFirstToken + decodeSeconds / requestBatch);
	return {
		promptTokens,
		answerTokens,
		flops: { tower, projector, prefill, decode, total: tower + projector + prefill + decode },
		memory: { weights, kvCache, total: weights + requestBatch * kvCache },
		accelerators,
		requestBatch,
		secondsToFirstToken,
		leastSecondsToFirstToken: firstToken(1),
		seconds: secondsToFirstToken + decodeSeconds,
		acceleratorSeconds,
		requestsPerSecond: accelerators / acceleratorSeconds,
		...(setup.pricePerHour === undefined
			? {}
			: { pricePer1000: (1000 * acceleratorSeconds * setup.pricePerHour) / 3600 }),
	};
}

/**
 * Weights read per decoding step: all of a dense model, or the active experts of a mixture of experts (at batch size
 * 1).
 */
function activeWeights(model: Model): number {
	const { experts, layers, hidden } = model.languageModel;
	if (experts === undefined) return model.parameters.languageModel;
	const idle = (experts.count - experts.active) * 3 * hidden * experts.mlp * layers;
	return model.parameters.languageModel - idle;
}

function roofline(flops: number, bytes: number, flopsPerSecond: number, bytesPerSecond: number): number {
	return Math.max(flops / flopsPerSecond, bytes / bytesPerSecond);
}
