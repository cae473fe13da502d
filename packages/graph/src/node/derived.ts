/**
 * Weights made of other weights, once: float32 of a half-precision checkpoint, quantized blocks. They are written to a
 * safetensors file beside their source, in `.onevision`, with a record of what they were made of; when the source is still
 * the same, the file is used as it is.
 */

import { createHash } from "node:crypto";
import { access, constants, mkdir, stat, statfs } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { formatBytes, OnevisionError } from "@onevision/base";
import { writeAtomically } from "@onevision/base/node";
import { floatsOf, isFloatType, type SafetensorsDType, safetensorsHead } from "../safetensors.ts";
import { openWeights, readRange, type StoredTensor, type StoredWeights, withFile } from "./weights.ts";

export interface DerivedOptions {
	/** Where the file goes (default: `.onevision` beside the source, or a cache of the user where that cannot be written). */
	readonly folder?: string;
	/** Called with the bytes read so far and in all. */
	readonly onProgress?: (done: number, total: number) => void;
	/** Stops the work between two pieces; what was written is removed. */
	readonly signal?: AbortSignal;
}

/** A tensor to write, and how its bytes are made. */
export interface DerivedTensor {
	readonly dtype: SafetensorsDType;
	readonly shape: readonly number[];
	/** Bytes of the source that it reads, for progress. */
	readonly reads: number;
	/** Its bytes in pieces. */
	parts(): AsyncIterable<Uint8Array>;
}

/** Bytes of a source read at once: a multiple of every element's size. */
const PIECE = 4 * 2 ** 20;

/** One file of the source as it was. */
interface SourceFile {
	readonly name: string;
	readonly size: number;
	/** Milliseconds, of its last change. */
	readonly changed: number;
	readonly sha256: string;
}

const RECIPE = "onevision.recipe";
const SOURCE = "onevision.source";

/**
 * The weights as float32, which onnxruntime maps from the file: themselves where they are float32 already, else a
 * converted file, made once. Other element types are copied. Throws `over-limit` when the disk has no room for it,
 * `unwritable-file`, `unreadable-file`.
 */
export async function float32Weights(
	weights: StoredWeights,
	options: DerivedOptions = {},
): Promise<StoredWeights> {
	const mappable = ({ dtype, offset }: StoredTensor) => dtype === "F32" && offset % 4 === 0;
	if ([...weights.tensors.values()].every((tensor) => mappable(tensor) || !isFloatType(tensor.dtype)))
		return weights;
	const tensors = [...weights.tensors].map(([name, tensor]) => [name, floatTensor(tensor)] as const);
	return derive(weights, "float32", new Map(tensors), options);
}

/** A tensor as float32; one of another type as it is. */
export function floatTensor(tensor: StoredTensor): DerivedTensor {
	const { dtype, shape, length } = tensor;
	if (!isFloatType(dtype)) return { dtype, shape, reads: length, parts: () => pieces(tensor) };
	const parts = () => mapPieces(tensor, (bytes) => bytesOf(floatsOf(dtype, bytes)));
	return { dtype: "F32", shape, reads: length, parts };
}

/**
 * The file that `recipe` makes of `weights`, made now unless it is there. The recipe names the file and the arithmetic:
 * one that computes other bytes needs another name.
 */
export async function derive(
	weights: StoredWeights,
	recipe: string,
	tensors: ReadonlyMap<string, DerivedTensor>,
	options: DerivedOptions,
): Promise<StoredWeights> {
	const path = join(await folderFor(weights, options), `${recipe}.safetensors`);
	const found = await current(path, weights, recipe, tensors);
	if (found !== undefined) return found;
	const total = 2 * [...tensors.values()].reduce((sum, { reads }) => sum + reads, 0);
	let done = 0;
	const report = (bytes: number) => {
		options.signal?.throwIfAborted();
		done = Math.min(total, done + bytes);
		options.onProgress?.(done, total);
	};
	const source: SourceFile[] = [];
	for (const file of weights.files) source.push(await describe(file, report));
	const metadata = { [RECIPE]: recipe, [SOURCE]: JSON.stringify(source) };
	const head = safetensorsHead(tensors, metadata);
	await checkRoom(path, head.length + [...tensors.values()].reduce((sum, each) => sum + bytesFor(each), 0));
	await writeAtomically(path, contents(head, tensors, report));
	return openWeights(path);
}

