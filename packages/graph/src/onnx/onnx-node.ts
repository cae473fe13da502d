/** Nodes of a model file: the graph's own, or fused ones. */

import { type AttributeKind, type AttributeValue, factsOf, OPERATORS } from "../operators.ts";
import type { Node, Value } from "../value.ts";
import type { AttributeProto } from "./proto.ts";

export interface OnnxNode {
	readonly op: string;
	/** Empty for ONNX's own operators. */
	readonly domain: string;
	/** `undefined` where an optional input is left out. */
	readonly inputs: readonly (Value | undefined)[];
	readonly outputs: readonly Value[];
	readonly attributes: readonly AttributeProto[];
}

/** A node of the graph, unchanged. */
export function toOnnxNode(node: Node): OnnxNode {
	const { op, inputs, outputs } = node;
	return { op, domain: factsOf(op).domain ?? "", inputs, outputs, attributes: attributesOf(node) };
}

function attributesOf(node: Node): AttributeProto[] {
	const kinds: Readonly<Record<string, AttributeKind>> = OPERATORS[node.op].attributes;
	const given: Readonly<Record<string, AttributeValue | undefined>> = node.attributes;
	return Object.entries(kinds).flatMap(([name, kind]) => {
		const value = given[name];
		return value === undefined ? [] : [{ name, kind, value }];
	});
}
