/**
 * What one request costs: FLOPs, key-value cache, a roofline estimate of the time to the first token, and price. A phase
 * takes as long as the slower of computing (peak FLOP/s times an efficiency) and moving weights and cache (bandwidth).
 */

import type { Hardware } from "../facts/hardware.ts";
import type { SampleLayout } from "../layout.ts";
import { decodeFlops, languageModelFlops, projectorFlops, towerFlopsOf } from "./flops.ts";
import { HALF_BYTES, kvCacheBytes } from "./memory.ts";
import type { Model } from "./model.ts";

/** Requests decoded together where nobody says. */
export const DEFAULT_REQUEST_BATCH = 16;

export interface RequestSetup {
	readonly hardware: Hardware;
	/** Share of peak FLOP/s reached in prefill and tower, 0 to 1. */
	readonly prefillEfficiency: number;
	/** Requests decoded together, where as many fit. */
	readonly requestBatch: number;
	/** Accelerators that share the model; more are taken where these do not hold it. Default: as few as hold it. */
	readonly accelerators?: number;
	/** USD per hour of one accelerator; absent: no price is given. */
	readonly pricePerHour?: number;
}

export interface RequestCost {
	/** Positions in prefill: visual, surrounding and prompt tokens. */
	readonly promptTokens: number;
	readonly answerTokens: number;
	readonly flops: {
		readonly tower: number;
		readonly projector: number;
		readonly prefill: number;
		readonly decode: number;
		readonly total: number;
	};
	/** Weights and key-value cache in memory, bytes. */
	readonly memory: { readonly weights: number; readonly kvCache: number; readonly total: number };
	/** Accelerators that share the model: as few as hold its weights and one request, or as asked. */
	readonly accelerators: number;
	/** Requests decoded together: as asked, or as many as fit those accelerators. */
	readonly requestBatch: number;
	/** Seconds, estimated. */
	readonly secondsToFirstToken: number;
	/** The same if peak rates were reached: no implementation is faster. */
	readonly leastSecondsToFirstToken: number;
	/** Seconds for the whole answer, first token included, estimated. */
	readonly seconds: number;
	/** Accelerator-seconds of one request when `requestBatch` share the decoding. */
	readonly acceleratorSeconds: number;
	/** Requests finished per second on those accelerators, `requestBatch` decoded together. */
	readonly requestsPerSecond: number;
	/** USD per 1,000 requests. */
	readonly pricePer1000?: number;
}

/** Estimates one request. `promptTokens` counts text only; `layout` brings the media. */
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
	const weights = model.parameters.total * HALF_BYTES;
	const kvCache = kvCacheBytes(model.languageModel, promptTokens + answerTokens);
	const accelerators = Math.max(
		setup.accelerators ?? 1,
		Math.ceil((weights + kvCache) / hardware.memoryBytes),
	);
	const room = accelerators * hardware.memoryBytes - weights;
	const requestBatch = Math.max(1, Math.min(setup.requestBatch, Math.floor(room / kvCache)));
	const rate = hardware.flopsPerSecond * accelerators;
	const bandwidth = hardware.bandwidthBytesPerSecond * accelerators;
	const firstToken = (efficiency: number): number =>
		roofline(tower + projector, model.parameters.tower * HALF_BYTES, rate * efficiency, bandwidth) +
		roofline(prefill, model.parameters.languageModel * HALF_BYTES, rate * efficiency, bandwidth);
	let decode = 0;
	let decodeSeconds = 0;
	const decoded = activeWeights(model) * HALF_BYTES;
	for (let token = 1; token < answerTokens; token++) {
		const step = decodeFlops(model.languageModel, promptTokens + token - 1);
		const moved = decoded + requestBatch * kvCacheBytes(model.languageModel, promptTokens + token);
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

/** Weights one decoding step reads: all of a dense model, the active experts of a mixture (for a batch of 1). */
function activeWeights(model: Model): number {
	const { experts, layers, hidden } = model.languageModel;
	if (experts === undefined) return model.parameters.languageModel;
	const idle = (experts.count - experts.active) * 3 * hidden * experts.mlp * layers;
	return model.parameters.languageModel - idle;
}

function roofline(flops: number, bytes: number, flopsPerSecond: number, bytesPerSecond: number): number {
	return Math.max(flops / flopsPerSecond, bytes / bytesPerSecond);
}
