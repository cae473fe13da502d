/**
 * Fusions for onnxruntime, which save passes over memory:
 *
 *     MatMul(s·A, B), s·MatMul(A, B)       = FusedMatMul(A, B, alpha = s)       float32; s a constant
 *     MatMul(Aᵀ, B)                        = FusedMatMul(A, B, transA = 1)      likewise B
 *     MatMul(A, B)ᵀ                        = FusedMatMul(B, A, transA = transB = 1)
 *     Reshape(Reshape(x, r), s)            = Reshape(x, s)                      unless s has a 0
 *     Gelu(x)                              = x·Φ(x)                             see gelu.ts
 *
 * onnxruntime's own optimizer knows some of these, but it also merges transposes that were kept apart and gives a
 * product back the transpose that was cheaper by itself: load fused models without it.
 */

import type { OpName } from "../operators.ts";
import { exchangesLastTwo } from "../shape.ts";
import type { Node, Value } from "../value.ts";
import { type Gelus, gelusOf, isExactGelu } from "./gelu.ts";
import { producerOf, scaledBy } from "./match.ts";
import { type OnnxNode, toOnnxNode } from "./onnx-node.ts";
import { inExecutionOrder } from "./order.ts";

/** Domain of onnxruntime's own operators, and the version that this package writes. */
export const CONTRIB = { domain: "com.microsoft", version: 1 } as const;

/**
 * The nodes that compute `outputs`, fused and in the order in which they run best. `seed` is the value that all
 * gradients depend on, where there are any.
 */
export function fuseForOnnxRuntime(
	nodes: readonly Node[],
	outputs: readonly Value[],
	seed: Value | undefined,
): readonly OnnxNode[] {
	const fusion = new Fusion(nodes, outputs);
	const fused = [...nodes].reverse().flatMap((node) => fusion.node(node));
	return inExecutionOrder(fused.reverse(), seed);
}

type Rewrites = { readonly [N in OpName]?: (node: Node<N>) => OnnxNode };

/** Visits a graph from its outputs to its inputs and drops nodes that no fused node reads any more. */
class Fusion {
	/** Consumers of a value among the fused nodes; model outputs count as one more. */
	readonly #consumers = new Map<Value, number>();
	/** Consumers of a value in the graph, counted likewise. */
	readonly #uses = new Map<Value, number>();
	readonly #gelus: Gelus;
	/** Operators without a row are kept. */
	readonly #rewrites: Rewrites = {
		Gemm: (node) => this.#scaleGemm(node),
		MatMul: (node) => matMul(node, node.outputs, 1),
		Mul: (node) => this.#foldScale(node),
		Transpose: (node) => this.#foldTranspose(node),
		Gelu: (node) => this.#gelu(node),
		Reshape: mergeReshapes,
	};

	constructor(nodes: readonly Node[], outputs: readonly Value[]) {
		for (const value of outputs) {
			count(this.#consumers, value);
			count(this.#uses, value);
		}
		for (const { inputs } of nodes) for (const value of inputs) count(this.#uses, value);
		this.#gelus = gelusOf(nodes, outputs);
	}

	/** The node fused, or nothing where no consumer is left. */
	node(node: Node): OnnxNode[] {
		if (!this.#outputsOf(node).some((output) => this.#consumers.has(output))) return [];
		const rewrite = this.#rewrites[node.op] as ((node: Node) => OnnxNode) | undefined;
		const fused = rewrite?.(node) ?? toOnnxNode(node);
		for (const value of fused.inputs) count(this.#consumers, value);
		return [fused];
	}

	/** Outputs this node still produces after fusion. */
	#outputsOf(node: Node): readonly Value[] {
		const { prescaled, produced } = this.#gelus;
		const t = prescaled.get(node);
		return t === undefined ? node.outputs.filter((output) => !produced.has(output)) : [t];
	}

	/** Folds a constant scale into MatMul's alpha when the MatMul has no other consumer. */
	#foldScale(node: Node): OnnxNode {
		const [value, factor] = scaledBy(node) ?? [];
		const product = value && this.#exclusiveMatMul(value);
		return product === undefined ? toOnnxNode(node) : matMul(product, node.outputs, factor ?? 1);
	}

	/** Folds a transpose into a MatMul with no other consumer, by swapping its operands. */
	#foldTranspose(node: Node): OnnxNode {
		const [value] = node.inputs;
		const product = isTransposed(node) && value !== undefined ? this.#exclusiveMatMul(value) : undefined;
		return product === undefined ? toOnnxNode(node) : matMul(product, node.outputs, 1, true);
	}

	/** The float32 MatMul that produces `value`, if nothing else reads it. */
	#exclusiveMatMul(value: Value): Node | undefined {
		const producer = value.graph.producerOf(value);
		const fits = producer?.op === "MatMul" && value.dtype === "float32" && this.#uses.get(value) === 1;
		return fits ? producer : undefined;
	}

	/** Scales a Gemm by 1/√2 before a Gelu, and by √2 for each unscaled operand after one. */
	#scaleGemm(node: Node<"Gemm">): OnnxNode {
		const { prescaled, unscaled } = this.#gelus;
		const scale = prescaled.has(node) ? Math.SQRT1_2 : 1;
		const missing = node.inputs
			.slice(0, 2)
			.filter((value) => value !== undefined && unscaled.has(value)).length;
		if (scale === 1 && missing === 0) return toOnnxNode(node);
		const { alpha = 1, beta = 1 } = node.attributes;
		const scaled = { alpha: alpha * scale * Math.SQRT2 ** missing, beta: beta * scale };
		return toOnnxNode({
			...node,
			outputs: this.#outputsOf(node),
			attributes: { ...node.attributes, ...scaled },
		});
	}

	/** x·Φ(x), where the gradient computes Φ(x) anyway. */
	#gelu(node: Node): OnnxNode {
		const [x] = node.inputs;
		const phi = x && this.#gelus.distributions.get(x);
		if (x === undefined || phi === undefined || !isExactGelu(node)) return toOnnxNode(node);
		const t = this.#gelus.prescaled.get(x.graph.producerOf(x) as Node);
		if (t === undefined && !this.#consumers.has(phi)) return toOnnxNode(node);
		return { op: "Mul", domain: "", inputs: [t ?? x, phi], outputs: node.outputs, attributes: [] };
	}
}

