/**
 * Floating-point operations, computed from widths and token counts. A multiply and an add count as two. Matrix products
 * and attention are counted; norms and activations (below 1 %) are not. Attention over n tokens of width w costs
 * 4·n²·w, or about half of that, 2·n·(n+1)·w, when it is causal. Compare Kaplan et al., arXiv 2001.08361, section 2.1.
 */

import type { LanguageModel } from "../facts/language-models.ts";
import { latentMatrices, type Projector } from "../facts/parameters.ts";
import type { Tower } from "../facts/towers.ts";
import type { ItemLayout } from "../layout.ts";

/** Forward FLOPs of the tower for one input of `patches` patches. */
export function towerFlops(tower: Tower, patches: number): number {
	const { layers, hidden, mlp } = tower;
	const tokens = patches + tower.classTokens;
	const embed = 2 * patches * 3 * (tower.temporalPatch ?? 1) * tower.patchSize ** 2 * hidden;
	const linear = 2 * tokens * (4 * hidden ** 2 + (tower.gatedMlp ? 3 : 2) * hidden * mlp);
	return embed + layers * linear + towerAttentionFlops(tower, tokens);
}

function towerAttentionFlops(tower: Tower, tokens: number): number {
	const full = 4 * tokens ** 2 * tower.hidden;
	if (tower.attention === "full") return tower.layers * full;
	const { window, fullLayers } = tower.attention;
	const windowed = 4 * tokens * Math.min(tokens, window ** 2) * tower.hidden;
	return fullLayers * full + (tower.layers - fullLayers) * windowed;
}

/**
 * Forward FLOPs of the projector for `towerTokens` patches. A query transformer counts each of its parameters once per
 * patch.
 */
export function projectorFlops(projector: Projector, towerTokens: number): number {
	switch (projector.kind) {
		case "mlp2x-gelu":
			return 2 * towerTokens * (projector.in * projector.out + projector.out ** 2);
		case "linear":
			return 2 * towerTokens * projector.in * projector.out;
		case "patch-merger": {
			const joined = projector.hidden * projector.merge ** 2;
			const merged = towerTokens / projector.merge ** 2;
			return 2 * merged * (joined ** 2 + joined * projector.out) * (1 + (projector.deepstack ?? 0));
		}
		case "pixel-shuffle": {
			const joined = projector.hidden * projector.merge ** 2;
			return 2 * (towerTokens / projector.merge ** 2) * (joined * projector.out + projector.out ** 2);
		}
		case "q-former":
			return 2 * towerTokens * projector.parameters;
	}
}

/** Weights a token is multiplied with in one layer: attention projections and the MLPs it passes through. */
function weightsPerTokenAndLayer(model: LanguageModel): number {
	const { experts } = model;
	const attention = attentionWeights(model);
	if (experts === undefined) return attention + (model.gatedMlp ? 3 : 2) * model.hidden * model.mlp;
	const routed = experts.active * experts.mlp + (experts.sharedMlp ?? 0);
	return attention + experts.count * model.hidden + 3 * model.hidden * routed;
}

function attentionWeights(model: LanguageModel): number {
	const { hidden, heads, latentAttention: latent } = model;
	if (latent !== undefined) return latentMatrices(hidden, heads, latent);
	const queries = heads * model.headSize;
	const keys = model.kvHeads * model.headSize;
	return hidden * (queries + 2 * keys) + queries * hidden;
}

/** Elements multiplied per query-key pair in one layer: keys for the score, values for the weighted sum. */
function pairWidth({ heads, headSize, latentAttention: latent }: LanguageModel): number {
	if (latent === undefined) return heads * 2 * headSize;
	return heads * (latent.nopeHeadDim + latent.ropeHeadDim + latent.valueSize);
}

/**
 * Forward FLOPs of the language model over `tokens` positions at once. `heads` is the number of positions whose logits
 * are computed: 1 in prefill, all of them in training.
 */
export function languageModelFlops(model: LanguageModel, tokens: number, heads: number): number {
	const linear = 2 * tokens * model.layers * weightsPerTokenAndLayer(model);
	const full = model.slidingWindow?.fullLayers ?? model.layers;
	const windowed = model.layers - full;
	const attention =
		2 *
		pairWidth(model) *
		(full * causalPairs(tokens, tokens) +
			windowed * causalPairs(tokens, model.slidingWindow?.tokens ?? tokens));
	return linear + attention + 2 * heads * model.hidden * model.vocabulary;
}

/** Query-key pairs under a causal mask: n(n+1)/2, minus the pairs a sliding window masks out. */
function causalPairs(tokens: number, window: number): number {
	const hidden = Math.max(0, tokens - window);
	return (tokens * (tokens + 1)) / 2 - (hidden * (hidden + 1)) / 2;
}

/** FLOPs to generate one token with `context` positions already in the cache. */
export function decodeFlops(model: LanguageModel, context: number): number {
	const full = model.slidingWindow?.fullLayers ?? model.layers;
	const windowed = Math.min(context + 1, model.slidingWindow?.tokens ?? context + 1);
	const seen = full * (context + 1) + (model.layers - full) * windowed;
	return (
		2 * model.layers * weightsPerTokenAndLayer(model) +
		2 * pairWidth(model) * seen +
		2 * model.hidden * model.vocabulary
	);
}

/** Forward FLOPs of the tower over all views of a sample's items. */
export function towerFlopsOf(tower: Tower, items: readonly ItemLayout[]): number {
	return items.reduce(
		(sum, { views, patchGrid }) => sum + views * towerFlops(tower, patchGrid.rows * patchGrid.cols),
		0,
	);
}
