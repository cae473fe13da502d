/**
 * Bytes: weights, key-value cache, and what training keeps per accelerator.
 * ZeRO (arXiv 1910.02054) shards optimizer state (stage 1), gradients (2) and parameters (3). Activations follow
 * Korthikanti et al., arXiv 2205.05198: about 34·tokens·width bytes a layer in 16-bit with fused attention, of which
 * checkpointing keeps 2·tokens·width and recomputes one layer at a time.
 */

import type { LanguageModel } from "../facts/language-models.ts";
import type { Tower } from "../facts/towers.ts";
import type { Model } from "./model.ts";
import { isReached, type Training, trainableParameters } from "./training.ts";

/** Bytes of a bfloat16 or float16 value. */
export const HALF_BYTES = 2;
const FLOAT_BYTES = 4;
/** float32 master weight, first and second moment of AdamW. */
const OPTIMIZER_BYTES = 3 * FLOAT_BYTES;
/** Activation bytes per token and unit of width in one layer, 16-bit, attention scores not kept. */
const LAYER_ACTIVATION_BYTES = 34;
/** Parameters that ZeRO-3 holds gathered at a time: `stage3_max_live_parameters` of DeepSpeed and of LLaVA's zero3.json. */
const MAX_LIVE_PARAMETERS = 1e9;
/** Elements of a gradient bucket: `reduce_bucket_size` of DeepSpeed by default. */
const REDUCE_BUCKET = 5e8;
/**
 * CUDA context, cuBLAS and NCCL workspaces of a process: about a gigabyte on data-center cards. Not published by the
 * vendor; the runs that the estimate is checked against (memory.test.ts) leave room for it.
 */
const CONTEXT_BYTES = 1e9;

/** Key-value cache of `tokens` positions, 16-bit. Sliding-window layers keep the window only. */
export function kvCacheBytes(model: LanguageModel, tokens: number): number {
	const full = model.slidingWindow?.fullLayers ?? model.layers;
	const windowed = Math.min(tokens, model.slidingWindow?.tokens ?? tokens);
	const positions = full * tokens + (model.layers - full) * windowed;
	return positions * keptPerToken(model) * HALF_BYTES;
}

/** Elements that a layer keeps of a token: keys and values, or the vector both come from and the rotated key. */
function keptPerToken({ latentAttention: latent, kvHeads, headSize }: LanguageModel): number {
	return latent === undefined ? 2 * kvHeads * headSize : latent.kvLoraRank + latent.ropeHeadDim;
}

/** What is kept in the host's memory instead of the accelerator's. */
export const OFFLOADS = ["none", "optimizer", "optimizer-and-parameters"] as const;
export type Offload = (typeof OFFLOADS)[number];

export interface TrainingSetup {
	readonly accelerators: number;
	readonly zeroStage: number;
	/** Samples per accelerator and pass. */
	readonly microBatch: number;
	readonly activationCheckpointing: boolean;
	readonly offload: Offload;
}

/** Bytes per accelerator, by what they hold. A lower bound: fragmentation and temporary copies come on top. */
export interface TrainingMemory {
	readonly parameters: number;
	/** Parameters of other shards, gathered for the layers at work (ZeRO-3). */
	readonly gathered: number;
	readonly gradients: number;
	readonly optimizer: number;
	/** Buckets that gradients are reduced in. */
	readonly buffers: number;
	readonly activations: number;
	/** Logits with their gradient in float32, and in 16-bit as the head writes them. */
	readonly logits: number;
	/** The runtime's own. */
	readonly context: number;
	readonly total: number;
	/** Bytes in the host's memory for each accelerator; 0 without offload. */
	readonly host: number;
}

/** What one sample brings into a training step. */
export interface SampleLoad {
	/** Positions of the language model: visual and text tokens. */
	readonly contextTokens: number;
	/** Patches over all tower inputs. */
	readonly towerTokens: number;
}

/** Memory per accelerator while training. An estimate from below. */
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

/** A part that no gradient reaches keeps nothing: it runs forward layer by layer. */
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

/** Largest power of two up to `most` whose memory fits; 1 when not even that does. */
export function largestMicroBatch(
	memoryOf: (microBatch: number) => TrainingMemory,
	memoryBytes: number,
	most: number,
): number {
	let micro = 1;
	while (2 * micro <= most && memoryOf(2 * micro).total <= memoryBytes) micro *= 2;
	return micro;
}
