/**
 * Weights in safetensors files on this machine, by header and offset: a snapshot's shards as one table of tensors, none of
 * which is read before it is asked for. Snapshots are untrusted: names lead nowhere else, sizes are checked against the
 * files before memory is taken.
 */

import { type FileHandle, open, readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { DTYPE_NAMES, DTYPES, nearest, OnevisionError } from "@onevision/base";
import type { ExternalTensor } from "../onnx/proto.ts";
import { readSafetensorsHeader, type SafetensorsEntry, type SafetensorsPlace } from "../safetensors.ts";

/** A tensor in a file. */
export interface StoredTensor extends SafetensorsPlace {
	/** The file's real path, without links. */
	readonly path: string;
}

/** The tensors of one or several files, by name. */
export interface StoredWeights {
	/** What was opened, in messages. */
	readonly label: string;
	/** Real paths of the files. */
	readonly files: readonly string[];
	readonly tensors: ReadonlyMap<string, StoredTensor>;
	/** Texts from the headers; those of later files win. */
	readonly metadata: Readonly<Record<string, string>>;
}

const SINGLE = "model.safetensors";
const INDEX = "model.safetensors.index.json";
/** Largest index, bytes: those of models with thousands of tensors have a few hundred KB. */
const MAX_INDEX_BYTES = 64 * 2 ** 20;
/** Most shards. */
const MAX_SHARDS = 4096;

/**
 * Opens a safetensors file, or the folder of a snapshot: `model.safetensors`, the shards of its index, or else every
 * safetensors file in it. Reads headers only. Throws `unreadable-file` for a missing shard, a damaged header, a tensor in
 * two files, or one that the index places in a file that does not have it; `over-limit` for an index that is too large.
 */
export async function openWeights(path: string): Promise<StoredWeights> {
	const found = await stat(path).catch((error: unknown) => Promise.reject(unreadable(path, error)));
	if (!found.isDirectory()) return collect(path, [path]);
	const names = await readdir(path).catch((error: unknown) => Promise.reject(unreadable(path, error)));
	if (names.includes(INDEX)) return openShards(path);
	if (names.includes(SINGLE)) return collect(path, [join(path, SINGLE)]);
	const others = names.filter((name) => name.endsWith(".safetensors") && !name.startsWith(".")).sort();
	if (others.length > 0)
		return collect(
			path,
			others.map((name) => join(path, name)),
		);
	throw new OnevisionError(
		"unreadable-file",
		`${path}: no safetensors files; download the weights of the snapshot too`,
	);
}

/** The shards that the index names, each tensor in the file that the index says. */
async function openShards(folder: string): Promise<StoredWeights> {
	const map = await readIndex(join(folder, INDEX));
	const names = [...new Set(map.values())].sort();
	const weights = await collect(
		folder,
		names.map((name) => join(folder, name)),
	);
	const paths = new Map(
		await Promise.all(names.map(async (name) => [name, await realpath(join(folder, name))] as const)),
	);
	for (const [tensor, shard] of map) {
		if (weights.tensors.get(tensor)?.path === paths.get(shard)) continue;
		throw new OnevisionError(
			"unreadable-file",
			`${join(folder, shard)}: has no tensor ${tensor}, which ${INDEX} places there; download the snapshot again`,
		);
	}
	return weights;
}

/** Shards by tensor. */
async function readIndex(path: string): Promise<ReadonlyMap<string, string>> {
	const text = await readText(path);
	let index: unknown;
	try {
		index = JSON.parse(text);
	} catch {
		throw new OnevisionError("unreadable-file", `${path}: not JSON`);
	}
	const map =
		typeof index === "object" && index !== null && "weight_map" in index ? index.weight_map : undefined;
	if (typeof map !== "object" || map === null || Array.isArray(map)) {
		throw new OnevisionError("unreadable-file", `${path}: no weight_map`);
	}
	const entries = Object.entries(map).map(([tensor, shard]) => {
		if (
			typeof shard !== "string" ||
			basename(shard) !== shard ||
			!shard.endsWith(".safetensors") ||
			/[\\/]/.test(shard)
		) {
			const shown = JSON.stringify(shard)?.slice(0, 80);
			throw new OnevisionError("unreadable-file", `${path}: ${shown} is no safetensors file of this folder`);
		}
		return [tensor, shard] as const;
	});
	if (new Set(entries.map(([, shard]) => shard)).size > MAX_SHARDS) {
		throw new OnevisionError("over-limit", `${path}: more than ${MAX_SHARDS} shards`);
	}
	return new Map(entries);
}

async function readText(path: string): Promise<string> {
	return withFile(path, async (file, size) => {
		if (size > MAX_INDEX_BYTES)
			throw new OnevisionError("over-limit", `${path}: larger than ${MAX_INDEX_BYTES} bytes`);
		return file.readFile("utf8");
	});
}

async function collect(label: string, paths: readonly string[]): Promise<StoredWeights> {
	const tensors = new Map<string, StoredTensor>();
	const files: string[] = [];
	let metadata: Readonly<Record<string, string>> = {};
	for (const path of paths) {
		const header = await readHeader(path);
		const real = await realpath(path);
		files.push(real);
		metadata = { ...metadata, ...header.metadata };
		for (const [name, place] of header.tensors) {
			const other = tensors.get(name);
			if (other !== undefined) {
				throw new OnevisionError("unreadable-file", `${path}: ${name} is in ${basename(other.path)} too`);
			}
			tensors.set(name, { ...place, path: real });
		}
	}
	return { label, files, tensors, metadata };
}

async function readHeader(path: string) {
	try {
		return await withFile(path, (file, size) =>
			readSafetensorsHeader({ size, read: (offset, length) => readRange(path, file, offset, length) }),
		);
	} catch (error) {
		if (!(error instanceof OnevisionError) || error.message.startsWith(path)) throw error;
		throw new OnevisionError(error.code, `${path}: ${error.message}`);
	}
}

/** Acts on an open regular file of some size. A pipe would never end. */
export async function withFile<T>(
	path: string,
	act: (file: FileHandle, size: number) => Promise<T>,
): Promise<T> {
	let file: FileHandle | undefined;
	try {
		if (!(await stat(path)).isFile())
			throw new OnevisionError("unreadable-file", `${path}: not a regular file`);
		file = await open(path, "r");
		return await act(file, (await file.stat()).size);
	} catch (error) {
		throw unreadable(path, error);
	} finally {
		await file?.close();
	}
}

function unreadable(path: string, error: unknown): unknown {
	if (!(error instanceof Error) || error instanceof OnevisionError || !("code" in error)) return error;
	const why =
		error.code === "ENOENT" ? "missing; download the snapshot again" : `cannot be read (${error.code})`;
	return new OnevisionError("unreadable-file", `${path}: ${why}`);
}

/** The bytes of a range. Throws `unreadable-file` when the file ends before. */
export async function readRange(
	path: string,
	file: FileHandle,
	offset: number,
	length: number,
): Promise<Uint8Array> {
	const bytes = new Uint8Array(length);
	let done = 0;
	while (done < length) {
		const { bytesRead } = await file.read(bytes, done, Math.min(length - done, 2 ** 30), offset + done);
		if (bytesRead === 0) throw new OnevisionError("unreadable-file", `${path}: ended while it was read`);
		done += bytesRead;
	}
	return bytes;
}

/** The tensor of this name. Throws `unknown-name`, with the nearest name there is. */
export function storedTensor({ label, tensors }: StoredWeights, name: string): StoredTensor {
	const found = tensors.get(name);
	if (found !== undefined) return found;
	const near = nearest(name, [...tensors.keys()]);
	const hint = near === undefined ? "" : `; the nearest is ${near}`;
	throw new OnevisionError("unknown-name", `${label}: no tensor ${name}${hint}`);
}

/** Reads one tensor whole. Throws `unknown-name`, `unreadable-file`. */
export async function readTensor(weights: StoredWeights, name: string): Promise<SafetensorsEntry> {
	const { path, dtype, shape, offset, length } = storedTensor(weights, name);
	const bytes = await withFile(path, (file) => readRange(path, file, offset, length));
	return { dtype, shape, bytes };
}

/** Reads some rows of a tensor, in this order: the embeddings of some tokens. Throws `invalid-input` for a row it does not have. */
export async function readRows(
	weights: StoredWeights,
	name: string,
	rows: readonly number[],
): Promise<SafetensorsEntry> {
	const { path, dtype, shape, offset, length } = storedTensor(weights, name);
	const [count = 0, ...rest] = shape;
	const wrong = rows.find((row) => !(Number.isInteger(row) && row >= 0 && row < count));
	if (wrong !== undefined) {
		throw new OnevisionError("invalid-input", `${name}: no row ${wrong}; it has ${count}`);
	}
	const width = count === 0 ? 0 : length / count;
	const bytes = new Uint8Array(width * rows.length);
	await withFile(path, async (file) => {
		for (const [i, row] of rows.entries()) {
			bytes.set(await readRange(path, file, offset + row * width, width), i * width);
		}
	});
	return { dtype, shape: [rows.length, ...rest], bytes };
}

/** Weights as external data of a model: `external` for `encodeModel`, `folder` for `load`. */
export interface ExternalWeights {
	readonly external: Readonly<Record<string, ExternalTensor>>;
	readonly folder: string;
}

/**
 * Stored tensors, by the name of their parameter, as external data: onnxruntime maps them from their files. They may be in
 * several files; onnxruntime refuses paths that lead out of the one folder, links included, so that it is the deepest
 * folder of all real paths. Throws `unreadable-file` for an element type that graphs do not have.
 */
export function externalWeights(tensors: Readonly<Record<string, StoredTensor>>): ExternalWeights {
	const folder = commonFolder(Object.values(tensors).map(({ path }) => path));
	const external = Object.entries(tensors).map(([name, { path, dtype, shape, offset, length }]) => {
		const known = DTYPE_NAMES.find((each) => DTYPES[each].safetensors === dtype);
		if (known === undefined) {
			throw new OnevisionError("unreadable-file", `${path}: ${name} is ${dtype}, which models do not have`);
		}
		return [name, { dtype: known, shape, location: relative(folder, path), offset, length }] as const;
	});
	return { external: Object.fromEntries(external), folder };
}

/** The deepest folder that holds all of these real paths. */
function commonFolder(paths: readonly string[]): string {
	const [first = "", ...others] = paths.map((path) => dirname(path));
	let folder = first;
	while (!others.every((other) => other === folder || other.startsWith(join(folder, "/"))))
		folder = dirname(folder);
	return folder;
}
