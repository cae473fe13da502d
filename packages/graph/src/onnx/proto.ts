/**
 * The subset of the ONNX file format used here, as plain data, and its field numbers. Source: onnx.proto3 of ONNX 1.23
 * (IR version 11).
 */

import type { DType, Tensor } from "@onevision/base";
import type { AttributeKind, AttributeValue } from "../operators.ts";
import type { Dim } from "../shape.ts";

/** Version of the file format that introduced opset 23. */
export const IR_VERSION = 11;

export interface ModelProto {
	readonly irVersion: number;
	/** Opset of the default domain. */
	readonly opset: number;
	/** Whether operators of `CONTRIB` are used. */
	readonly contrib: boolean;
	readonly producer: string;
	readonly graph: GraphProto;
}

export interface GraphProto {
	readonly name: string;
	readonly nodes: readonly NodeProto[];
	readonly initializers: readonly InitializerProto[];
	readonly inputs: readonly ValueInfo[];
	readonly outputs: readonly ValueInfo[];
}

/** Data in the model, or in another file. */
export type InitializerProto =
	| { readonly name: string; readonly tensor: Tensor }
	| { readonly name: string; readonly external: ExternalTensor };

/** A tensor whose bytes are in another file. */
export interface ExternalTensor {
	readonly dtype: DType;
	readonly shape: readonly number[];
	/** The file, relative to the folder of the model or the one given when it is loaded. */
	readonly location: string;
	/** Bytes from the start of the file; need not start at a page. */
	readonly offset: number;
	/** Bytes. */
	readonly length: number;
}

/** Sizes that are dynamic are stored as parameters, names as denotations. */
export interface ValueInfo {
	readonly name: string;
	readonly dtype: DType;
	readonly dims: readonly Dim[];
}

export interface NodeProto {
	readonly op: string;
	readonly domain: string;
	/** Empty strings stand for omitted inputs and outputs. */
	readonly inputs: readonly string[];
	readonly outputs: readonly string[];
	readonly attributes: readonly AttributeProto[];
}

export interface AttributeProto {
	readonly name: string;
	readonly kind: AttributeKind;
	readonly value: AttributeValue;
}

/** AttributeProto.AttributeType. */
export const ATTRIBUTE_TYPES = { float: 1, int: 2, string: 3, ints: 7 } as const satisfies Record<
	AttributeKind,
	number
>;

/** Field numbers of each message. */
export const FIELDS = {
	model: { irVersion: 1, producer: 2, graph: 7, opset: 8 },
	opset: { domain: 1, version: 2 },
	graph: { node: 1, name: 2, initializer: 5, input: 11, output: 12 },
	node: { input: 1, output: 2, name: 3, op: 4, attribute: 5, domain: 7 },
	attribute: { name: 1, float: 2, int: 3, string: 4, ints: 8, type: 20 },
	tensor: {
		dims: 1,
		dtype: 2,
		floats: 4,
		int32s: 5,
		int64s: 7,
		name: 8,
		raw: 9,
		doubles: 10,
		external: 13,
		place: 14,
	},
	entry: { key: 1, value: 2 },
	valueInfo: { name: 1, type: 2 },
	type: { tensor: 1 },
	tensorType: { dtype: 1, shape: 2 },
	shape: { dim: 1 },
	dim: { size: 1, parameter: 2, denotation: 3 },
} as const;
