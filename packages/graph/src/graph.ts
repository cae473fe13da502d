/** Graphs as plain data: values with shapes, nodes in topological order, constants. */

import {
	assertDefined,
	type DType,
	elementCount,
	float32,
	OnevisionError,
	type Tensor,
	tensor,
} from "@onevision/base";
import type { Extent } from "./extent.ts";
import { constantContents, contentsOfOutput } from "./infer/contents.ts";
import { inferOutputs } from "./infer/infer.ts";
import { type AttributesOf, factsOf, OPERATORS, type OpName } from "./operators.ts";
import { dimsOf, formatDims, type ShapeSpec, sameSizes, sizesOf, staticSizes } from "./shape.ts";
import type { Graph as GraphType, Initializer, Node, Value, ValueType } from "./value.ts";

class GrowingGraph implements GraphType {
	readonly name: string;
	readonly #values = new Map<string, Value>();
	readonly #nodes: Node[] = [];
	readonly #inputs: Value[] = [];
	readonly #parameters: Value[] = [];
	readonly #constants = new Map<Value, Tensor>();
	readonly #initializers = new Map<Value, Initializer>();
	readonly #producers = new Map<Value, Node>();
	readonly #known = new Map<string, Node>();
	readonly #shared = new Map<string, Value>();
	/** Known elements of computed lists of sizes. */
	readonly #contents = new Map<Value, readonly Extent[]>();

	constructor(name = "graph") {
		this.name = name;
	}

	get inputs(): readonly Value[] {
		return this.#inputs;
	}

	get parameters(): readonly Value[] {
		return this.#parameters;
	}

	get stored(): readonly Value[] {
		return [...this.#values.values()].filter(({ kind }) => kind === "parameter");
	}

	get nodes(): readonly Node[] {
		return this.#nodes;
	}

	input(name: string, dtype: DType, shape: ShapeSpec): Value {
		if (dtype === "bfloat16") {
			throw new OnevisionError(
				"invalid-input",
				`graph: input ${name} is bfloat16, which onnxruntime cannot take from JavaScript; declare float16 or float32`,
			);
		}
		const value = this.#declare(name, { dtype, dims: dimsOf(shape) }, "input");
		this.#inputs.push(value);
		return value;
	}

	parameter(name: string, shape: ShapeSpec, initializer?: Initializer): Value {
		const value = this.#declare(name, { dtype: "float32", dims: dimsOf(shape) }, "parameter");
		this.#parameters.push(value);
		if (initializer !== undefined) this.#initializers.set(value, initializer);
		return value;
	}

	weight(name: string, dtype: DType, shape: ShapeSpec): Value {
		const known = this.#values.get(name);
		const dims = dimsOf(shape);
		if (known === undefined) return this.#declare(name, { dtype, dims }, "parameter");
		if (known.kind === "parameter" && known.dtype === dtype && sameSizes(sizesOf(known.dims), sizesOf(dims)))
			return known;
		throw new OnevisionError(
			"shape-mismatch",
			`graph: ${name} is a ${known.kind} ${known.dtype} ${formatDims(known.dims)}, not ${dtype} ${formatDims(dims)}`,
		);
	}

	shared(name: string, shape: ShapeSpec, initializer?: Initializer): Value {
		const known = this.#values.get(name);
		if (known === undefined) return this.parameter(name, shape, initializer);
		if (known.kind !== "parameter" || !sameSizes(sizesOf(known.dims), sizesOf(dimsOf(shape)))) {
			const asked = formatDims(dimsOf(shape));
			throw new OnevisionError(
				"shape-mismatch",
				`graph: ${name} is a ${known.kind} ${formatDims(known.dims)}, not ${asked}`,
			);
		}
		return known;
	}

	constant(data: Tensor, name?: string): Value {
		const type = { dtype: data.dtype, dims: dimsOf(data.shape) };
		const value = this.#declare(name ?? this.#freeName("constant"), type, "constant");
		this.#constants.set(value, data);
		return value;
	}

	scalar(number: number, dtype: DType = "float32"): Value {
		const key = `${dtype} ${Object.is(number, -0) ? "-0" : number}`;
		return this.#share(key, () => tensor(dtype, [], [number]));
	}

	ints(numbers: readonly number[]): Value {
		return this.#share(`ints ${numbers.join(",")}`, () => tensor("int64", [numbers.length], numbers));
	}

	filled(shape: readonly number[], number: number): Value {
		const make = () => float32(shape, new Float32Array(elementCount(shape)).fill(number));
		return this.#share(`filled ${shape.join(",")} ${number}`, make);
	}

	constantOf(value: Value): Tensor | undefined {
		return this.#constants.get(value);
	}

	contentsOf(value: Value): readonly Extent[] | undefined {
		return this.#contents.get(value) ?? constantContents(this.#constants.get(value));
	}

	initializerOf(parameter: Value): Initializer | undefined {
		return this.#initializers.get(parameter);
	}

	producerOf(value: Value): Node | undefined {
		return this.#producers.get(value);
	}

	value(name: string): Value {
		const found = this.#values.get(name);
		if (found === undefined) throw new OnevisionError("unknown-name", `graph has no value named ${name}`);
		return found;
	}

	node<N extends OpName>(
		op: N,
		inputs: readonly (Value | undefined)[],
		attributes: AttributesOf<N> = {},
		outputNames: readonly (string | undefined)[] = [],
	): readonly Value[] {
		this.#checkInputs(op, inputs);
		const key =
			outputNames.length === 0 && !factsOf(op).distinct ? nodeKey(op, inputs, attributes) : undefined;
		const known = key === undefined ? undefined : this.#known.get(key);
		if (known !== undefined) return known.outputs;
		const types = inferOutputs(op, inputs, attributes);
		const first = outputNames[0] ?? this.#freeName(op);
		const outputs = types.map((type, i) =>
			this.#declare(outputNames[i] ?? (i === 0 ? first : `${first}.${i}`), type, "computed"),
		);
		const node: Node = { op, inputs: [...inputs], outputs, attributes: { ...attributes } };
		this.#nodes.push(node);
		if (key !== undefined) this.#known.set(key, node);
		for (const output of outputs) this.#producers.set(output, node);
		const contents = contentsOfOutput(node);
		if (contents !== undefined && outputs[0] !== undefined) this.#contents.set(outputs[0], contents);
		return outputs;
	}

	op<N extends OpName>(
		op: N,
		inputs: readonly (Value | undefined)[],
		attributes: AttributesOf<N> = {},
	): Value {
		return assertDefined(this.node(op, inputs, attributes)[0], `output of ${op}`);
	}

	#share(key: string, make: () => Tensor): Value {
		const known = this.#shared.get(key);
		if (known !== undefined) return known;
		const value = this.constant(make());
		this.#shared.set(key, value);
		return value;
	}

