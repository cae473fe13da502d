/** Reads ONNX files as plain data. Input is untrusted: nothing is allocated by a claimed size, every error is one line. */

import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import {
	DTYPES,
	type DType,
	dtypeOfOnnx,
	elementCount,
	OnevisionError,
	type Tensor,
	tensor,
} from "@onevision/base";
import { extentOfName } from "../extent.ts";
import type { AttributeKind } from "../operators.ts";
import type { Dim } from "../shape.ts";
import {
	ATTRIBUTE_TYPES,
	type AttributeProto,
	FIELDS,
	type GraphProto,
	type ModelProto,
	type NodeProto,
	type ValueInfo,
} from "./proto.ts";

/** Files whose data are elsewhere are not read. */
interface StoredInitializer {
	readonly name: string;
	readonly tensor: Tensor;
}

/** A model as it is read. */
interface ReadModel extends ModelProto {
	readonly graph: GraphProto & { readonly initializers: readonly StoredInitializer[] };
}

/** Called for each field of a message; returns whether it read the field. */
type FieldReader = (field: number, reader: BinaryReader, type: WireType) => boolean;

/** The model in `bytes`. Throws `unreadable-file`, or `unknown-name` for a dtype this package does not have. */
export function readModel(bytes: Uint8Array): ReadModel {
	try {
		return model(new BinaryReader(bytes));
	} catch (error) {
		if (error instanceof OnevisionError) throw error;
		throw damaged(error instanceof Error ? error.message : String(error));
	}
}

function damaged(why: string): OnevisionError {
	return new OnevisionError(
		"unreadable-file",
		`onnx: ${why.replaceAll("\n", " ")}; the file is damaged or not an ONNX model`,
	);
}

/** Reads the fields of a message of `length` bytes; unread ones are skipped. */
function fields(reader: BinaryReader, length: number, read: FieldReader): void {
	const end = reader.pos + length;
	if (end > reader.len) throw damaged(`a message of ${length} bytes runs past the end`);
	while (reader.pos < end) {
		const [field, type] = reader.tag();
		if (!read(field, reader, type)) reader.skip(type, field);
	}
	if (reader.pos !== end) throw damaged("a field runs past the end of its message");
}

/** A length-delimited message. */
function nested(reader: BinaryReader, read: FieldReader): void {
	fields(reader, reader.uint32(), read);
}

function integer(reader: BinaryReader): number {
	const value = Number(reader.int64());
	if (!Number.isSafeInteger(value)) throw damaged(`${value} is out of range`);
	return value;
}

/** Appends one number, or those of a packed list. */
function numbers(reader: BinaryReader, type: WireType, into: number[], read: () => number): void {
	if (type !== WireType.LengthDelimited) {
		into.push(read());
		return;
	}
	const length = reader.uint32();
	const end = reader.pos + length;
	if (end > reader.len) throw damaged(`a list of ${length} bytes runs past the end`);
	while (reader.pos < end) into.push(read());
}

function model(reader: BinaryReader): ReadModel {
	let [irVersion, opset, contrib, producer] = [0, 0, false, ""];
	let found: ReadModel["graph"] | undefined;
	fields(reader, reader.len, (field) => {
		if (field === FIELDS.model.irVersion) irVersion = integer(reader);
		else if (field === FIELDS.model.producer) producer = reader.string();
		else if (field === FIELDS.model.graph) found = graph(reader);
		else if (field === FIELDS.model.opset) {
			const version = opsetVersion(reader);
			opset = version ?? opset;
			contrib ||= version === undefined;
		} else return false;
		return true;
	});
	if (found === undefined) throw damaged("it has no graph");
	return { irVersion, opset, contrib, producer, graph: found };
}

/** The version, if the entry is of the default domain. */
function opsetVersion(reader: BinaryReader): number | undefined {
	let [domain, version] = ["", 0];
	nested(reader, (field) => {
		if (field === FIELDS.opset.domain) domain = reader.string();
		else if (field === FIELDS.opset.version) version = integer(reader);
		else return false;
		return true;
	});
	return domain === "" || domain === "ai.onnx" ? version : undefined;
}

function graph(reader: BinaryReader): ReadModel["graph"] {
	let name = "";
	const nodes: NodeProto[] = [];
	const initializers: StoredInitializer[] = [];
	const inputs: ValueInfo[] = [];
	const outputs: ValueInfo[] = [];
	nested(reader, (field) => {
		if (field === FIELDS.graph.node) nodes.push(node(reader));
		else if (field === FIELDS.graph.name) name = reader.string();
		else if (field === FIELDS.graph.initializer) initializers.push(initializer(reader));
		else if (field === FIELDS.graph.input) inputs.push(valueInfo(reader));
		else if (field === FIELDS.graph.output) outputs.push(valueInfo(reader));
		else return false;
		return true;
	});
	return { name, nodes, initializers, inputs, outputs };
}

function node(reader: BinaryReader): NodeProto {
	let [op, domain] = ["", ""];
	const inputs: string[] = [];
	const outputs: string[] = [];
	const attributes: AttributeProto[] = [];
	nested(reader, (field) => {
		if (field === FIELDS.node.input) inputs.push(reader.string());
		else if (field === FIELDS.node.output) outputs.push(reader.string());
		else if (field === FIELDS.node.op) op = reader.string();
		else if (field === FIELDS.node.domain) domain = reader.string();
		else if (field === FIELDS.node.attribute) attributes.push(attribute(reader));
		else return false;
		return true;
	});
	return { op, domain, inputs, outputs, attributes };
}

