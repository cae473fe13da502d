/**
 * Safetensors files: a JSON header, then the bytes of the tensors. Sources: the format description of
 * huggingface/safetensors and, for what is refused, its Rust reader. Input is untrusted.
 */

import { DTYPES, elementCount, fromFloat16, OnevisionError, type Tensor } from "@onevision/base";

/** Bits of one element. */
const BITS = {
	BOOL: 8,
	U8: 8,
	I8: 8,
	F8_E4M3: 8,
	F8_E5M2: 8,
	I16: 16,
	U16: 16,
	F16: 16,
	BF16: 16,
	I32: 32,
	U32: 32,
	F32: 32,
	F64: 64,
	I64: 64,
	U64: 64,
} as const;

/** Element types of the format. */
export type SafetensorsDType = keyof typeof BITS;

/** Largest header, bytes: the limit of the reference reader. */
const MAX_HEADER_BYTES = 100_000_000;

/** One tensor of a file: little-endian elements in row-major order. */
export interface SafetensorsEntry {
	readonly dtype: SafetensorsDType;
	readonly shape: readonly number[];
	readonly bytes: Uint8Array;
}

export interface SafetensorsFile {
	readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
	readonly metadata: Readonly<Record<string, string>>;
}

/** One tensor in the header. */
interface HeaderEntry {
	readonly dtype: SafetensorsDType;
	readonly shape: readonly number[];
	readonly data_offsets: readonly [number, number];
}

/** The bytes of a file, tensors in the order given; the header is padded to a multiple of 8 bytes. */
export function encodeSafetensors(content: SafetensorsFile): Uint8Array<ArrayBuffer> {
	const parts = safetensorsParts(content);
	const file = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
	let at = 0;
	for (const part of parts) {
		file.set(part, at);
		at += part.length;
	}
	return file;
}

/** The same in parts: the header, then the bytes of each tensor, not copied. */
export function safetensorsParts({ tensors, metadata }: SafetensorsFile): Uint8Array[] {
	for (const [name, { dtype, shape, bytes }] of tensors) {
		const expected = byteLength(dtype, shape);
		if (bytes.length === expected) continue;
		throw new OnevisionError(
			"invalid-input",
			`safetensors: ${name} has ${bytes.length} bytes, ${dtype} of [${shape.join(", ")}] ${expected}`,
		);
	}
	return [safetensorsHead(tensors, metadata), ...[...tensors.values()].map(({ bytes }) => bytes)];
}

/**
 * The header of a file, whose tensors then follow in this order without gaps, of any size. Throws `invalid-input` for the
 * reserved name `__metadata__` and sizes beyond 2^53, `over-limit` for a header that readers would refuse.
 */
export function safetensorsHead(
	tensors: ReadonlyMap<string, Pick<SafetensorsEntry, "dtype" | "shape">>,
	metadata: SafetensorsFile["metadata"],
): Uint8Array {
	const header: Record<string, unknown> = Object.create(null);
	if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
	let end = 0;
	for (const [name, { dtype, shape }] of tensors) {
		if (name === "__metadata__") {
			throw new OnevisionError("invalid-input", `safetensors: ${name} is reserved for metadata`);
		}
		const start = end;
		end += byteLength(dtype, shape);
		if (!Number.isSafeInteger(end)) {
			throw new OnevisionError("invalid-input", `safetensors: ${name} of [${shape.join(", ")}] fits no file`);
		}
		header[name] = { dtype, shape, data_offsets: [start, end] };
	}
	const json = new TextEncoder().encode(JSON.stringify(header));
	if (json.length > MAX_HEADER_BYTES - 8) {
		throw new OnevisionError(
			"over-limit",
			`safetensors: a header of ${json.length} bytes, readers take ${MAX_HEADER_BYTES}; write fewer files into one`,
		);
	}
	const start = Math.ceil((8 + json.length) / 8) * 8;
	const head = new Uint8Array(start).fill(0x20, 8);
	new DataView(head.buffer).setBigUint64(0, BigInt(start - 8), true);
	head.set(json, 8);
	return head;
}

