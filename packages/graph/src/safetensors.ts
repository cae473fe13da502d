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
	const start = dataStart(bytes.subarray(0, 8), bytes.length);
	const { tensors, metadata } = headerOf(bytes.subarray(8, start), start, bytes.length);
	const views = [...tensors].map(([name, { dtype, shape, offset, length }]) => {
		return [name, { dtype, shape, bytes: bytes.subarray(offset, offset + length) }] as const;
	});
	return { tensors: new Map(views), metadata };
}

/** A file, or anything else of a known size that can be read in parts: a range of a server's, an archive's. */
export interface ByteSource {
	/** Bytes. */
	readonly size: number;
	/** The bytes from `offset` on, `length` of them, all within `size`. */
	read(offset: number, length: number): Promise<Uint8Array>;
}

/** Where a tensor lies in a file: `length` bytes from `offset`, counted from the start of the file. */
export interface SafetensorsPlace {
	readonly dtype: SafetensorsDType;
	readonly shape: readonly number[];
	readonly offset: number;
	readonly length: number;
}

export interface SafetensorsHeader {
	/** By name, in the order of the header. */
	readonly tensors: ReadonlyMap<string, SafetensorsPlace>;
	readonly metadata: Readonly<Record<string, string>>;
}

/**
 * The header of a file of any size, of which nothing else is read. Throws `unreadable-file` as `decodeSafetensors` does,
 * and what the source throws.
 */
export async function readSafetensorsHeader(source: ByteSource): Promise<SafetensorsHeader> {
	const first = source.size < 8 ? new Uint8Array() : await source.read(0, 8);
	const start = dataStart(first, source.size);
	return headerOf(await source.read(8, start - 8), start, source.size);
}

/** Where the tensors begin, from the first 8 bytes of a file of `size` bytes. */
function dataStart(first: Uint8Array, size: number): number {
	if (first.length < 8) throw damaged(`${size} bytes are too few for a header`);
	const headerBytes = Number(new DataView(first.buffer, first.byteOffset, 8).getBigUint64(0, true));
	if (headerBytes > MAX_HEADER_BYTES || headerBytes > size - 8) {
		throw damaged(`its header claims ${headerBytes} bytes of ${size}`);
	}
	return 8 + headerBytes;
}

/** The parsed header of a file of `size` bytes whose tensors begin at `start`. */
function headerOf(json: Uint8Array, start: number, size: number): SafetensorsHeader {
	const header = parseHeader(json);
	const tensors = new Map<string, SafetensorsPlace>();
	let metadata: Readonly<Record<string, string>> = {};
	for (const [name, entry] of Object.entries(header)) {
		if (name === "__metadata__") metadata = checkMetadata(entry);
		else {
			const { dtype, shape, data_offsets } = checkEntry(name, entry, size - start);
			const [from, to] = data_offsets;
			tensors.set(name, { dtype, shape, offset: start + from, length: to - from });
		}
	}
	checkCover(tensors, start, size);
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
function checkCover(tensors: ReadonlyMap<string, SafetensorsPlace>, start: number, size: number): void {
	const places = [...tensors.values()].sort((a, b) => a.offset - b.offset || a.length - b.length);
	let end = start;
	for (const { offset, length } of places) {
		if (offset !== end) throw damaged("its tensors overlap or leave gaps");
		end += length;
	}
	if (end !== size) throw damaged("bytes follow its last tensor");
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
	if (!isFloatType(dtype)) throw notFloat(name, dtype);
	return { dtype: "float32", shape, data: floatsOf(dtype, bytes) };
}

/** Types that `floatsOf` converts. */
const FLOAT_TYPES = ["F32", "F64", "F16", "BF16"] as const;
export type FloatType = (typeof FLOAT_TYPES)[number];

export function isFloatType(dtype: SafetensorsDType): dtype is FloatType {
	return (FLOAT_TYPES as readonly string[]).includes(dtype);
}

/** The error for a tensor that should be floats. */
function notFloat(name: string, dtype: SafetensorsDType): OnevisionError {
	return new OnevisionError("unreadable-file", `safetensors: ${name} is ${dtype}, not a float type`);
}

/** Little-endian floats as float32, copied; float64 is rounded, half types are exact. */
export function floatsOf(dtype: FloatType, bytes: Uint8Array): Float32Array<ArrayBuffer> {
	// Copied for alignment; the slice of a Buffer would be a view.
	const copy = new Uint8Array(bytes).buffer;
	if (dtype === "F32") return new Float32Array(copy);
	if (dtype === "F64") return Float32Array.from(new Float64Array(copy));
	const halves = new Uint16Array(copy);
	const result = new Float32Array(halves.length);
	if (dtype === "BF16") {
		// The upper half of a float32.
		const bits = new Uint32Array(result.buffer);
		for (let i = 0; i < halves.length; i++) bits[i] = (halves[i] ?? 0) << 16;
		return result;
	}
	float16Values ??= Float32Array.from({ length: 2 ** 16 }, (_, half) => fromFloat16(half));
	for (let i = 0; i < halves.length; i++) result[i] = float16Values[halves[i] ?? 0] ?? 0;
	return result;
}

/** Every float16 by its bits: a checkpoint has billions. */
let float16Values: Float32Array | undefined;