	#declare(name: string, { dtype, dims }: ValueType, kind: Value["kind"]): Value {
		if (name === "") throw new OnevisionError("invalid-input", "graph: a value needs a name");
		if (this.#values.has(name)) {
			throw new OnevisionError("invalid-input", `graph: two values named ${name}; names are unique`);
		}
		const value = valueWith(this, name, { dtype, dims }, kind);
		this.#values.set(name, value);
		return value;
	}

	#freeName(stem: string): string {
		let number = this.#values.size;
		while (this.#values.has(`${stem}_${number}`)) number++;
		return `${stem}_${number}`;
	}

	#checkInputs(op: OpName, inputs: readonly (Value | undefined)[]): void {
		const [fewest, most] = OPERATORS[op].inputs;
		if (inputs.length < fewest || inputs.length > most) {
			const wanted = fewest === most ? `${fewest}` : `${fewest} to ${most}`;
			throw new OnevisionError("invalid-input", `${op}: takes ${wanted} inputs, got ${inputs.length}`);
		}
		for (const value of inputs) {
			if (value !== undefined && value.graph !== this) {
				throw new OnevisionError("invalid-input", `${op}: ${value.name} belongs to another graph`);
			}
		}
	}
}

/** A graph of ONNX operators that only grows. */
export type Graph = GraphType;

export const Graph: new (name?: string) => Graph = GrowingGraph;

function valueWith(graph: Graph, name: string, { dtype, dims }: ValueType, kind: Value["kind"]): Value {
	const shape = staticSizes(dims);
	if (shape !== undefined) return { graph, name, dtype, dims, shape, kind };
	return {
		graph,
		name,
		dtype,
		dims,
		get shape(): never {
			throw new OnevisionError(
				"invalid-input",
				`${name}: ${formatDims(dims)} has sizes known only when it runs, static ones are needed here; give them with bindSizes`,
			);
		},
		kind,
	};
}

/** Equal for nodes that compute the same. Names are quoted, so that no name can end another. */
function nodeKey(op: OpName, inputs: readonly (Value | undefined)[], attributes: object): string {
	const settings = Object.entries(attributes).map(([name, value]) => `${name} ${value}`);
	return JSON.stringify([op, inputs.map((value) => value?.name ?? null), settings.sort()]);
}
