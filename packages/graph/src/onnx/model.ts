/** Graphs to ONNX models and back. */

import { OnevisionError, type Tensor } from "@onevision/base";
import { seedOf } from "../gradients/gradients.ts";
import { Graph } from "../graph.ts";
import {
	type AttributeKind,
	type AttributesOf,
	factsOf,
	isOpName,
	OPERATORS,
	OPSET,
	type OpName,
} from "../operators.ts";
import { leavesFor, nodesFor } from "../prune.ts";
import { formatDims, sameSizes, sizesOf } from "../shape.ts";
import type { Value } from "../value.ts";
import { CONTRIB, fuseForOnnxRuntime } from "./fuse.ts";
import { type OnnxNode, toOnnxNode } from "./onnx-node.ts";
import {
	type ExternalTensor,
	type InitializerProto,
	IR_VERSION,
	type ModelProto,
	type NodeProto,
	type ValueInfo,
} from "./proto.ts";
import { readModel } from "./read.ts";
import { writeModel } from "./write.ts";

/** Values by output name. */
export type Outputs = Readonly<Record<string, Value>>;

export interface EncodeOptions {
	/** Parameters to store in the model; the others become inputs. */
	readonly weights?: Readonly<Record<string, Tensor>>;
	/** Parameters whose data are in other files: load the model with their `folder`. */
	readonly external?: Readonly<Record<string, ExternalTensor>>;
	/**
	 * Fused for onnxruntime (default false): fewer nodes, some of them its own operators, in the order that runs
	 * fastest. Load it with `optimize: false`.
	 */
	readonly fused?: boolean;
	/** With `fused`: the loss whose gradients are among the outputs, which decides the order. */
	readonly loss?: Value;
}

/**
 * An ONNX model file that computes `outputs` from the inputs and parameters they depend on. Throws `shape-mismatch`
 * when a weight has another dtype or shape, `invalid-input` when an output has an input's name.
 */
export function encodeModel(outputs: Outputs, options: EncodeOptions = {}): Uint8Array<ArrayBuffer> {
	return writeModel(protoOf(outputs, options));
}

function protoOf(
	outputs: Outputs,
	{ weights = {}, external = {}, fused = false, loss }: EncodeOptions,
): ModelProto {
	const values = Object.values(outputs);
	const [first] = values;
	if (first === undefined) throw new OnevisionError("invalid-input", "model: needs at least one output");
	const leaves = leavesFor(values);
	const { names, aliases } = nameOutputs(outputs);
	const nameOf = (value: Value) => names.get(value) ?? value.name;
	const used = usedOutputs(values);
	const seed = loss && seedOf(loss);
	const onnxNodes = fused
		? fuseForOnnxRuntime(nodesFor(values), values, seed)
		: nodesFor(values).map(toOnnxNode);
	const nodes = onnxNodes.map((each) => nodeProto(each, nameOf, used));
	const initializers = leaves.flatMap((value): InitializerProto[] => {
		const { name } = value;
		const tensor = value.graph.constantOf(value) ?? weightOf(value, weights);
		if (tensor !== undefined) return [{ name, tensor }];
		const elsewhere = weightOf(value, external);
		return elsewhere === undefined ? [] : [{ name, external: elsewhere }];
	});
	const stored = new Set(initializers.map(({ name }) => name));
	return {
		irVersion: IR_VERSION,
		opset: OPSET,
		contrib: onnxNodes.some(({ domain }) => domain === CONTRIB.domain),
		producer: "onevision",
		graph: {
			name: first.graph.name,
			nodes: [...nodes, ...aliases],
			initializers,
			inputs: leaves.filter(({ name }) => !stored.has(name)).map((value) => info(value.name, value)),
			outputs: Object.entries(outputs).map(([name, value]) => info(name, value)),
		},
	};
}

function info(name: string, { dtype, dims }: Value): ValueInfo {
	return { name, dtype, dims };
}

/** The weight of a parameter. Throws `shape-mismatch` when it has another dtype or shape. */
function weightOf<W extends Tensor | ExternalTensor>(
	value: Value,
	weights: Readonly<Record<string, W>>,
): W | undefined {
	const weight =
		value.kind === "parameter" && Object.hasOwn(weights, value.name) ? weights[value.name] : undefined;
	if (
		weight !== undefined &&
		(weight.dtype !== value.dtype || !sameSizes(weight.shape, sizesOf(value.dims)))
	) {
		throw new OnevisionError(
			"shape-mismatch",
			`model: ${value.name} is ${value.dtype} ${formatDims(value.dims)}, the weight ${weight.dtype} [${weight.shape.join(", ")}]`,
		);
	}
	return weight;
}