/**
 * The tensors of a file, as views of `bytes`. Throws `unreadable-file` unless the header is sound and the tensors
 * cover the rest of the file without gaps or overlaps.
 */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsFile {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (bytes.length < 8) throw damaged(`${bytes.length} bytes are too few for a header`);
	const headerBytes = Number(view.getBigUint64(0, true));
	if (headerBytes > MAX_HEADER_BYTES || headerBytes > bytes.length - 8) {
		throw damaged(`its header claims ${headerBytes} bytes of ${bytes.length}`);
	}
	const header = parseHeader(bytes.subarray(8, 8 + headerBytes));
	const data = bytes.subarray(8 + headerBytes);
	const tensors = new Map<string, SafetensorsEntry>();
	let metadata: Readonly<Record<string, string>> = {};
	for (const [name, entry] of Object.entries(header)) {
		if (name === "__metadata__") metadata = checkMetadata(entry);
		else {
			const { dtype, shape, data_offsets } = checkEntry(name, entry, data.length);
			tensors.set(name, { dtype, shape, bytes: data.subarray(...data_offsets) });
		}
	}
	checkCover(tensors, data);
	return { tensors, metadata };
}

function damaged(why: string): OnevisionError {
	return new OnevisionError(
		"unreadable-file",
		`safetensors: ${why}; the file is damaged or of another format`,
	);
}

function parseHeader(bytes: Uint8Array): Readonly<Record<string, unknown>> {
	let header: unknown;
	try {
		header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
	} catch {
		throw damaged("its header is not JSON");
	}
	if (!isRecord(header)) throw damaged("its header is not a JSON object");
	return header;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function checkMetadata(value: unknown): Readonly<Record<string, string>> {
	if (!isRecord(value)) throw damaged("its metadata are no object");
	const entries = Object.entries(value).map(([key, text]) => {
		if (typeof text !== "string") throw damaged("its metadata hold something else than texts");
		return [key, text] as const;
	});
	return Object.fromEntries(entries);
}

function isSizes(value: unknown): value is readonly number[] {
	return (
		Array.isArray(value) &&
		value.length <= 64 &&
		value.every((size) => Number.isSafeInteger(size) && size >= 0)
	);
}

function checkEntry(name: string, value: unknown, dataBytes: number): HeaderEntry {
	const shown = JSON.stringify(name.slice(0, 100));
	if (!isRecord(value)) throw damaged(`${shown} is no tensor`);
	const { dtype, shape, data_offsets: offsets } = value;
	if (typeof dtype !== "string" || !Object.hasOwn(BITS, dtype)) {
		throw damaged(`${shown} has the unknown type ${JSON.stringify(dtype)?.slice(0, 40)}`);
	}
	if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2)
		throw damaged(`${shown} has no usable shape or place`);
	const [start = 0, end = 0] = offsets;
	const known = dtype as SafetensorsDType;
	if (start > end || end > dataBytes || end - start !== byteLength(known, shape)) {
		throw damaged(`${shown} of shape [${shape.join(", ")}] lies at ${start} to ${end} of ${dataBytes} bytes`);
	}
	return { dtype: known, shape, data_offsets: [start, end] };
}

function byteLength(dtype: SafetensorsDType, shape: readonly number[]): number {
	return (elementCount(shape) * BITS[dtype]) / 8;
}

/** Throws unless the tensors tile the data: every byte belongs to exactly one. */
function checkCover(tensors: ReadonlyMap<string, SafetensorsEntry>, data: Uint8Array): void {
	const places = [...tensors.values()]
		.map(({ bytes }) => bytes)
		.sort((a, b) => a.byteOffset - b.byteOffset || a.length - b.length);
	let end = data.byteOffset;
	for (const { byteOffset, length } of places) {
		if (byteOffset !== end) throw damaged("its tensors overlap or leave gaps");
		end += length;
	}
	if (end !== data.byteOffset + data.length) throw damaged("bytes follow its last tensor");
}

/** A tensor as an entry of a file. */
export function entryOf({ dtype, shape, data }: Tensor): SafetensorsEntry {
	return {
		dtype: DTYPES[dtype].safetensors,
		shape,
		bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
	};
}

/** An entry as float32, copied. Throws `unreadable-file` unless it is a float type. */
export function float32Of(name: string, { dtype, shape, bytes }: SafetensorsEntry): Tensor {
	// Copied for alignment; the slice of a Buffer would be a view.
	const copy = new Uint8Array(bytes).buffer;
	if (dtype === "F32") return { dtype: "float32", shape, data: new Float32Array(copy) };
	if (dtype === "F64") return { dtype: "float32", shape, data: Float32Array.from(new Float64Array(copy)) };
	if (dtype === "BF16") {
		// The upper half of a float32.
		const bits = Uint32Array.from(new Uint16Array(copy), (half) => half << 16);
		return { dtype: "float32", shape, data: new Float32Array(bits.buffer) };
	}
	if (dtype === "F16")
		return { dtype: "float32", shape, data: Float32Array.from(new Uint16Array(copy), fromFloat16) };
	throw new OnevisionError("unreadable-file", `safetensors: ${name} is ${dtype}, not a float type`);
}
