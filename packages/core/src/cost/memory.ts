/**
 * Memory in bytes: weights, KV cache, and what training holds per accelerator.
 * ZeRO (arXiv 1910.02054) shards optimizer state (stage 1), gradients (stage 2) and parameters (stage 3). Activations
 * follow Korthikanti et al., arXiv 2205.05198: about 34·tokens·width bytes per layer in 16-bit with fused attention.
 * With activation checkpointing, 2·tokens·width of those stay in memory, and one layer at a time is recomputed.
 */

import type { LanguageModel } from "../facts/language-models.ts";
import type { Tower } from "../facts/towers.ts";
import type { Model } from "./model.ts";
import { isReached, type Training, trainableParameters } from "./training.ts";

/** Bytes per bfloat16 or float16 value. */
export const HALF_BYTES = 2;
const FLOAT_BYTES = 4;
/** AdamW state per parameter in float32: master weight, first moment and second moment. */
const OPTIMIZER_BYTES = 3 * FLOAT_BYTES;
/** Activation bytes per token and unit of width in one layer, in 16-bit, without stored attention scores. */
const LAYER_ACTIVATION_BYTES = 34;
/**
 * Maximum parameters that ZeRO-3 holds gathered at once: `stage3_max_live_parameters` of DeepSpeed and of LLaVA's
 * zero3.json.
 */
const MAX_LIVE_PARAMETERS = 1e9;
/** Elements per gradient bucket: DeepSpeed's default `reduce_bucket_size`. */
const REDUCE_BUCKET = 5e8;
/**
 * CUDA context plus cuBLAS and NCCL workspaces per process: about a gigabyte on data-center cards. The vendor publishes
 * no figure; the runs that check this estimate (memory.test.ts) leave room for it.
 */
const CONTEXT_BYTES = 1e9;

/** KV cache of `tokens` positions in 16-bit. Sliding-window layers cache only their window. */
export function kvCacheBytes(model: LanguageModel, tokens: number): number {
	const full = model.slidingWindow?.fullLayers ?? model.layers;
	const windowed = Math.min(tokens, model.slidingWindow?.tokens ?? tokens);
	const positions = full * tokens + (model.layers - full) * windowed;
	return positions * keptPerToken(model) * HALF_BYTES;
}

/**
 * Elements a layer caches per token: keys and values or, with latent attention, the shared latent vector and the
 * rotated key.
 */
function keptPerToken({ latentAttention: latent, kvHeads, headSize }: LanguageModel): number {
	return latent === undefined ? 2 * kvHeads * headSize : latent.kvLoraRank + latent.ropeHeadDim;
}

/** What is held in host memory instead of accelerator memory. */
const OFFLOADS = ["none", "optimizer", "optimizer-and-parameters"] as const;
export type Offload = (typeof OFFLOADS)[number];

export interface TrainingSetup {
	readonly accelerators: number;
	readonly zeroStage: number;
	/** Samples per accelerator in one forward and backward pass. */
	readonly microBatch: number;
	readonly activationCheckpointing: boolean;
	readonly offload: Offload;
}

/** Bytes per accelerator, by purpose. A lower bound: fragmentation and temporary copies come on top. */
export interface TrainingMemory {
	readonly parameters: number;
	/** Parameters gathered from other shards for the layers being computed (ZeRO-3). */
	readonly gathered: number;
	readonly gradients: number;
	readonly optimizer: number;
	/** Buckets used for gradient reduction. */
	readonly buffers: number;
	readonly activations: number;
	/** Logits and their gradient in float32, plus the 16-bit logits that the head writes. */
	readonly logits: number;
	/** Memory taken by the runtime itself. */
	readonly context: number;
	readonly total: number;
	/** Bytes of host memory per accelerator; 0 without offload. */
	readonly host: number;
}

/** What one sample adds to a training step. */
export interface SampleLoad {
	/** Positions of the language model: visual and text tokens. */
	readonly contextTokens: number;
	/** Patches summed over all tower inputs. */
	readonly towerTokens: number;
}

/** Memory per accelerator during training. This is a lower bound. */
export function estimateTrainingMemory(
	model: Model,
	training: Training,
	load: SampleLoad,
	setup: TrainingSetup,
): TrainingMemory {
	const { accelerators, zeroStage, microBatch, offload } = setup;
	const trainable = trainableParameters(model, training);
	const shard = (stage: number): number => (zeroStage >= stage ? accelerators : 1);
	const weights = (model.parameters.total * HALF_BYTES) / shard(3);
	const gradients = (trainable * HALF_BYTES) / shard(2);
	const optimizer = (trainable * OPTIMIZER_BYTES) / shard(1);
	const hostsOptimizer = offload !== "none";
	const hostsWeights = offload === "optimizer-and-parameters";
	const isGathered = accelerators > 1 && zeroStage >= 3;
	const parts = {
		parameters: hostsWeights ? 0 : weights,
		gathered:
			isGathered || hostsWeights ? Math.min(model.parameters.total, MAX_LIVE_PARAMETERS) * HALF_BYTES : 0,
		gradients: hostsOptimizer ? 0 : gradients,
		optimizer: hostsOptimizer ? 0 : optimizer,
		buffers: accelerators > 1 || hostsOptimizer ? Math.min(trainable, REDUCE_BUCKET) * HALF_BYTES : 0,
		activations: microBatch * estimateActivations(model, training, load, setup.activationCheckpointing),
		logits: microBatch * load.contextTokens * model.languageModel.vocabulary * (2 * FLOAT_BYTES + HALF_BYTES),
		context: CONTEXT_BYTES,
	};
	return {
		...parts,
		total: Object.values(parts).reduce((sum, bytes) => sum + bytes, 0),
		host: (hostsOptimizer ? optimizer + gradients : 0) + (hostsWeights ? weights : 0),
	};
}

/** Activation bytes. A part that receives no gradient stores none, because its layers only run forward. */
function estimateActivations(
	{ tower, languageModel }: Model,
	training: Training,
	load: SampleLoad,
	checkpointing: boolean,
): number {
	const layers = (part: Tower | LanguageModel, tokens: number): number => {
		const perLayer = LAYER_ACTIVATION_BYTES * tokens * part.hidden;
		return checkpointing
			? part.layers * HALF_BYTES * tokens * part.hidden + perLayer
			: part.layers * perLayer;
	};
	return (
		(isReached(training, "tower") ? layers(tower, load.towerTokens) : 0) +
		(isReached(training, "language-model") ? layers(languageModel, load.contextTokens) : 0)
	);
}

/** The largest power of two up to `most` whose memory fits, or 1 when even that does not fit. */
export function largestMicroBatch(
	memoryOf: (microBatch: number) => TrainingMemory,
	memoryBytes: number,
	most: number,
): number {
	let micro = 1;
	while (2 * micro <= most && memoryOf(2 * micro).total <= memoryBytes) micro *= 2;
	return micro;
}
