/**
 * What onnxruntime does in fewer passes over memory, written as its own nodes; files meant for others go without. Its
 * own optimizer knows some of this, but it also merges transposes that were kept apart and gives a product back the
 * transpose that was cheaper by itself, so models written here are to be run as they are.
 */

import type { Node, Value } from "../graph.ts";
import { exchangesLastTwo } from "../shape.ts";
import { type Gelus, gelusOf, isExactGelu } from "./gelu.ts";
import { makerOf, scaledBy } from "./match.ts";
import { inRunningOrder } from "./order.ts";
import { plain, type Written } from "./written.ts";

/** Domain of onnxruntime's own operators, which every build of it has, and the version that this package writes. */
export const CONTRIB = { domain: "com.microsoft", version: 1 } as const;

/** The nodes that compute `outputs`, fused and in the order in which they are best run; gradients depend on `seed`. */
export function forOnnxruntime(
	nodes: readonly Node[],
	outputs: readonly Value[],
	seed: Value | undefined,
): readonly Written[] {
	const fuse = new Fusion(nodes, outputs);
	const written = [...nodes].reverse().flatMap((node) => fuse.node(node));
	return inRunningOrder(written.reverse(), seed);
}

/** Goes through a graph from its end, and leaves out what the nodes written so far do by themselves. */
class Fusion {
	/** How many of the nodes written so far read a value; model outputs count as one more. */
	readonly #readers = new Map<Value, number>();
	/** How often the nodes of the graph read a value, in the same way. */
	readonly #uses = new Map<Value, number>();
	readonly #gelus: Gelus;

	constructor(nodes: readonly Node[], outputs: readonly Value[]) {
		for (const value of outputs) {
			count(this.#readers, value);
			count(this.#uses, value);
		}
		for (const { inputs } of nodes) for (const value of inputs) count(this.#uses, value);
		this.#gelus = gelusOf(nodes, outputs);
	}

	/** What is written for a node: nothing where nobody reads it any more. */
	node(node: Node): Written[] {
		const given = this.#given(node);
		if (!given.some((output) => this.#readers.has(output))) return [];
		const written = this.#fused(node);
		for (const value of written.inputs) count(this.#readers, value);
		return [written];
	}

	/** What is left to a node to compute: one that a product spares gives nothing, and the product gives its value. */
	#given(node: Node): readonly Value[] {
		const { shrunk, given } = this.#gelus;
		const value = shrunk.get(node);
		return value === undefined ? node.outputs.filter((output) => !given.has(output)) : [value];
	}

	#fused(node: Node): Written {
		switch (node.op) {
			case "Gemm":
				return this.#gemm(node as Node<"Gemm">);
			case "MatMul":
				return product(node, node.outputs, 1);
			case "Mul":
				return this.#scaledProduct(node);
			case "Transpose":
				return this.#turnedProduct(node);
			case "Gelu":
				return this.#gelu(node);
			case "Reshape":
				return reshaped(node);
			default:
				return plain(node);
		}
	}

	/** A product that is only read to be scaled is scaled as it is computed. */
	#scaledProduct(node: Node): Written {
		const [value, factor] = scaledBy(node) ?? [];
		const maker = value && this.#productReadOnce(value);
		return maker === undefined ? plain(node) : product(maker, node.outputs, factor ?? 1);
	}

	/** A product that is only read to be transposed is that of the transposes in the other order. */
	#turnedProduct(node: Node): Written {
		const [value] = node.inputs;
		const maker = turns(node) && value !== undefined ? this.#productReadOnce(value) : undefined;
		return maker === undefined ? plain(node) : product(maker, node.outputs, 1, true);
	}

	#productReadOnce(value: Value): Node | undefined {
		const maker = value.graph.makerOf(value);
		const fits = maker?.op === "MatMul" && value.dtype === "float32" && this.#uses.get(value) === 1;
		return fits ? maker : undefined;
	}

	/** A product with the factors that a Gelu before or after it leaves to it. */
	#gemm(node: Node<"Gemm">): Written {
		const { shrunk, lacking } = this.#gelus;
		const own = shrunk.has(node) ? Math.SQRT1_2 : 1;
		const taken = node.inputs.slice(0, 2).filter((value) => value !== undefined && lacking.has(value)).length;
		if (own === 1 && taken === 0) return plain(node);
		const { alpha = 1, beta = 1 } = node.attributes;
		const factors = { alpha: alpha * own * Math.SQRT2 ** taken, beta: beta * own };
		return plain({ ...node, outputs: this.#given(node), attributes: { ...node.attributes, ...factors } });
	}

	/** x·Φ(x), where Φ(x) is computed for the gradient anyway. */
	#gelu(node: Node): Written {
		const [x] = node.inputs;
		const half = x && this.#gelus.distributions.get(x);
		if (x === undefined || half === undefined || !isExactGelu(node)) return plain(node);
		const shrunk = this.#gelus.shrunk.get(x.graph.makerOf(x) as Node);
		if (shrunk === undefined && !this.#readers.has(half)) return plain(node);
		return { op: "Mul", domain: "", inputs: [shrunk ?? x, half], outputs: node.outputs, attributes: [] };
	}
}

function count(counts: Map<Value, number>, value: Value | undefined): void {
	if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
}

/** A product, or its transpose when `turned`, whose operands' transposes and factors are its own settings. */
function product(node: Node, outputs: readonly Value[], factor: number, turned = false): Written {
	const operands = node.inputs.map((value) => value && bare(value));
	const [a, b] = turned ? operands.reverse() : operands;
	const alpha = factor * (a?.factor ?? 1) * (b?.factor ?? 1);
	const [transA, transB] = [a, b].map((each) => (each?.turned === true) !== turned);
	const whole = alpha === 1 && !transA && !transB && !turned;
	if (whole || outputs[0]?.dtype !== "float32") return { ...plain(node), outputs };
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

interface Bare {
	readonly value: Value;
	readonly turned: boolean;
	readonly factor: number;
}

/** What an operand is the transpose or the multiple of: transposes that exchange the last two axes and nothing else. */
function bare(value: Value): Bare {
	const maker = value.graph.makerOf(value);
	const [of, factor] = (maker?.op === "Mul" ? scaledBy(maker) : undefined) ?? [];
	if (of !== undefined && factor !== undefined) {
		const inner = bare(of);
		return { ...inner, factor: inner.factor * factor };
	}
	const [source] = maker !== undefined && turns(maker) ? maker.inputs : [];
	if (source === undefined) return { value, turned: false, factor: 1 };
	const inner = bare(source);
	return { ...inner, turned: !inner.turned };
}

/** Whether a node exchanges the last two axes and does nothing else. */
function turns(node: Node): boolean {
	return node.op === "Transpose" && exchangesLastTwo((node as Node<"Transpose">).attributes.perm ?? []);
}

/** A reshape of a reshape is one, unless its sizes speak of its input's: zeros without `allowzero`. */
function reshaped(node: Node): Written {
	let [value, shape] = node.inputs;
	const sizes = shape?.graph.constantOf(shape)?.data ?? [0];
	if ([...sizes].some((size) => Number(size) === 0)) return plain(node);
	for (let maker = makerOf(node); maker?.op === "Reshape"; maker = makerOf(maker)) [value] = maker.inputs;
	return { ...plain(node), inputs: [value, shape] };
}
