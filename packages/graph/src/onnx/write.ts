/** Writes ONNX files from plain data. */

import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { DTYPES } from "@onevision/base";
import { CONTRIB } from "./fuse.ts";
import {
	ATTRIBUTE_TYPES,
	type AttributeProto,
	FIELDS,
	type GraphProto,
	type InitializerProto,
	type ModelProto,
	type NodeProto,
	type ValueInfo,
} from "./proto.ts";

/** TensorProto.DataLocation. */
const EXTERNAL = 1;

/** The bytes of a model file. */
export function writeModel(model: ModelProto): Uint8Array<ArrayBuffer> {
	const writer = new BinaryWriter();
	int(writer, FIELDS.model.irVersion, model.irVersion);
	text(writer, FIELDS.model.producer, model.producer);
	message(writer, FIELDS.model.graph, () => writeGraph(writer, model.graph));
	const sets = [{ domain: "", version: model.opset }, ...(model.contrib ? [CONTRIB] : [])];
	for (const { domain, version } of sets) {
		message(writer, FIELDS.model.opset, () => {
			text(writer, FIELDS.opset.domain, domain);
			int(writer, FIELDS.opset.version, version);
		});
	}
	return writer.finish();
}

function writeGraph(writer: BinaryWriter, graph: GraphProto): void {
	for (const node of graph.nodes) message(writer, FIELDS.graph.node, () => writeNode(writer, node));
	text(writer, FIELDS.graph.name, graph.name);
	for (const initializer of graph.initializers) {
		message(writer, FIELDS.graph.initializer, () => writeInitializer(writer, initializer));
	}
	for (const info of graph.inputs) message(writer, FIELDS.graph.input, () => writeInfo(writer, info));
	for (const info of graph.outputs) message(writer, FIELDS.graph.output, () => writeInfo(writer, info));
}

function writeNode(writer: BinaryWriter, node: NodeProto): void {
	for (const name of node.inputs) text(writer, FIELDS.node.input, name);
	for (const name of node.outputs) text(writer, FIELDS.node.output, name);
	text(writer, FIELDS.node.name, node.outputs.find((name) => name !== "") ?? "");
	text(writer, FIELDS.node.op, node.op);
	for (const attribute of node.attributes) {
		message(writer, FIELDS.node.attribute, () => writeAttribute(writer, attribute));
	}
	if (node.domain !== "") text(writer, FIELDS.node.domain, node.domain);
}

function writeAttribute(writer: BinaryWriter, { name, kind, value }: AttributeProto): void {
	text(writer, FIELDS.attribute.name, name);
	if (kind === "float") writer.tag(FIELDS.attribute.float, WireType.Bit32).float(Number(value));
	if (kind === "int") int(writer, FIELDS.attribute.int, Number(value));
	if (kind === "string") text(writer, FIELDS.attribute.string, String(value));
	if (kind === "ints" && typeof value === "object") {
		for (const entry of value) int(writer, FIELDS.attribute.ints, entry);
	}
	int(writer, FIELDS.attribute.type, ATTRIBUTE_TYPES[kind]);
}

function writeInitializer(writer: BinaryWriter, initializer: InitializerProto): void {
	const { dtype, shape } = "tensor" in initializer ? initializer.tensor : initializer.external;
	for (const size of shape) int(writer, FIELDS.tensor.dims, size);
	int(writer, FIELDS.tensor.dtype, DTYPES[dtype].onnx);
	text(writer, FIELDS.tensor.name, initializer.name);
	if ("tensor" in initializer) {
		const { data } = initializer.tensor;
		const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
		writer.tag(FIELDS.tensor.raw, WireType.LengthDelimited).bytes(bytes);
		return;
	}
	const { location, offset, length } = initializer.external;
	for (const [key, value] of Object.entries({ location, offset, length })) {
		message(writer, FIELDS.tensor.external, () => {
			text(writer, FIELDS.entry.key, key);
			text(writer, FIELDS.entry.value, String(value));
		});
	}
	int(writer, FIELDS.tensor.place, EXTERNAL);
}

function writeInfo(writer: BinaryWriter, { name, dtype, dims }: ValueInfo): void {
	text(writer, FIELDS.valueInfo.name, name);
	message(writer, FIELDS.valueInfo.type, () => {
		message(writer, FIELDS.type.tensor, () => {
			int(writer, FIELDS.tensorType.dtype, DTYPES[dtype].onnx);
			message(writer, FIELDS.tensorType.shape, () => {
				for (const { size, name: denotation } of dims) {
					message(writer, FIELDS.shape.dim, () => {
						if (typeof size === "number") int(writer, FIELDS.dim.size, size);
						else text(writer, FIELDS.dim.parameter, size);
						if (denotation !== undefined) text(writer, FIELDS.dim.denotation, denotation);
					});
				}
			});
		});
	});
}

function message(writer: BinaryWriter, field: number, write: () => void): void {
	writer.tag(field, WireType.LengthDelimited).fork();
	write();
	writer.join();
}

function int(writer: BinaryWriter, field: number, value: number): void {
	writer.tag(field, WireType.Varint).int64(value);
}

function text(writer: BinaryWriter, field: number, value: string): void {
	writer.tag(field, WireType.LengthDelimited).string(value);
}