/** Computed values take their first output name; a second name, or one for an input, becomes an Identity. */
function nameOutputs(outputs: Outputs): { names: Map<Value, string>; aliases: NodeProto[] } {
	const names = new Map<Value, string>();
	const aliases: NodeProto[] = [];
	const leaves = new Set(leavesFor(Object.values(outputs)).map(({ name }) => name));
	for (const [name, value] of Object.entries(outputs)) {
		if (leaves.has(name)) {
			if (value.name === name) continue;
			throw new OnevisionError("invalid-input", `model: ${name} names an input and an output`);
		}
		if (value.kind === "computed" && !names.has(value)) names.set(value, name);
		else aliases.push(alias(names.get(value) ?? value.name, name));
	}
	renameClashes(names, Object.values(outputs));
	return { names, aliases };
}

function alias(from: string, to: string): NodeProto {
	return { op: "Identity", domain: "", inputs: [from], outputs: [to], attributes: [] };
}

/** Renames values whose own name is taken by an output. */
function renameClashes(names: Map<Value, string>, values: readonly Value[]): void {
	const taken = new Set(names.values());
	for (const { outputs } of nodesFor(values)) {
		for (const value of outputs) {
			if (!names.has(value) && taken.has(value.name)) names.set(value, `${value.name}'`);
		}
	}
}

/** Whether a value has consumers or is an output of the model. */
function usedOutputs(values: readonly Value[]): (value: Value) => boolean {
	const used = new Set<Value | undefined>(values);
	for (const { inputs } of nodesFor(values)) for (const input of inputs) used.add(input);
	return (value) => used.has(value);
}

function nodeProto(
	{ op, domain, inputs, outputs, attributes }: OnnxNode,
	nameOf: (value: Value) => string,
	used: (value: Value) => boolean,
): NodeProto {
	const required = isOpName(op) && factsOf(op).peerOutputs;
	const names = outputs.map((value, i) => (i === 0 || required || used(value) ? nameOf(value) : ""));
	while (names.at(-1) === "") names.pop();
	return {
		op,
		domain,
		inputs: inputs.map((value) => (value === undefined ? "" : nameOf(value))),
		outputs: names,
		attributes,
	};
}

/**
 * The graph in an ONNX file. Operators must be those of this package; shapes may be dynamic. Inputs of the file become inputs,
 * initializers constants. Throws `unreadable-file`, `unknown-name`, `shape-mismatch` or `invalid-input`.
 */
export function decodeModel(bytes: Uint8Array): { readonly graph: Graph; readonly outputs: Outputs } {
	const model = readModel(bytes);
	if (model.opset !== OPSET) {
		throw new OnevisionError(
			"unreadable-file",
			`onnx: opset ${model.opset}; convert the model to opset ${OPSET}`,
		);
	}
	const graph = new Graph(model.graph.name);
	const values = new Map<string, Value>();
	const constants = new Set(model.graph.initializers.map(({ name }) => name));
	for (const { name, tensor } of model.graph.initializers) values.set(name, graph.constant(tensor, name));
	for (const { name, dtype, dims } of model.graph.inputs) {
		if (!constants.has(name)) values.set(name, graph.input(name, dtype, dims));
	}
	for (const node of model.graph.nodes) addNode(graph, node, values);
	const outputs = model.graph.outputs.map(({ name }) => [name, named(values, name)] as const);
	return { graph, outputs: Object.fromEntries(outputs) };
}

function named(values: ReadonlyMap<string, Value>, name: string): Value {
	const value = values.get(name);
	if (value === undefined) {
		throw new OnevisionError("unreadable-file", `onnx: nothing computes ${JSON.stringify(name)}`);
	}
	return value;
}

function addNode(graph: Graph, node: NodeProto, values: Map<string, Value>): void {
	if (!isOpName(node.op) || node.domain !== (factsOf(node.op).domain ?? "")) {
		throw new OnevisionError(
			"unknown-name",
			`onnx: operator ${node.domain}${node.domain && "."}${node.op} is not known`,
		);
	}
	const inputs = node.inputs.map((name) => (name === "" ? undefined : named(values, name)));
	const attributes = attributesOf(node.op, node);
	const names = node.outputs.map((name) => (name === "" ? undefined : name));
	graph.node(node.op, inputs, attributes, names).forEach((value, i) => {
		const name = node.outputs[i];
		if (name !== undefined && name !== "") values.set(name, value);
	});
}

function attributesOf(op: OpName, node: NodeProto): AttributesOf<OpName> {
	const kinds: Readonly<Record<string, AttributeKind>> = OPERATORS[op].attributes;
	const entries = node.attributes.map(({ name, kind, value }) => {
		if (!Object.hasOwn(kinds, name) || kinds[name] !== kind) {
			throw new OnevisionError("unknown-name", `onnx: ${op} has no attribute ${name} of type ${kind} here`);
		}
		return [name, value] as const;
	});
	return Object.fromEntries(entries);
}
