/**
 * Exact parameter counts computed from widths. Based on the modules of transformers 5.18.0 (models qwen2, qwen3,
 * qwen3_moe, llama, gemma2, gemma3, deepseek_v3, clip, siglip, qwen2_vl, qwen2_5_vl, qwen3_vl, internvl, mlcd). Each
 * total asserts that its parts sum to it.
 */

import { assertInternal } from "@onevision/base";
import type { LanguageModel, LatentAttention } from "./language-models.ts";
import type { Tower } from "./towers.ts";

/** Parameters of a language model, by part. */
export interface LanguageModelParameters {
	readonly embedding: number;
	readonly attention: number;
	/** MLP weights; for a mixture of experts, all experts and their routers. */
	readonly mlp: number;
	/** Layer norms, query and key norms, and the final norm. */
	readonly norms: number;
	/** Output head; 0 when it shares the embedding table. */
	readonly head: number;
	/** Parameters the widths do not describe (`beyondWidths`). Absent when they describe everything. */
	readonly other?: number;
	readonly total: number;
}

/** Parameters of a vision tower, by part. */
export interface TowerParameters {
	/** Patch embedding, including class tokens. */
	readonly patchEmbedding: number;
	readonly positions: number;
	/** Attention and MLP matrices, including biases and scales. */
	readonly blocks: number;
	readonly norms: number;
	/** Parameters the widths do not describe (`beyondWidths`). Absent when they describe everything. */
	readonly other?: number;
	readonly total: number;
}

/** The projector between a tower and a language model. Widths in elements. */
export type Projector =
	/** Two linear layers with a GELU in between (LLaVA, LLaVA-OneVision). */
	| { readonly kind: "mlp2x-gelu"; readonly in: number; readonly out: number }
	/**
	 * A norm of width `hidden`, then `merge` x `merge` concatenated patches through two linear layers (Qwen-VL,
	 * LLaVA-OneVision-1.5 and 2). The `deepstack` additional mergers apply their norm after concatenation (Qwen3-VL).
	 */
	| {
			readonly kind: "patch-merger";
			readonly hidden: number;
			readonly merge: number;
			readonly out: number;
			readonly norm: "layer" | "rms";
			readonly deepstack?: number;
	  }
	/** `merge` x `merge` concatenated patches, a layer norm, and two linear layers with a GELU in between (InternVL). */
	| { readonly kind: "pixel-shuffle"; readonly hidden: number; readonly merge: number; readonly out: number }
	/** One matrix, with or without a bias, after an optional norm of width `in` (Gemma 3: RMS norm, no bias). */
	| {
			readonly kind: "linear";
			readonly in: number;
			readonly out: number;
			readonly bias: boolean;
			readonly norm?: "layer" | "rms";
	  }
	/** Query transformers vary too much for one formula, so the count is given. */
	| { readonly kind: "q-former"; readonly parameters: number };

/** Parameters of a decoder-only language model. A tied head is counted once. */
export function countLanguageModelParameters(model: LanguageModel): LanguageModelParameters {
	const { layers, hidden, headSize, latentAttention: latent } = model;
	const embedding = model.vocabulary * hidden;
	const attention = layers * attentionMatrices(model);
	const dense = model.experts?.denseLayers ?? 0;
	const mlp = (layers - dense) * countLayerMlp(model) + dense * countPlainMlp(model);
	const qkNorms = model.qkNorm ? 2 * headSize : 0;
	const latentNorms = latent === undefined ? 0 : (latent.queryRank ?? 0) + latent.kvLoraRank;
	const norms = layers * (model.normsPerLayer * hidden + qkNorms + latentNorms) + hidden;
	const head = model.tiedEmbeddings ? 0 : embedding;
	const other = model.beyondWidths?.difference ?? 0;
	const total = embedding + attention + mlp + norms + head + other;
	assertInternal(Number.isSafeInteger(total), `parameters of ${model.name} are ${total}`);
	const parts = { embedding, attention, mlp, norms, head, ...(other === 0 ? {} : { other }) };
	assertSum(parts, total, model.name);
	return { ...parts, total };
}

