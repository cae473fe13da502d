/** Operators of transformers from their definitions. */

import { OnevisionError } from "@onevision/base";
import type { OpName } from "../operators.ts";
import type { Node } from "../value.ts";
import { type Array64, build, filled, reader } from "./array.ts";
import { geluTanh } from "./elementwise.ts";
import { arrayAt, outputShape, type ReferenceRule } from "./rule.ts";

type Inputs = readonly (Array64 | undefined)[];
type Read = (index: readonly number[]) => number;

/** Rotates one row of `dim` elements by the angles whose cosines and sines are read; the rest stays. */
function rotatedElement(
	read: (i: number) => number,
	i: number,
	rotated: number,
	interleaved: boolean,
	cos: Read,
	sin: Read,
	at: readonly number[],
): number {
	if (i >= rotated) return read(i);
	const half = rotated / 2;
	const pair = interleaved ? Math.floor(i / 2) : i % half;
	const first = interleaved ? i % 2 === 0 : i < half;
	const [low, high] = interleaved ? [2 * pair, 2 * pair + 1] : [pair, pair + half];
	const [c, s] = [cos([...at, pair]), sin([...at, pair])];
	return first ? read(low) * c - read(high) * s : read(low) * s + read(high) * c;
}

function rotary(node: Node<"RotaryEmbedding">, inputs: Inputs): Array64 {
	const x = arrayAt(inputs, 0);
	const [read, cos, sin] = [reader(x), reader(arrayAt(inputs, 1)), reader(arrayAt(inputs, 2))];
	const positions = inputs[3] === undefined ? undefined : reader(inputs[3]);
	const { num_heads = 1, rotary_embedding_dim = 0, interleaved = 0 } = node.attributes;
	const wide = x.shape.length === 3;
	const dim = wide ? (x.shape[2] ?? 0) / num_heads : (x.shape[3] ?? 0);
	const rotated = rotary_embedding_dim === 0 ? dim : rotary_embedding_dim;
	return build(outputShape(node), (index) => {
		const [batch = 0, row = 0] = [index[0], index[wide ? 1 : 2]];
		const last = index.at(-1) ?? 0;
		const start = wide ? last - (last % dim) : 0;
		const at = positions === undefined ? [batch, row] : [positions([batch, row])];
		const element = (i: number) => read([...index.slice(0, -1), start + i]);
		return rotatedElement(element, last - start, rotated, interleaved !== 0, cos, sin, at);
	});
}

interface Attended {
	/** By batch, head, row, element. */
	readonly query: Read;
	readonly key: Read;
	readonly value: Read;
	/** Added to a score, by batch, head, query, key; −∞ where a query does not attend. */
	readonly mask: Read;
	readonly keys: number;
	readonly dim: number;
	readonly scale: number;
}

/** One element of softmax(scale·q·kᵀ + mask)·v. */
function attend(
	{ query, key, value, mask, keys, dim, scale }: Attended,
	[b, h, i, j]: readonly [number, number, number, number],
): number {
	const scores = Array.from({ length: keys }, (_, at) => {
		let score = 0;
		for (let d = 0; d < dim; d++) score += query([b, h, i, d]) * key([b, h, at, d]);
		return score * scale + mask([b, h, i, at]);
	});
	const most = Math.max(...scores);
	const weights = scores.map((score) => Math.exp(score - most));
	const total = weights.reduce((sum, weight) => sum + weight, 0);
	return weights.reduce((sum, weight, at) => sum + weight * value([b, h, at, j]), 0) / total;
}

/** Heads of [batch, rows, heads·dim], by batch, head, row, element. */
function byHead(x: Array64, dim: number, group = 1): Read {
	const read = reader(x);
	return ([b = 0, h = 0, row = 0, d = 0]) => read([b, row, Math.floor(h / group) * dim + d]);
}

function multiHead(node: Node<"MultiHeadAttention">, inputs: Inputs): Array64 {
	const { num_heads: heads = 1, scale, unidirectional = 0 } = node.attributes;
	const [query, key, value] = [arrayAt(inputs, 0), arrayAt(inputs, 1), arrayAt(inputs, 2)];
	const [width = 0, valueWidth = 0] = [query.shape[2], value.shape[2]];
	const [dim, valueDim] = [width / heads, valueWidth / heads];
	const bias = inputs[3]?.data;
	const biased = (x: Array64, size: number, start: number): Read => {
		const read = byHead(x, size);
		return (index) => read(index) + (bias?.[start + (index[1] ?? 0) * size + (index[3] ?? 0)] ?? 0);
	};
	const added = inputs[5] === undefined ? () => 0 : reader(inputs[5]);
	const keys = key.shape[1] ?? 0;
	const first = keys - (query.shape[1] ?? 0);
	const attended: Attended = {
		query: biased(query, dim, 0),
		key: biased(key, dim, width),
		value: biased(value, valueDim, 2 * width),
		mask: (index) => {
			const [, , i = 0, at = 0] = index;
			return unidirectional !== 0 && at > first + i ? Number.NEGATIVE_INFINITY : added(index);
		},
		keys,
		dim,
		scale: scale ?? 1 / Math.sqrt(dim),
	};
	return build(outputShape(node), ([b = 0, i = 0, at = 0]) =>
		attend(attended, [b, Math.floor(at / valueDim), i, at % valueDim]),
	);
}

