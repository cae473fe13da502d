/** Shapes of operators of transformers: rotary embedding, attention, activations, and norms of sums. */

import { addExtents, divideExtents, type Extent } from "../extent.ts";
import type { OpName } from "../operators.ts";
import { type Dim, sameSizes, sizesOf } from "../shape.ts";
import type { NodeSpec } from "../value.ts";
import { type InferRule, indicesAt, inputAt, mismatch, sameFloats, wrongDType } from "./rule.ts";

const FLOAT32 = { dtype: "float32" } as const;

/** The dimensions of a float32 input of some rank; onnxruntime's fused operators take no other float. */
function float32At(node: NodeSpec, index: number, rank?: number): readonly Dim[] {
	const { dtype, dims } = inputAt(node, index);
	if (dtype !== "float32") throw wrongDType(node, index, "float32");
	if (rank !== undefined && dims.length !== rank)
		throw mismatch(node, `input ${index} must have ${rank} dimensions`);
	return dims;
}

/** Throws unless an input, where it is given, has exactly these sizes. */
function expectSizes(node: NodeSpec, index: number, sizes: readonly Extent[], what: string): void {
	if (node.inputs[index] === undefined) return;
	if (!sameSizes(sizesOf(float32At(node, index)), sizes))
		throw mismatch(node, `${what} must be [${sizes.join(", ")}]`);
}

/** The size of a head. Throws unless the width is one of `heads` heads. */
function headSize(node: NodeSpec, width: Dim | undefined, heads: number | undefined): Extent {
	const size = heads === undefined || heads < 1 ? undefined : divideExtents(width?.size ?? 0, heads);
	if (size === undefined) throw mismatch(node, `the last axis does not divide into ${heads} heads`);
	return size;
}

function normOfSum(node: NodeSpec<"SkipLayerNormalization"> | NodeSpec<"SkipSimplifiedLayerNormalization">) {
	const dims = float32At(node, 0);
	if (!sameSizes(sizesOf(dims), sizesOf(float32At(node, 1))))
		throw mismatch(node, "both summands must have one shape");
	const width = dims.at(-1);
	if (width === undefined || dims.length > 3) throw mismatch(node, "summands have up to three dimensions");
	for (const index of node.inputs.keys()) {
		if (index >= 2) expectSizes(node, index, [width.size], "scale and bias");
	}
	const statistics = [...dims.slice(0, -1), { size: 1 }];
	return [dims, statistics, statistics, dims].map((each) => ({ ...FLOAT32, dims: each }));
}

/** Rows of attention: batch, queries or keys, width. */
function rows(node: NodeSpec, index: number) {
	const [batch, length, width] = float32At(node, index, 3);
	return { batch: batch as Dim, length: length as Dim, width: width as Dim };
}

function refuse(node: NodeSpec, index: number, what: string): void {
	if (node.inputs[index] !== undefined) throw mismatch(node, `${what} is not taken here`);
}

