/**
 * Floating-point operations of tiny synthetic parts, derived by hand term by term, and query-key pairs counted one by
 * one.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createCounter } from "../count.ts";
import { LANGUAGE_MODELS, type LanguageModel } from "../facts/language-models.ts";
import { TOWERS, type Tower } from "../facts/towers.ts";
import { decodeFlops, languageModelFlops, projectorFlops, towerFlops, towerFlopsOf } from "./flops.ts";

/** Two layers of width 4, MLP of 8 with two matrices, patches of 2×2 px in three channels. */
const TOWER: Tower = {
	...(TOWERS["siglip-so400m-patch14-384"] as Tower),
	layers: 2,
	hidden: 4,
	heads: 2,
	mlp: 8,
	gatedMlp: false,
	patchSize: 2,
	classTokens: 0,
	attention: "full",
};

/** Three layers of width 4: two query heads of size 3, one key-value head, gated MLP of width 5, vocabulary of 7. */
const MODEL: LanguageModel = {
	...(LANGUAGE_MODELS["qwen2-7b"] as LanguageModel),
	layers: 3,
	hidden: 4,
	heads: 2,
	kvHeads: 1,
	headSize: 3,
	mlp: 5,
	gatedMlp: true,
	vocabulary: 7,
};

describe("tower of 10 patches", () => {
	// Embedding: 10 patches · 3·2·2 inputs · 4 outputs · 2.
	const embed = 960;
	// Per layer: 10 tokens · (4 attention matrices of 4×4 + 2 of 4×8) · 2.
	const linear = 2 * 10 * (4 * 16 + 2 * 32);
	// Per layer: scores and weighted sum, each 10·10·4 multiply-adds.
	const attention = 4 * 100 * 4;

	test("embedding, matrices and attention add up", () => {
		expect(towerFlops(TOWER, 10)).toBe(embed + 2 * (linear + attention));
	});
	test("a gated MLP has a third matrix", () => {
		expect(towerFlops({ ...TOWER, gatedMlp: true }, 10) - towerFlops(TOWER, 10)).toBe(2 * 2 * 10 * 32);
	});
	test("two frames in a patch double the embedding only", () => {
		expect(towerFlops({ ...TOWER, temporalPatch: 2 }, 10) - towerFlops(TOWER, 10)).toBe(embed);
	});
	test("a class token goes through the layers and not the embedding", () => {
		const withClass = embed + 2 * (2 * 11 * 128 + 4 * 121 * 4);
		expect(towerFlops({ ...TOWER, classTokens: 1 }, 10)).toBe(withClass);
	});
	test("windows of 2×2 patches: ten tokens see four each, but for the full layer", () => {
		const windowed = 4 * 10 * 4 * 4;
		const tower: Tower = { ...TOWER, attention: { window: 2, fullLayers: 1 } };
		expect(towerFlops(tower, 10)).toBe(embed + 2 * linear + attention + windowed);
	});
	test("a window wider than the image is full attention", () => {
		expect(towerFlops({ ...TOWER, attention: { window: 100, fullLayers: 0 } }, 10)).toBe(
			towerFlops(TOWER, 10),
		);
	});
});

describe("projector over 12 patches", () => {
	test("linear: one matrix", () => {
		expect(projectorFlops({ kind: "linear", in: 4, out: 6, bias: true }, 12)).toBe(2 * 12 * 4 * 6);
	});
	test("two-layer MLP: two matrices", () => {
		expect(projectorFlops({ kind: "mlp2x-gelu", in: 4, out: 6 }, 12)).toBe(2 * 12 * (24 + 36));
	});
	test("patch merger: a quarter of the tokens, four times the width; deepstack repeats it", () => {
		const merger = { kind: "patch-merger", hidden: 4, merge: 2, out: 6, norm: "layer" } as const;
		const once = 2 * 3 * (16 * 16 + 16 * 6);
		expect(projectorFlops(merger, 12)).toBe(once);
		expect(projectorFlops({ ...merger, deepstack: 3 }, 12)).toBe(4 * once);
	});
	test("pixel shuffle: joined patches through two matrices", () => {
		expect(projectorFlops({ kind: "pixel-shuffle", hidden: 4, merge: 2, out: 6 }, 12)).toBe(
			2 * 3 * (16 * 6 + 6 * 6),
		);
	});
	test("query transformer: its parameters once per patch", () => {
		expect(projectorFlops({ kind: "q-former", parameters: 100 }, 12)).toBe(2 * 12 * 100);
	});
	test("no patches, no work", () => {
		expect(projectorFlops({ kind: "mlp2x-gelu", in: 4, out: 6 }, 0)).toBe(0);
	});
});

/** Pairs of positions where the later one sees the earlier one: itself and the `window − 1` before it. */
function pairsByHand(tokens: number, window: number): number {
	let pairs = 0;
	for (let later = 0; later < tokens; later++) {
		for (let earlier = 0; earlier <= later; earlier++) if (later - earlier < window) pairs++;
	}
	return pairs;
}