function count(counts: Map<Value, number>, value: Value | undefined): void {
	if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
}

/** factor·A·B, or its transpose, with the scales and transposes of both operands folded in. */
function matMul(node: Node, outputs: readonly Value[], factor: number, transposed = false): OnnxNode {
	const operands = node.inputs.map((value) => value && matMulOperand(value));
	const [a, b] = transposed ? operands.reverse() : operands;
	const alpha = factor * (a?.factor ?? 1) * (b?.factor ?? 1);
	const [transA, transB] = [a, b].map((each) => (each?.transposed === true) !== transposed);
	const unfused = alpha === 1 && !transA && !transB && !transposed;
	if (unfused || outputs[0]?.dtype !== "float32") return { ...toOnnxNode(node), outputs };
	return {
		op: "FusedMatMul",
		domain: CONTRIB.domain,
		inputs: [a?.value, b?.value],
		outputs,
		attributes: [
			{ name: "alpha", kind: "float", value: alpha },
			{ name: "transA", kind: "int", value: transA ? 1 : 0 },
			{ name: "transB", kind: "int", value: transB ? 1 : 0 },
		],
	};
}

/** An operand as factor·value or factor·valueᵀ. */
interface MatMulOperand {
	readonly value: Value;
	readonly transposed: boolean;
	readonly factor: number;
}

/** Strips constant scales and transposes of the last two axes from an operand. */
function matMulOperand(value: Value): MatMulOperand {
	const producer = value.graph.producerOf(value);
	const [of, factor] = (producer && scaledBy(producer)) ?? [];
	if (of !== undefined && factor !== undefined) {
		const inner = matMulOperand(of);
		return { ...inner, factor: inner.factor * factor };
	}
	const [source] = producer !== undefined && isTransposed(producer) ? producer.inputs : [];
	if (source === undefined) return { value, transposed: false, factor: 1 };
	const inner = matMulOperand(source);
	return { ...inner, transposed: !inner.transposed };
}

/** Whether a node exchanges the last two axes and does nothing else. */
function isTransposed(node: Node): boolean {
	return node.op === "Transpose" && exchangesLastTwo((node as Node<"Transpose">).attributes.perm ?? []);
}

/** Skips earlier reshapes, unless a 0 in the shape copies a size of the input (no `allowzero`). */
function mergeReshapes(node: Node<"Reshape">): OnnxNode {
	let [value, shape] = node.inputs;
	const sizes = shape?.graph.constantOf(shape)?.data ?? [0];
	if ([...sizes].some((size) => Number(size) === 0)) return toOnnxNode(node);
	for (let producer = producerOf(node); producer?.op === "Reshape"; producer = producerOf(producer)) {
		[value] = producer.inputs;
	}
	return { ...toOnnxNode(node), inputs: [value, shape] };
}
