/** Types of a graph: values, nodes, and what a graph offers to those who hold one of its values. */

import type { DType, Tensor } from "@onevision/base";
import type { Extent } from "./extent.ts";
import type { AttributesOf, OpName } from "./operators.ts";
import type { Dim, ShapeSpec } from "./shape.ts";

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
	/** Sizes of `dims`. Reading it throws `invalid-input` where one is dynamic: what needs static shapes says so itself. */
	readonly shape: readonly number[];
	readonly kind: "input" | "parameter" | "constant" | "computed";
}

/** A node that may still be refused: an operator on inputs. */
export interface NodeSpec<N extends OpName = OpName> {
	readonly op: N;
	/** `undefined` where an optional input is left out. */
	readonly inputs: readonly (Value | undefined)[];
	readonly attributes: AttributesOf<N>;
}

/** A node of a graph. */
export interface Node<N extends OpName = OpName> extends NodeSpec<N> {
	readonly outputs: readonly Value[];
}

/** How a parameter starts: constant, or drawn around 0. */
export type Initializer =
	| { readonly kind: "constant"; readonly value: number }
	/** `deviation` is the standard deviation. */
	| { readonly kind: "normal"; readonly deviation: number }
	/** From −`bound` to `bound`. */
	| { readonly kind: "uniform"; readonly bound: number };

/** A graph of ONNX operators that only grows. Shapes and dtypes are checked when a node is added. */
export interface Graph {
	readonly name: string;
	/** Values fed anew for every run, in the order they were declared. */
	readonly inputs: readonly Value[];
	/** Values that are learned, in the order they were declared. */
	readonly parameters: readonly Value[];
	/** All that may be read from files: `parameters`, and what `weight` declared. */
	readonly stored: readonly Value[];
	/** Every node, in topological order. */
	readonly nodes: readonly Node[];

	/** Declares a value that is fed at each run. Throws `invalid-input` for bfloat16, which onnxruntime cannot be fed. */
	input(name: string, dtype: DType, shape: ShapeSpec): Value;

	/** Declares a float32 value that is learned, or read from a checkpoint; `initializer` says how it may start. */
	parameter(name: string, shape: ShapeSpec, initializer?: Initializer): Value;

	/**
	 * Declares a parameter of any dtype that is only read from a file: quantized weights and their scales. It has no
	 * gradient and is not among `parameters`; `encodeModel` takes it as it takes them. One that is declared again is the
	 * same. Throws `shape-mismatch` when it was declared otherwise.
	 */
	weight(name: string, dtype: DType, shape: ShapeSpec): Value;

	/**
	 * The parameter of this name, declared on first use: for weights that several places share. Throws
	 * `shape-mismatch` when it was declared with another shape.
	 */
	shared(name: string, shape: ShapeSpec, initializer?: Initializer): Value;

	/** A value known now. Its data are kept, not copied. */
	constant(data: Tensor, name?: string): Value;

	/** A scalar constant, float32 by default; equal scalars are one value. */
	scalar(number: number, dtype?: DType): Value;

	/** A one-dimensional int64 constant; equal lists are one value. */
	ints(numbers: readonly number[]): Value;

	/** A float32 constant with one number everywhere; equal ones are one value. */
	filled(shape: readonly number[], number: number): Value;

	/** The data of a constant; `undefined` for any other value. */
	constantOf(value: Value): Tensor | undefined;

	/**
	 * The elements of a list of sizes: an int64 constant, what Shape returns, or what is computed of these. They may be
	 * dynamic. `undefined` where they are not known.
	 */
	contentsOf(value: Value): readonly Extent[] | undefined;

	/** The initializer a parameter was declared with. */
	initializerOf(parameter: Value): Initializer | undefined;

	/** The node that computes `value`; `undefined` for inputs, parameters and constants. */
	producerOf(value: Value): Node | undefined;

	/** The value of this name. Throws `unknown-name`. */
	value(name: string): Value;

	/**
	 * Adds a node and returns its outputs. An equal node, with the same inputs and attributes, is reused, unless the
	 * outputs are given names or the operator is `distinct`. Throws `shape-mismatch` or `invalid-input` when the operator
	 * does not take these inputs.
	 */
	node<N extends OpName>(
		op: N,
		inputs: readonly (Value | undefined)[],
		attributes?: AttributesOf<N>,
		outputNames?: readonly (string | undefined)[],
	): readonly Value[];

	/** Adds a node and returns its first output. */
	op<N extends OpName>(op: N, inputs: readonly (Value | undefined)[], attributes?: AttributesOf<N>): Value;
}
