/**
 * A graph of ONNX operators as plain data that only grows: values with static shapes, the nodes that make them in the
 * order they were added, and the constants. Shapes and dtypes are checked when a node is added.
 */

import {
	assertDefined,
	type DType,
	elementCount,
	float32,
	OnevisionError,
	type Tensor,
	tensor,
} from "@onevision/base";
import { inferOutputs } from "./infer/infer.ts";
import type { AttributesOf, OpName } from "./operators.ts";
import { OPERATORS } from "./operators.ts";
import type { Initializer } from "./random.ts";
import { type Dim, dimsOf, formatDims, type ShapeSpec, sameSizes, sizesOf } from "./shape.ts";

/** What is known of a value before any run. */
export interface ValueType {
	readonly dtype: DType;
	readonly dims: readonly Dim[];
}

/** A tensor that a graph takes, holds or computes. */
export interface Value extends ValueType {
	readonly graph: Graph;
	/** Unique in its graph. */
	readonly name: string;
	/** Sizes of `dims`. */
	readonly shape: readonly number[];
	readonly kind: "input" | "parameter" | "constant" | "computed";
}

export interface Node<N extends OpName = OpName> {
	readonly op: N;
	/** `undefined` where an optional input is left out. */
	readonly inputs: readonly (Value | undefined)[];
	readonly outputs: readonly Value[];
	readonly attributes: AttributesOf<N>;
}

export class Graph {
	readonly name: string;
	readonly #values = new Map<string, Value>();
	readonly #nodes: Node[] = [];
	readonly #inputs: Value[] = [];
	readonly #parameters: Value[] = [];
	readonly #constants = new Map<Value, Tensor>();
	readonly #initializers = new Map<Value, Initializer>();
	readonly #makers = new Map<Value, Node>();
	readonly #known = new Map<string, Node>();
	readonly #shared = new Map<string, Value>();

	constructor(name = "graph") {
		this.name = name;
	}

	/** Values fed anew for every run, in the order they were declared. */
	get inputs(): readonly Value[] {
		return this.#inputs;
	}

	/** Values that are learned, in the order they were declared. */
	get parameters(): readonly Value[] {
		return this.#parameters;
	}

	/** Every node; inputs of a node are made by nodes before it. */
	get nodes(): readonly Node[] {
		return this.#nodes;
	}

	/** Declares a value that is fed at each run. Throws `invalid-input` for bfloat16, which onnxruntime cannot be fed. */
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

	/** Declares a float32 value that is learned, or read from a checkpoint; `initializer` says how it may start. */
	parameter(name: string, shape: ShapeSpec, initializer?: Initializer): Value {
		const value = this.#declare(name, { dtype: "float32", dims: dimsOf(shape) }, "parameter");
		this.#parameters.push(value);
		if (initializer !== undefined) this.#initializers.set(value, initializer);
		return value;
	}

	/**
	 * The parameter of this name, declared on first use: for weights that several places share. Throws
	 * `shape-mismatch` when it was declared with another shape.
	 */
	shared(name: string, shape: ShapeSpec, initializer?: Initializer): Value {
		const known = this.#values.get(name);
		if (known === undefined) return this.parameter(name, shape, initializer);
		if (known.kind !== "parameter" || !sameSizes(known.shape, sizesOf(dimsOf(shape)))) {
			const asked = formatDims(dimsOf(shape));
			throw new OnevisionError(
				"shape-mismatch",
				`graph: ${name} is a ${known.kind} ${formatDims(known.dims)}, not ${asked}`,
			);
		}
		return known;
	}

	/** A value known now. Its data are kept, not copied. */
	constant(data: Tensor, name?: string): Value {
		const type = { dtype: data.dtype, dims: dimsOf(data.shape) };
		const value = this.#declare(name ?? this.#freeName("constant"), type, "constant");
		this.#constants.set(value, data);
		return value;
	}

	/** A scalar constant; equal scalars are one value. */
	scalar(number: number, dtype: DType = "float32"): Value {
		const key = `${dtype} ${Object.is(number, -0) ? "-0" : number}`;
		return this.#share(key, () => tensor(dtype, [], [number]));
	}

	/** A one-dimensional int64 constant; equal lists are one value. */
	ints(numbers: readonly number[]): Value {
		return this.#share(`ints ${numbers.join(",")}`, () => tensor("int64", [numbers.length], numbers));
	}

	/** A float32 constant with one number everywhere; equal ones are one value. */
	filled(shape: readonly number[], number: number): Value {
		const make = () => float32(shape, new Float32Array(elementCount(shape)).fill(number));
		return this.#share(`filled ${shape.join(",")} ${number}`, make);
	}

	/** The data of a constant, or `undefined` when `value` is none. */
	constantOf(value: Value): Tensor | undefined {
		return this.#constants.get(value);
	}

	/** How a parameter may start, if it was declared with that. */
	initializerOf(parameter: Value): Initializer | undefined {
		return this.#initializers.get(parameter);
	}

	/** The node that computes `value`, or `undefined` for inputs, parameters and constants. */
	makerOf(value: Value): Node | undefined {
		return this.#makers.get(value);
	}

	/** The value of this name. Throws `unknown-name`. */
	value(name: string): Value {
		const found = this.#values.get(name);
		if (found === undefined) throw new OnevisionError("unknown-name", `graph has no value named ${name}`);
		return found;
	}

	/**
	 * Adds a node and returns its outputs. A node that is there already, with the same inputs and attributes, is not
	 * added again, unless its outputs are to have names or it is an Identity, which exists to be told apart. Throws
	 * `shape-mismatch` or `invalid-input` when the operator does not take these inputs.
	 */
	node<N extends OpName>(
		op: N,
		inputs: readonly (Value | undefined)[],
		attributes: AttributesOf<N> = {},
		outputNames: readonly (string | undefined)[] = [],
	): readonly Value[] {
		this.#checkInputs(op, inputs);
		const key = outputNames.length === 0 && op !== "Identity" ? nodeKey(op, inputs, attributes) : undefined;
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
		for (const output of outputs) this.#makers.set(output, node);
		return outputs;
	}

	/** Adds a node with one output and returns it. */
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
		const value: Value = { graph: this, name, dtype, dims, shape: sizesOf(dims), kind };
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

/** A text that two nodes share when they compute the same. Names are quoted, so no name can imitate another's end. */
function nodeKey(op: OpName, inputs: readonly (Value | undefined)[], attributes: object): string {
	const settings = Object.entries(attributes).map(([name, value]) => `${name} ${value}`);
	return JSON.stringify([op, inputs.map((value) => value?.name ?? null), settings.sort()]);
}