function attribute(reader: BinaryReader): AttributeProto {
	let [name, code, float, int, string] = ["", 0, 0, 0, ""];
	const ints: number[] = [];
	nested(reader, (field, _reader, type) => {
		if (field === FIELDS.attribute.name) name = reader.string();
		else if (field === FIELDS.attribute.type) code = integer(reader);
		else if (field === FIELDS.attribute.float) float = reader.float();
		else if (field === FIELDS.attribute.int) int = integer(reader);
		else if (field === FIELDS.attribute.string) string = reader.string();
		else if (field === FIELDS.attribute.ints) numbers(reader, type, ints, () => integer(reader));
		else return false;
		return true;
	});
	const kinds = Object.keys(ATTRIBUTE_TYPES) as AttributeKind[];
	const kind = kinds.find((each) => ATTRIBUTE_TYPES[each] === code);
	if (kind === undefined) throw damaged(`attribute ${name} has the unknown type ${code}`);
	return { name, kind, value: { float, int, string, ints }[kind] };
}

function dtypeNamed(code: number, name: string): DType {
	const dtype = dtypeOfOnnx(code);
	if (dtype === undefined) {
		const known = Object.keys(DTYPES).join(", ");
		throw new OnevisionError(
			"unknown-name",
			`onnx: ${name} has the element type ${code}; known are ${known}`,
		);
	}
	return dtype;
}

function initializer(reader: BinaryReader): StoredInitializer {
	let [name, code] = ["", 0];
	let raw: Uint8Array | undefined;
	const shape: number[] = [];
	const listed: number[] = [];
	nested(reader, (field, _reader, type) => {
		if (field === FIELDS.tensor.dims) numbers(reader, type, shape, () => integer(reader));
		else if (field === FIELDS.tensor.dtype) code = integer(reader);
		else if (field === FIELDS.tensor.name) name = reader.string();
		else if (field === FIELDS.tensor.raw) raw = reader.bytes();
		else if (field === FIELDS.tensor.floats) numbers(reader, type, listed, () => reader.float());
		else if (field === FIELDS.tensor.doubles) numbers(reader, type, listed, () => reader.double());
		else if (field === FIELDS.tensor.int32s || field === FIELDS.tensor.int64s) {
			numbers(reader, type, listed, () => integer(reader));
		} else if (field === FIELDS.tensor.external) {
			throw new OnevisionError(
				"unreadable-file",
				`onnx: ${name || "a tensor"} has its data in another file; store it in the model`,
			);
		} else return false;
		return true;
	});
	return { name, tensor: filled(name, dtypeNamed(code, name), shape, raw, listed) };
}

function filled(
	name: string,
	dtype: DType,
	shape: readonly number[],
	raw: Uint8Array | undefined,
	listed: readonly number[],
): Tensor {
	const count = elementCount(shape);
	const { bytes, array } = DTYPES[dtype];
	if (shape.some((size) => size < 0) || (raw?.length ?? listed.length * bytes) !== count * bytes) {
		throw damaged(`${name} of shape [${shape.join(", ")}] has ${raw?.length ?? listed.length * bytes} bytes`);
	}
	// onnx.proto3 lists half types as their bits.
	if (raw === undefined) return tensor(dtype, shape, bytes === 2 ? Uint16Array.from(listed) : listed);
	// Copied for alignment, and so that the file's bytes can be freed.
	return { dtype, shape, data: new array(new Uint8Array(raw).buffer) };
}

function valueInfo(reader: BinaryReader): ValueInfo {
	let [name, code] = ["", 0];
	const dims: ReadDim[] = [];
	nested(reader, (field) => {
		if (field === FIELDS.valueInfo.name) name = reader.string();
		else if (field === FIELDS.valueInfo.type) {
			nested(reader, (inner) => {
				if (inner !== FIELDS.type.tensor) return false;
				code = tensorType(reader, dims);
				return true;
			});
		} else return false;
		return true;
	});
	return {
		name,
		dtype: dtypeNamed(code, name),
		dims: dims.map((dim, axis) => dimOf(dim, `${name}.${axis}`)),
	};
}

/** A dimension as it is stored. */
interface ReadDim {
	readonly size: number | undefined;
	readonly parameter: string;
	readonly denotation: string;
}

/** Reads the shape into `dims` and returns the element type's code. */
function tensorType(reader: BinaryReader, dims: ReadDim[]): number {
	let code = 0;
	nested(reader, (field) => {
		if (field === FIELDS.tensorType.dtype) code = integer(reader);
		else if (field === FIELDS.tensorType.shape) {
			nested(reader, (inner) => {
				if (inner !== FIELDS.shape.dim) return false;
				dims.push(readDim(reader));
				return true;
			});
		} else return false;
		return true;
	});
	return code;
}

function readDim(reader: BinaryReader): ReadDim {
	let size: number | undefined;
	let [parameter, denotation] = ["", ""];
	nested(reader, (field) => {
		if (field === FIELDS.dim.size) size = integer(reader);
		else if (field === FIELDS.dim.parameter) parameter = reader.string();
		else if (field === FIELDS.dim.denotation) denotation = reader.string();
		else return false;
		return true;
	});
	return { size, parameter, denotation };
}

/** A dimension without a size or a usable name is dynamic under a name of its own. */
function dimOf({ size, parameter, denotation }: ReadDim, place: string): Dim {
	if (size !== undefined && size < 0) throw damaged(`${place} has the size ${size}`);
	const extent = size ?? extentOfName(parameter === "" ? place : parameter);
	return denotation === "" ? { size: extent } : { size: extent, name: denotation };
}
