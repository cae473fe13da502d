/** Cases of the operators of transformers. */

import { type Tensor, tensor } from "@onevision/base";
import * as ops from "../ops.ts";
import { createRandom } from "../random.ts";
import type { Graph } from "../value.ts";
import type { Case } from "./case.ts";

const input = (graph: Graph, name: string, ...shape: number[]) => graph.input(name, "float32", shape);
/** No gradients. */
const FORWARD = { wrt: [] } as const;

function int32(values: readonly number[], shape: readonly number[] = [values.length]): Tensor {
	return tensor("int32", shape, values);
}

function bytes(shape: readonly number[], dtype: "uint8" | "int8"): Tensor {
	const random = createRandom(7);
	const count = shape.reduce((product, size) => product * size, 1);
	const least = dtype === "int8" ? -127 : 0;
	return tensor(
		dtype,
		shape,
		Array.from({ length: count }, () => least + random.integer(255)),
	);
}

const scales = { range: [0.01, 0.02] } as const;

const rotary: Case[] = [0, 1].flatMap((interleaved): Case[] => [
	{
		op: "RotaryEmbedding",
		name: `heads, positions, interleaved ${interleaved}`,
		build: (g) =>
			ops.RotaryEmbedding(
				input(g, "x", 2, 3, 2, 4),
				input(g, "cos", 5, 2),
				input(g, "sin", 5, 2),
				g.constant(tensor("int64", [2, 2], [0, 4, 3, 1])),
				{ interleaved },
			),
		wrt: ["x"],
	},
	{
		op: "RotaryEmbedding",
		name: `wide, own tables, interleaved ${interleaved}`,
		build: (g) =>
			ops.RotaryEmbedding(
				input(g, "x", 1, 2, 8),
				input(g, "cos", 1, 2, 2),
				input(g, "sin", 1, 2, 2),
				undefined,
				{
					num_heads: 2,
					interleaved,
				},
			),
		wrt: ["x"],
	},
]);

const multiHead: Case[] = [
	["plain", {}, {}],
	["bias", { bias: [24] }, {}],
	["attention bias", { mask: [1, 1, 3, 5] }, { scale: 0.7 }],
	["attention bias by head", { mask: [2, 2, 3, 5], bias: [24] }, {}],
].map(([name, given, attributes]): Case => {
	const { bias, mask } = given as { bias?: number[]; mask?: number[] };
	return {
		op: "MultiHeadAttention",
		name: String(name),
		build: (g) =>
			ops.MultiHeadAttention(
				input(g, "q", 2, 3, 8),
				input(g, "k", 2, 5, 8),
				input(g, "v", 2, 5, 8),
				{ num_heads: 2, ...(attributes as object) },
				{
					...(bias && { bias: input(g, "b", ...bias) }),
					...(mask && { attentionBias: input(g, "m", ...mask) }),
				},
			),
		...FORWARD,
	};
});

const groupQuery: Case[] = [
	[0, 3, 0],
	[4, 1, 0],
	[4, 3, 0],
	[0, 3, 1],
	[4, 2, 1],
].map(([past = 0, seq = 0, do_rotary = 0]): Case => {
	const dim = 16;
	return {
		op: "GroupQueryAttention",
		name: `${past} before, ${seq} new, rotary ${do_rotary}`,
		build: (g) => {
			const { output, presentKey, presentValue } = ops.GroupQueryAttention(
				input(g, "q", 1, seq, 4 * dim),
				input(g, "k", 1, seq, 2 * dim),
				input(g, "v", 1, seq, 2 * dim),
				{
					pastKey: input(g, "pastKey", 1, 2, past, dim),
					pastValue: input(g, "pastValue", 1, 2, past, dim),
					lastIndices: g.constant(int32([past + seq - 1])),
					total: g.constant(int32([past + seq], [1])),
					...(do_rotary === 0 ? {} : { cos: input(g, "cos", 9, dim / 2), sin: input(g, "sin", 9, dim / 2) }),
				},
				{ num_heads: 4, kv_num_heads: 2, do_rotary },
			);
			return [output, presentKey, presentValue];
		},
		...FORWARD,
	};
});

const blocks: Case[] = [
	[4, 32, 64],
	[4, 32, 40],
	[8, 32, 64],
	[8, 32, 40],
	[4, 64, 100],
].flatMap(([bits = 4, block_size = 32, K = 0]) =>
	[false, true].map((biased): Case => {
		const [N, count] = [3, Math.ceil(K / block_size)];
		return {
			op: "MatMulNBits",
			name: `${bits} bits, blocks of ${block_size}, ${K} inputs${biased ? ", bias" : ""}`,
			build: (g) =>
				ops.MatMulNBits(
					input(g, "x", 2, 2, K),
					g.constant(bytes([N, count, (block_size * bits) / 8], "uint8")),
					input(g, "scales", N, count),
					{ K, N, bits, block_size },
					biased ? input(g, "bias", N) : undefined,
				),
			...scales,
			...FORWARD,
		};
	}),
);

export const FUSED_CASES: readonly Case[] = [
	...rotary,
	{
		op: "FastGelu",
		name: "plain",
		build: (g) => ops.FastGelu(input(g, "x", 2, 3, 4)),
		range: [-4, 4],
		...FORWARD,
	},
	{
		op: "FastGelu",
		name: "bias",
		build: (g) => ops.FastGelu(input(g, "x", 2, 3, 4), input(g, "b", 4)),
		range: [-4, 4],
		...FORWARD,
	},
	{ op: "QuickGelu", name: "of CLIP", build: (g) => ops.QuickGelu(input(g, "x", 2, 3, 4)), range: [-4, 4] },
	{
		op: "QuickGelu",
		name: "alpha 1",
		build: (g) => ops.QuickGelu(input(g, "x", 5), { alpha: 1 }),
		range: [-4, 4],
	},
	...[false, true].map(
		(shifted): Case => ({
			op: "SkipLayerNormalization",
			name: shifted ? "with bias" : "no bias",
			build: (g) => {
				const { normalized, sum } = ops.SkipLayerNormalization(
					input(g, "x", 2, 3, 8),
					input(g, "skip", 2, 3, 8),
					input(g, "s", 8),
					shifted ? input(g, "b", 8) : undefined,
					{ epsilon: 1e-6 },
				);
				return [normalized, sum];
			},
			...FORWARD,
		}),
	),
	{
		op: "SkipSimplifiedLayerNormalization",
		name: "three dimensions",
		build: (g) => {
			const { normalized, sum } = ops.SkipSimplifiedLayerNormalization(
				input(g, "x", 2, 3, 8),
				input(g, "skip", 2, 3, 8),
				input(g, "s", 8),
				{ epsilon: 1e-6 },
			);
			return [normalized, sum];
		},
		...FORWARD,
	},
	...multiHead,
	...groupQuery,
	...blocks,
	...(["int8", "uint8"] as const).flatMap((dtype) =>
		[true, false].map(
			(perColumn): Case => ({
				op: "DynamicQuantizeMatMul",
				name: `${dtype}, ${perColumn ? "a scale for each column" : "one scale"}`,
				build: (g) =>
					ops.DynamicQuantizeMatMul(
						input(g, "x", 2, 6, 12),
						g.constant(bytes([12, 5], dtype)),
						input(g, "scale", perColumn ? 5 : 1),
						perColumn ? undefined : g.constant(tensor(dtype, [1], [3])),
						perColumn ? input(g, "bias", 5) : undefined,
					),
				...FORWARD,
			}),
		),
	),
];