function groupQuery(node: Node<"GroupQueryAttention">, inputs: Inputs): readonly Array64[] {
	const { num_heads: heads = 1, kv_num_heads: kvHeads = 1, scale, do_rotary = 0 } = node.attributes;
	const query = arrayAt(inputs, 0);
	const dim = (query.shape[2] ?? 0) / heads;
	const [pastKey, pastValue] = [arrayAt(inputs, 3), arrayAt(inputs, 4)];
	const past = pastKey.shape[2] ?? 0;
	const total = past + (query.shape[1] ?? 0);
	const lengths = [...arrayAt(inputs, 5).data].map((last) => last + 1);
	if (arrayAt(inputs, 6).data[0] !== total || lengths.some((length) => length !== total)) {
		throw new OnevisionError(
			"invalid-input",
			`GroupQueryAttention: there are ${total} rows; seqlens_k must be ${total - 1} and total_sequence_length ${total}`,
		);
	}
	const [cos, sin] = [reader(arrayAt(inputs, 7)), reader(arrayAt(inputs, 8))];
	const rotated = (read: Read): Read => {
		if (do_rotary === 0) return read;
		return ([b = 0, h = 0, row = 0, i = 0]) =>
			rotatedElement((d) => read([b, h, row, d]), i, dim, false, cos, sin, [past + row]);
	};
	const joined = (before: Array64, after: Read): Array64 => {
		const old = reader(before);
		return build([query.shape[0] ?? 0, kvHeads, total, dim], (index) => {
			const [b = 0, h = 0, row = 0, d = 0] = index;
			return row < past ? old(index) : after([b, h, row - past, d]);
		});
	};
	const keys = joined(pastKey, rotated(byHead(arrayAt(inputs, 1), dim)));
	const values = joined(pastValue, byHead(arrayAt(inputs, 2), dim));
	const group = heads / kvHeads;
	const grouped = (x: Array64): Read => {
		const read = reader(x);
		return ([b = 0, h = 0, row = 0, d = 0]) => read([b, Math.floor(h / group), row, d]);
	};
	const attended: Attended = {
		query: rotated(byHead(query, dim)),
		key: grouped(keys),
		value: grouped(values),
		mask: ([, , i = 0, at = 0]) => (at > past + i ? Number.NEGATIVE_INFINITY : 0),
		keys: total,
		dim,
		scale: scale ?? 1 / Math.sqrt(dim),
	};
	const output = build(outputShape(node), ([b = 0, i = 0, at = 0]) =>
		attend(attended, [b, Math.floor(at / dim), i, at % dim]),
	);
	return [output, keys, values];
}

/** (sum − mean) / √(variance + epsilon)·scale + shift over the last axis, or without the mean. */
function normOfSum(
	node: Node<"SkipLayerNormalization"> | Node<"SkipSimplifiedLayerNormalization">,
	inputs: Inputs,
	{
		centered,
		shift,
		bias,
	}: { readonly centered: boolean; readonly shift: Array64 | undefined; readonly bias: Array64 | undefined },
): readonly Array64[] {
	const [x, skip, scale] = [arrayAt(inputs, 0), arrayAt(inputs, 1), arrayAt(inputs, 2)];
	const width = x.shape.at(-1) ?? 0;
	const { epsilon = 1e-12 } = node.attributes;
	const sum = x.data.map((value, i) => value + (skip.data[i] ?? 0) + (bias?.data[i % width] ?? 0));
	const result = filled(x.shape);
	for (let start = 0; start < sum.length; start += width) {
		const row = sum.subarray(start, start + width);
		const mean = centered ? row.reduce((total, value) => total + value, 0) / width : 0;
		const variance = row.reduce((total, value) => total + (value - mean) ** 2, 0) / width;
		row.forEach((value, i) => {
			result.data[start + i] =
				((value - mean) / Math.sqrt(variance + epsilon)) * (scale.data[i] ?? 0) + (shift?.data[i] ?? 0);
		});
	}
	const statistics = filled(outputShape(node, 1), Number.NaN);
	return [result, statistics, statistics, { shape: x.shape, data: sum }];
}

export const transformerReference = {
	RotaryEmbedding: (node, inputs) => [rotary(node, inputs)],
	FastGelu: (node, inputs) => {
		const bias = inputs[1]?.data;
		const x = arrayAt(inputs, 0);
		const width = x.shape.at(-1) ?? 1;
		return [
			{
				shape: outputShape(node),
				data: x.data.map((value, i) => geluTanh(value + (bias?.[i % width] ?? 0))),
			},
		];
	},
	QuickGelu: (node, inputs) => {
		const { alpha = 1.702 } = node.attributes;
		return [
			{ shape: outputShape(node), data: arrayAt(inputs, 0).data.map((x) => x / (1 + Math.exp(-alpha * x))) },
		];
	},
	SkipLayerNormalization: (node, inputs) =>
		normOfSum(node, inputs, { centered: true, shift: inputs[3], bias: inputs[4] }),
	SkipSimplifiedLayerNormalization: (node, inputs) =>
		normOfSum(node, inputs, { centered: false, shift: undefined, bias: inputs[3] }),
	MultiHeadAttention: (node, inputs) => [multiHead(node, inputs)],
	GroupQueryAttention: groupQuery,
} satisfies { readonly [N in OpName]?: ReferenceRule<N> };
