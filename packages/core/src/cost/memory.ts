/**
 * Bytes: weights, key-value cache, and what training keeps per accelerator.
 * ZeRO (arXiv 1910.02054) shards optimizer state (stage 1), gradients (2) and parameters (3). Activations follow
 * Korthikanti et al., arXiv 2205.05198: about 34·tokens·width bytes a layer in 16-bit with fused attention, of which
 * checkpointing keeps 2·tokens·width and recomputes one layer at a time.
 */

import type { LanguageModel } from "../facts/language-models.ts";
import type { Tower } from "../facts/towers.ts";
import type { Model } from "./model.ts";

/** Bytes of a bfloat16 or float16 value. */
export const HALF_BYTES = 2;
const FLOAT_BYTES = 4;
/** float32 master weight, first and second moment of AdamW. */
const OPTIMIZER_BYTES = 3 * FLOAT_BYTES;
/** Activation bytes per token and unit of width in one layer, 16-bit, attention scores not kept. */
const LAYER_ACTIVATION_BYTES = 34;

/** Key-value cache of `tokens` positions, 16-bit. Sliding-window layers keep the window only. */
export function kvCacheBytes(model: LanguageModel, tokens: number): number {
	const full = model.slidingWindow?.fullLayers ?? model.layers;
	const windowed = Math.min(tokens, model.slidingWindow?.tokens ?? tokens);
	const positions = full * tokens + (model.layers - full) * windowed;
	return positions * keptPerToken(model) * HALF_BYTES;
}

/** Elements that a layer keeps of a token: keys and values, or the vector both come from and the rotated key. */
function keptPerToken({ latentAttention: latent, kvHeads, headSize }: LanguageModel): number {
	return latent === undefined ? 2 * kvHeads * headSize : latent.rank + latent.rotarySize;
}

export interface TrainingSetup {
	readonly accelerators: number;
	readonly zeroStage: number;
	/** Samples per accelerator and pass. */
	readonly microBatch: number;
	readonly activationCheckpointing: boolean;
}

/** Bytes per accelerator, by what they hold. */
export interface TrainingMemory {
	readonly parameters: number;
	readonly gradients: number;
	readonly optimizer: number;
	readonly activations: number;
	readonly total: number;
}

/** What one sample brings into a training step. */
export interface SampleLoad {
	/** Positions of the language model: visual and text tokens. */
	readonly contextTokens: number;
	/** Patches over all tower inputs. */
	readonly towerTokens: number;
}

/** Memory per accelerator while training `trainable` parameters of the model. An estimate: buffers and fragmentation come on top. */
export function estimateTrainingMemory(
	model: Model,
	trainable: number,
	load: SampleLoad,
	setup: TrainingSetup,
): TrainingMemory {
	const shard = (stage: number): number => (setup.zeroStage >= stage ? setup.accelerators : 1);
	const parameters = (model.parameters.total * HALF_BYTES) / shard(3);
	const gradients = (trainable * HALF_BYTES) / shard(2);
	const optimizer = (trainable * OPTIMIZER_BYTES) / shard(1);
	const activations = setup.microBatch * estimateActivations(model, load, setup.activationCheckpointing);
	return {
		parameters,
		gradients,
		optimizer,
		activations,
		total: parameters + gradients + optimizer + activations,
	};
}

function estimateActivations(
	{ tower, languageModel }: Model,
	load: SampleLoad,
	checkpointing: boolean,
): number {
	const layers = (part: Tower | LanguageModel, tokens: number): number => {
		const perLayer = LAYER_ACTIVATION_BYTES * tokens * part.hidden;
		return checkpointing
			? part.layers * HALF_BYTES * tokens * part.hidden + perLayer
			: part.layers * perLayer;
	};
	// Logits and their gradient are float32 in the common training loops.
	const logits = 2 * FLOAT_BYTES * load.contextTokens * languageModel.vocabulary;
	return layers(tower, load.towerTokens) + layers(languageModel, load.contextTokens) + logits;
}
