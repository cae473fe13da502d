/**
 * What exact Gelus share with their gradients. Both need Φ(x) = (1 + erf(x/√2)) / 2, and the gradient needs x/√2 again;
 * where a product gives x and only products read x·Φ(x), the product can give x/√2 and the others take the √2, so that
 * x itself is never computed.
 */

import type { Node, Value } from "../graph.ts";
import { makerOf, readersAmong, scaledBy } from "./match.ts";

export interface Gelus {
	/** By x: the value Φ(x), where a gradient computes it. */
	readonly distributions: ReadonlyMap<Value, Value>;
	/** By product: the value x/√2, which it is to give in place of x. */
	readonly shrunk: ReadonlyMap<Node, Value>;
	/** All those values: nothing else is to compute them. */
	readonly given: ReadonlySet<Value>;
	/** Values that are to be computed without their factor of √2. */
	readonly lacking: ReadonlySet<Value>;
}

/** The Gelus among `nodes`, all that compute `outputs`. */
export function gelusOf(nodes: readonly Node[], outputs: readonly Value[]): Gelus {
	const readersOf = readersAmong(nodes);
	const distributions = new Map<Value, Value>();
	const shrunk = new Map<Node, Value>();
	const lacking = new Set<Value>();
	/** Whether products alone read a value, or transposes of which the same is true. */
	const feedsProducts = (value: Value): boolean =>
		!outputs.includes(value) &&
		readersOf(value).every((node) =>
			node.op === "Transpose" ? feedsProducts(first(node)) : node.op === "Gemm" && node.inputs[2] !== value,
		);
	const lack = (value: Value): void => {
		lacking.add(value);
		for (const node of readersOf(value)) if (node.op === "Transpose") lack(first(node));
	};
	for (const node of nodes) {
		const half = halfOf(node);
		if (half === undefined) continue;
		const { x, scaled } = half;
		distributions.set(x, first(node));
		const product = x.graph.makerOf(x);
		const gelu = readersOf(x).find(isExactGelu);
		if (product?.op !== "Gemm" || gelu === undefined || readersOf(x).length !== 2) continue;
		if (outputs.includes(x) || outputs.includes(scaled) || !feedsProducts(first(gelu))) continue;
		// Products would reach through x/√2 to x.
		if (!readersOf(scaled).every((each) => each.op === "Erf" || multiplies(each))) continue;
		shrunk.set(product, scaled);
		lack(first(gelu));
	}
	return { distributions, shrunk, given: new Set(shrunk.values()), lacking };
}

export function isExactGelu(node: Node): boolean {
	return node.op === "Gelu" && (node as Node<"Gelu">).attributes.approximate !== "tanh";
}

/** The x and x/√2 of a node that computes Φ(x) as the gradient of Gelu does. */
function halfOf(node: Node): { readonly x: Value; readonly scaled: Value } | undefined {
	const { alpha, beta = 0.5 } = (node as Node<"HardSigmoid">).attributes;
	const erf = makerOf(node);
	if (node.op !== "HardSigmoid" || alpha !== 0.5 || beta !== 0.5 || erf?.op !== "Erf") return undefined;
	const [scaled] = erf.inputs;
	const scale = makerOf(erf);
	const [x, factor] = (scale && scaledBy(scale)) ?? [];
	const fits = factor === Math.fround(Math.SQRT1_2);
	return fits && x !== undefined && scaled !== undefined ? { x, scaled } : undefined;
}

/** Whether a node multiplies two values, neither of them a number. */
function multiplies(node: Node): boolean {
	return node.op === "Mul" && scaledBy(node) === undefined;
}

function first({ outputs }: Node): Value {
	return outputs[0] as Value;
}