/** Parameters of a vision tower, not counting the projector. */
export function countTowerParameters(tower: Tower): TowerParameters {
	const { layers, hidden, mlp } = tower;
	const normSize = tower.norm === "layer" ? 2 * hidden : hidden;
	const patch = 3 * (tower.temporalPatch ?? 1) * tower.patchSize ** 2 * hidden;
	const patchEmbedding = patch + (tower.patchBias ? hidden : 0) + tower.classTokens * hidden;
	const positions = tower.positionParameters;
	const attention = 4 * hidden ** 2 + (tower.qkvBias ? 3 * hidden : 0) + hidden;
	const upMatrices = tower.gatedMlp ? 2 : 1;
	const feedForward = upMatrices * (hidden * mlp + mlp) + mlp * hidden + hidden;
	const scales = tower.layerScale ? 2 * hidden : 0;
	const blocks = layers * (attention + feedForward + scales);
	const edgeNorms = Number(tower.preNorm) + Number(tower.finalNorm);
	const norms = layers * (2 * normSize + (tower.qkNorm ? 2 * hidden : 0)) + edgeNorms * normSize;
	const other = tower.beyondWidths?.difference ?? 0;
	const total = patchEmbedding + positions + blocks + norms + other;
	const parts = { patchEmbedding, positions, blocks, norms, ...(other === 0 ? {} : { other }) };
	assertSum(parts, total, tower.name);
	return { ...parts, total };
}

/** Parameters of a projector. */
export function countProjectorParameters(projector: Projector): number {
	switch (projector.kind) {
		case "mlp2x-gelu":
			return linear(projector.in, projector.out) + linear(projector.out, projector.out);
		case "patch-merger": {
			const joined = projector.hidden * projector.merge ** 2;
			const layers = linear(joined, joined) + linear(joined, projector.out);
			const main = normParameters(projector.norm, projector.hidden) + layers;
			return main + (projector.deepstack ?? 0) * (normParameters(projector.norm, joined) + layers);
		}
		case "pixel-shuffle": {
			const joined = projector.hidden * projector.merge ** 2;
			const layers = linear(joined, projector.out) + linear(projector.out, projector.out);
			return normParameters("layer", joined) + layers;
		}
		case "linear": {
			const norm = projector.norm === undefined ? 0 : normParameters(projector.norm, projector.in);
			return norm + projector.in * projector.out + (projector.bias ? projector.out : 0);
		}
		case "q-former":
			return projector.parameters;
	}
}

/** Attention matrices and biases of one layer. */
function attentionMatrices(model: LanguageModel): number {
	const { hidden, heads, headSize, latentAttention: latent } = model;
	if (latent !== undefined) return latentMatrices(hidden, heads, latent);
	const queryWidth = heads * headSize;
	const qkvWidth = queryWidth + 2 * model.kvHeads * headSize;
	return hidden * qkvWidth + (model.attentionBias ? qkvWidth : 0) + queryWidth * hidden;
}

/**
 * Latent-attention matrices of one layer: queries, the cached latent vector, keys and values computed from it, and the
 * output.
 */
export function latentMatrices(hidden: number, heads: number, latent: LatentAttention): number {
	const { queryRank, kvLoraRank, nopeHeadDim, ropeHeadDim, valueSize } = latent;
	const queryWidth = heads * (nopeHeadDim + ropeHeadDim);
	const queries = queryRank === undefined ? hidden * queryWidth : queryRank * (hidden + queryWidth);
	const kept = hidden * (kvLoraRank + ropeHeadDim);
	const keysAndValues = kvLoraRank * heads * (nopeHeadDim + valueSize);
	return queries + kept + keysAndValues + heads * valueSize * hidden;
}

function countPlainMlp(model: LanguageModel): number {
	return (model.gatedMlp ? 3 : 2) * model.hidden * model.mlp;
}

function countLayerMlp(model: LanguageModel): number {
	const { hidden, experts } = model;
	if (experts === undefined) return countPlainMlp(model);
	const router = experts.count * hidden;
	return router + 3 * hidden * (experts.count * experts.mlp + (experts.sharedMlp ?? 0));
}

function linear(input: number, output: number): number {
	return input * output + output;
}

function normParameters(norm: "layer" | "rms", width: number): number {
	return norm === "layer" ? 2 * width : width;
}

function assertSum(parts: Readonly<Record<string, number>>, total: number, name: string): void {
	const sum = Object.values(parts).reduce((a, b) => a + b, 0);
	assertInternal(sum === total, `parameters of ${name}: parts give ${sum}, total is ${total}`);
}