async function* contents(
	head: Uint8Array,
	tensors: ReadonlyMap<string, DerivedTensor>,
	report: (bytes: number) => void,
): AsyncIterable<Uint8Array> {
	yield head;
	for (const tensor of tensors.values()) {
		for await (const part of tensor.parts()) {
			yield part;
			report(Math.round((part.length / Math.max(1, bytesFor(tensor))) * tensor.reads));
		}
	}
}

/** Bytes of one element of the types that are written. */
const ELEMENT_BYTES: Partial<Record<SafetensorsDType, number>> = {
	F32: 4,
	U8: 1,
	I8: 1,
	I32: 4,
	I64: 8,
	BOOL: 1,
};

function bytesFor({ dtype, shape, reads }: DerivedTensor): number {
	const bytes = ELEMENT_BYTES[dtype];
	return bytes === undefined ? reads : shape.reduce((product, size) => product * size, bytes);
}

/** The bytes of a tensor in pieces, each in memory of its own. */
export async function* pieces(
	{ path, offset, length }: StoredTensor,
	size = PIECE,
): AsyncIterable<Uint8Array> {
	for (let done = 0; done < length; done += size) {
		const take = Math.min(size, length - done);
		yield await withFile(path, (file) => readRange(path, file, offset + done, take));
	}
}

async function* mapPieces(
	tensor: StoredTensor,
	convert: (bytes: Uint8Array) => Uint8Array,
): AsyncIterable<Uint8Array> {
	for await (const piece of pieces(tensor)) yield convert(piece);
}

/** The bytes of an array, not copied. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
	return new Uint8Array(buffer, byteOffset, byteLength);
}

async function folderFor({ files }: StoredWeights, { folder }: DerivedOptions): Promise<string> {
	const beside = join(dirname(files[0] ?? "."), ".onevision");
	const place = folder ?? beside;
	try {
		await mkdir(place, { recursive: true });
		await access(place, constants.W_OK);
		return place;
	} catch (error) {
		if (folder !== undefined) {
			const { code = "unknown" } = error as NodeJS.ErrnoException;
			throw new OnevisionError("unwritable-file", `${folder}: cannot be written (${code})`);
		}
	}
	const caches = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
	const own = join(caches, "onevision", createHash("sha256").update(beside).digest("hex").slice(0, 16));
	await mkdir(own, { recursive: true });
	return own;
}

/** The file at `path`, if it has these tensors and its source is unchanged. */
async function current(
	path: string,
	{ files }: StoredWeights,
	recipe: string,
	tensors: ReadonlyMap<string, DerivedTensor>,
): Promise<StoredWeights | undefined> {
	const found = await openWeights(path).catch(() => undefined);
	if (found === undefined || found.metadata[RECIPE] !== recipe || found.tensors.size !== tensors.size)
		return undefined;
	for (const [name, { dtype, shape }] of tensors) {
		const written = found.tensors.get(name);
		if (written?.dtype !== dtype || written.shape.join() !== shape.join()) return undefined;
	}
	const recorded = parseSource(found.metadata[SOURCE]);
	if (recorded.length !== files.length) return undefined;
	for (const [i, file] of files.entries()) {
		const { size, mtimeMs } = await stat(file);
		if (recorded[i]?.size !== size) return undefined;
		// A copy has another time: its bytes decide.
		if (recorded[i]?.changed !== mtimeMs && recorded[i]?.sha256 !== (await hashOf(file))) return undefined;
	}
	return found;
}

function parseSource(text = "[]"): readonly Partial<SourceFile>[] {
	try {
		const source: unknown = JSON.parse(text);
		return Array.isArray(source) ? source.filter((each) => typeof each === "object" && each !== null) : [];
	} catch {
		return [];
	}
}

async function describe(file: string, report: (bytes: number) => void): Promise<SourceFile> {
	const { size, mtimeMs } = await stat(file);
	return { name: basename(file), size, changed: mtimeMs, sha256: await hashOf(file, report) };
}

async function hashOf(path: string, report: (bytes: number) => void = () => undefined): Promise<string> {
	return withFile(path, async (file, size) => {
		const hash = createHash("sha256");
		for (let done = 0; done < size; done += PIECE) {
			const take = Math.min(PIECE, size - done);
			hash.update(await readRange(path, file, done, take));
			report(take);
		}
		return hash.digest("hex");
	});
}

async function checkRoom(path: string, bytes: number): Promise<void> {
	const { bavail, bsize } = await statfs(dirname(path));
	const free = bavail * bsize;
	if (bytes <= free) return;
	throw new OnevisionError(
		"over-limit",
		`${path}: needs ${formatBytes(bytes)}, the disk has ${formatBytes(free)} left; free some, or give another folder`,
	);
}
