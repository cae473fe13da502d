/**
 * What exact Gelus share with their gradients. With t = x/√2:
 *
 *     Φ(x) = (1 + erf(t)) / 2          y = x·Φ(x)          dy/dx = Φ(x) + t·exp(−t²)/√π
 *
 * So y can reuse the Φ(x) that the gradient computes. Where x = α·A·B + β·C is a Gemm with no other use, and y feeds
 * Gemms alone, x itself is never computed: the Gemm before produces t, the Gemms after take the missing √2 into α:
 *
 *     t = (α/√2)·A·B + (β/√2)·C        t·Φ(x) = y/√2       α′·y·W = (√2·α′)·(y/√2)·W
 */

import type { Node, Value } from "../value.ts";
import { consumersOf, producerOf, scaledBy } from "./match.ts";

export interface Gelus {
	/** By x: the value Φ(x), where a gradient computes it. */
	readonly distributions: ReadonlyMap<Value, Value>;
	/** By Gemm: the value t that it produces in place of x. */
	readonly prescaled: ReadonlyMap<Node, Value>;
	/** All those t: their own nodes are dropped. */
	readonly produced: ReadonlySet<Value>;
	/** Values computed as 1/√2 of themselves: y and its transposes. */
	readonly unscaled: ReadonlySet<Value>;
}

/** The Gelus among `nodes`, all that compute `outputs`. */
export function gelusOf(nodes: readonly Node[], outputs: readonly Value[]): Gelus {
	const consumers = consumersOf(nodes);
	const distributions = new Map<Value, Value>();
	const prescaled = new Map<Node, Value>();
	const unscaled = new Set<Value>();
	/** Whether only Gemms multiply by the value, directly or through transposes. */
	const feedsGemms = (value: Value): boolean =>
		!outputs.includes(value) &&
		consumers(value).every((node) =>
			node.op === "Transpose" ? feedsGemms(first(node)) : node.op === "Gemm" && node.inputs[2] !== value,
		);
	const markUnscaled = (value: Value): void => {
		unscaled.add(value);
		for (const node of consumers(value)) if (node.op === "Transpose") markUnscaled(first(node));
	};
	for (const node of nodes) {
		const match = matchDistribution(node);
		if (match === undefined) continue;
		const { x, t } = match;
		distributions.set(x, first(node));
		const gemm = x.graph.producerOf(x);
		const gelu = consumers(x).find(isExactGelu);
		if (gemm?.op !== "Gemm" || gelu === undefined || consumers(x).length !== 2) continue;
		if (outputs.includes(x) || outputs.includes(t) || !feedsGemms(first(gelu))) continue;
		// A MatMul on t would fold the scale and read x.
		if (!consumers(t).every((each) => each.op === "Erf" || multipliesValues(each))) continue;
		prescaled.set(gemm, t);
		markUnscaled(first(gelu));
	}
	return { distributions, prescaled, produced: new Set(prescaled.values()), unscaled };
}

export function isExactGelu(node: Node): boolean {
	return node.op === "Gelu" && (node as Node<"Gelu">).attributes.approximate !== "tanh";
}

/** x and t of a node that computes Φ(x) the way the gradient of Gelu does: HardSigmoid(Erf(x·√½), ½, ½). */
function matchDistribution(node: Node): { readonly x: Value; readonly t: Value } | undefined {
	const { alpha, beta = 0.5 } = (node as Node<"HardSigmoid">).attributes;
	const erf = producerOf(node);
	if (node.op !== "HardSigmoid" || alpha !== 0.5 || beta !== 0.5 || erf?.op !== "Erf") return undefined;
	const [t] = erf.inputs;
	const scale = producerOf(erf);
	const [x, factor] = (scale && scaledBy(scale)) ?? [];
	const fits = factor === Math.fround(Math.SQRT1_2);
	return fits && x !== undefined && t !== undefined ? { x, t } : undefined;
}

/** Whether a node multiplies two values, neither a scalar constant. */
function multipliesValues(node: Node): boolean {
	return node.op === "Mul" && scaledBy(node) === undefined;
}

function first({ outputs }: Node): Value {
	return outputs[0] as Value;
}