describe("language model", () => {
	// Queries 4×6, keys and values 4×3 each, output 6×4, three MLP matrices of 4×5.
	const weights = 24 + 12 + 12 + 24 + 60;
	// Scores and weighted sum over two heads of 3.
	const perPair = 4 * 6;

	test("five tokens: matrices, causal pairs, and logits of one position", () => {
		const expected = 3 * (2 * 5 * weights + perPair * 15) + 2 * 4 * 7;
		expect(languageModelFlops(MODEL, 5, 1)).toBe(expected);
	});
	test("training takes logits of every position", () => {
		expect(languageModelFlops(MODEL, 5, 5) - languageModelFlops(MODEL, 5, 1)).toBe(4 * 2 * 4 * 7);
	});
	test("latent attention: a vector of 2 and a rotated key of 1 kept, heads of 3 + 1 that sum values of 5", () => {
		const latent = { kvLoraRank: 2, nopeHeadDim: 3, ropeHeadDim: 1, valueSize: 5 };
		// Queries 4×8, cached vector 4×3, keys and values 2×16 computed from it, output 10×4, three MLP matrices of 4×5.
		const matrices = 32 + 12 + 32 + 40 + 60;
		const expected = 3 * (2 * 5 * matrices + 2 * 2 * (4 + 5) * 15) + 2 * 4 * 7;
		expect(languageModelFlops({ ...MODEL, latentAttention: latent }, 5, 1)).toBe(expected);
		// Queries go through a vector of 2: 4×2 and 2×8 instead of 4×8.
		const low = { ...MODEL, latentAttention: { ...latent, queryRank: 2 } };
		expect(languageModelFlops(low, 5, 1)).toBe(expected - 3 * 2 * 5 * (32 - 24));
	});
	test("an ungated MLP has two matrices", () => {
		const difference =
			languageModelFlops(MODEL, 5, 1) - languageModelFlops({ ...MODEL, gatedMlp: false }, 5, 1);
		expect(difference).toBe(3 * 2 * 5 * 20);
	});
	test("causal pairs and sliding windows, counted pair by pair", () => {
		const size = fc.integer({ min: 1, max: 40 });
		fc.assert(
			fc.property(size, size, fc.integer({ min: 0, max: 3 }), (tokens, window, fullLayers) => {
				const model: LanguageModel = { ...MODEL, slidingWindow: { tokens: window, fullLayers } };
				const pairs =
					fullLayers * pairsByHand(tokens, tokens) + (3 - fullLayers) * pairsByHand(tokens, window);
				expect(languageModelFlops(model, tokens, 0)).toBe(3 * 2 * tokens * weights + perPair * pairs);
			}),
			{ seed: 2, numRuns: 200 },
		);
	});
	test("decoding n tokens one by one costs what prefilling them does, but for the logits", () => {
		const size = fc.integer({ min: 1, max: 40 });
		fc.assert(
			fc.property(size, fc.integer({ min: 0, max: 40 }), fc.boolean(), (tokens, context, windowed) => {
				const model: LanguageModel = windowed
					? { ...MODEL, slidingWindow: { tokens: 8, fullLayers: 1 } }
					: MODEL;
				const steps = Array.from({ length: tokens }, (_, index) => decodeFlops(model, context + index));
				const decoded = steps.reduce((sum, step) => sum + step, 0);
				const prefilled =
					languageModelFlops(model, context + tokens, tokens) - languageModelFlops(model, context, 0);
				expect(decoded).toBe(prefilled);
			}),
			{ seed: 4, numRuns: 200 },
		);
	});
	test("experts: a token passes the router and its active experts", () => {
		const experts = { count: 8, active: 2, mlp: 5 };
		// Attention 72, router 8·4, two experts of three 4×5 matrices.
		const perLayer = 72 + 32 + 2 * 60;
		const model: LanguageModel = { ...MODEL, experts };
		expect(languageModelFlops(model, 1, 0)).toBe(3 * (2 * perLayer + perPair));
		const shared: LanguageModel = { ...MODEL, experts: { ...experts, sharedMlp: 10 } };
		expect(languageModelFlops(shared, 1, 0) - languageModelFlops(model, 1, 0)).toBe(3 * 2 * 3 * 4 * 10);
	});
	test("about two FLOPs per parameter and token for a real dense model and a short prompt", () => {
		const { "qwen2-7b": qwen } = LANGUAGE_MODELS;
		const withoutEmbedding = qwen.parameters - qwen.vocabulary * qwen.hidden;
		const ratio = languageModelFlops(qwen, 100, 100) / (2 * 100 * withoutEmbedding);
		expect(ratio).toBeGreaterThan(1);
		expect(ratio).toBeLessThan(1.01);
	});
});

test("towerFlopsOf: every view of every item, overview included", () => {
	const layout = createCounter("llava-onevision-qwen2-7b-ov").count({
		media: [
			{ kind: "image", width: 768, height: 768 },
			{ kind: "video", width: 640, height: 360, frames: 8, fps: 8 },
		],
	});
	const tower: Tower = TOWERS["siglip-so400m-patch14-384"];
	// One image of 2×2 tiles and the overview, and eight frames.
	expect(towerFlopsOf(tower, layout.items)).toBe((5 + 8) * towerFlops(tower, 729));
});