export const transformerRules = {
	RotaryEmbedding: (node) => {
		const dtype = sameFloats({ ...node, inputs: node.inputs.slice(0, 3) });
		const { dims } = inputAt(node, 0);
		const { num_heads, rotary_embedding_dim = 0 } = node.attributes;
		if (dims.length !== 3 && dims.length !== 4) throw mismatch(node, "x must have 3 or 4 dimensions");
		const dim = dims.length === 4 ? dims[3]?.size : headSize(node, dims[2], num_heads);
		const rotated = rotary_embedding_dim === 0 ? dim : rotary_embedding_dim;
		const half = divideExtents(rotated ?? 0, 2);
		const [batch, seq] = [dims[0]?.size ?? 0, dims[dims.length === 4 ? 2 : 1]?.size ?? 0];
		const tables = sizesOf(inputAt(node, 1).dims);
		if (half === undefined || tables.at(-1) !== half || !sameSizes(tables, sizesOf(inputAt(node, 2).dims))) {
			throw mismatch(node, `tables of cosines and sines must end in ${half ?? "half of an even size"}`);
		}
		if (node.inputs[3] === undefined) {
			if (!sameSizes(tables, [batch, seq, half])) throw mismatch(node, "tables must be [batch, seq, dim/2]");
		} else if (tables.length !== 2 || !sameSizes(sizesOf(indicesAt(node, 3).dims), [batch, seq])) {
			throw mismatch(node, "positions must be [batch, seq], the tables [positions, dim/2]");
		}
		return [{ dtype, dims }];
	},
	FastGelu: (node) => {
		const dims = float32At(node, 0);
		expectSizes(node, 1, [dims.at(-1)?.size ?? 0], "the bias");
		return [{ ...FLOAT32, dims }];
	},
	QuickGelu: (node) => [{ ...FLOAT32, dims: float32At(node, 0) }],
	SkipLayerNormalization: normOfSum,
	SkipSimplifiedLayerNormalization: normOfSum,
	MultiHeadAttention: (node) => {
		const [query, key, value] = [rows(node, 0), rows(node, 1), rows(node, 2)];
		const { num_heads: heads } = node.attributes;
		headSize(node, query.width, heads);
		headSize(node, value.width, heads);
		const [batch, keys] = [query.batch.size, key.length.size];
		if (key.width.size !== query.width.size || value.length.size !== keys) {
			throw mismatch(node, "queries and keys must be equally wide, keys and values equally many");
		}
		if (key.batch.size !== batch || value.batch.size !== batch) throw mismatch(node, "batches differ");
		expectSizes(node, 3, [addExtents(query.width.size, key.width.size, value.width.size)], "the bias");
		refuse(node, 4, "key_padding_mask");
		if (node.inputs[5] !== undefined) {
			const [ofBatch, ofHeads, ...scores] = sizesOf(float32At(node, 5, 4));
			const fits = (ofBatch === 1 || ofBatch === batch) && (ofHeads === 1 || ofHeads === heads);
			if (!fits || !sameSizes(scores, [query.length.size, keys])) {
				throw mismatch(node, "attention_bias must be [batch or 1, heads or 1, queries, keys]");
			}
		}
		return [{ ...FLOAT32, dims: [query.batch, query.length, value.width] }];
	},
	GroupQueryAttention: (node) => {
		const [query, key, value] = [rows(node, 0), rows(node, 1), rows(node, 2)];
		const { num_heads: heads = 0, kv_num_heads: kvHeads = 0, do_rotary = 0 } = node.attributes;
		const dim = headSize(node, query.width, heads);
		if (
			headSize(node, key.width, kvHeads) !== dim ||
			value.width.size !== key.width.size ||
			heads % kvHeads !== 0
		) {
			throw mismatch(node, `keys and values must have ${kvHeads} heads of ${dim}, which divide ${heads}`);
		}
		for (const each of [key, value]) {
			const fits = each.batch.size === query.batch.size && each.length.size === query.length.size;
			if (!fits) throw mismatch(node, "keys and values must be as many as the queries");
		}
		const past = float32At(node, 3, 4)[2] as Dim;
		for (const index of [3, 4])
			expectSizes(node, index, [query.batch.size, kvHeads, past.size, dim], "the past");
		for (const index of [5, 6]) {
			if (inputAt(node, index).dtype !== "int32") throw wrongDType(node, index, "int32");
		}
		if (!sameSizes(sizesOf(inputAt(node, 5).dims), [query.batch.size]))
			throw mismatch(node, "seqlens_k must be [batch]");
		const rotates = node.inputs[7] !== undefined && node.inputs[8] !== undefined;
		if (do_rotary !== 0 && !rotates) throw mismatch(node, "do_rotary needs tables of cosines and sines");
		if (rotates && sizesOf(float32At(node, 7, 2))[1] !== divideExtents(dim, 2)) {
			throw mismatch(node, "tables of cosines and sines must be [positions, dim/2]");
		}
		refuse(node, 9, "position_ids");
		refuse(node, 10, "attention_bias");
		const present = { size: addExtents(past.size, query.length.size) };
		const rowsOfHeads = [query.batch, { size: kvHeads }, present, { size: dim }];
		return [[query.batch, query.length, query.width], rowsOfHeads, rowsOfHeads].map((dims) => ({
			...FLOAT32,
			dims,
		}));
	},
} satisfies { readonly [N in OpName]?: InferRule<N> };
