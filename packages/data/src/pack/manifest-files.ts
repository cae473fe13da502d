/** Writes and reads a manifest's folder. Every file is whole or not there; the header comes last. */

import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { OnevisionError } from "@onevision/base";
import { writeAtomically } from "@onevision/base/node";
import { isRecord } from "@onevision/base/schema";
import type { AsyncBuffer } from "hyparquet";
import type { ManifestFormat, Pack, PackHeader, PackLeftOut } from "./manifest.ts";
import { leftOutTable, packsTable, readLeftOutTable, readPackTables, slotsTable } from "./manifest-tables.ts";

const HEADER_FILE = "manifest.json";
const REQUEST_FILE = "request.json";
/** Largest file of a manifest that is read, bytes. */
const MAX_FILE_BYTES = 1024 * 1024 * 1024;

/** How a format stores a part's packs and the samples left out. */
interface Storage {
	/** Files of a part. */
	readonly partFiles: (part: string) => readonly string[];
	readonly leftOutFile: string;
	readonly encodePart: (packs: readonly Pack[]) => readonly Uint8Array[];
	readonly encodeLeftOut: (leftOut: readonly PackLeftOut[]) => Uint8Array;
	readonly decodePart: (files: readonly Uint8Array[]) => Promise<readonly Pack[]>;
	readonly decodeLeftOut: (file: Uint8Array) => Promise<readonly PackLeftOut[]>;
}

const STORAGES = {
	parquet: {
		partFiles: (part) => [`slots-${part}.parquet`, `packs-${part}.parquet`],
		leftOutFile: "left-out.parquet",
		encodePart: (packs) => [slotsTable(packs), packsTable(packs)],
		encodeLeftOut: leftOutTable,
		decodePart: ([slots, packs]) => readPackTables(bufferOf(packs), bufferOf(slots)),
		decodeLeftOut: (file) => readLeftOutTable(bufferOf(file)),
	},
	jsonl: {
		partFiles: (part) => [`packs-${part}.jsonl`],
		leftOutFile: "left-out.jsonl",
		encodePart: (packs) => [linesOf(packs)],
		encodeLeftOut: linesOf,
		decodePart: async ([file]) => parseLines(file) as readonly Pack[],
		decodeLeftOut: async (file) => parseLines(file) as readonly PackLeftOut[],
	},
} as const satisfies Record<ManifestFormat, Storage>;

function bufferOf(bytes: Uint8Array = new Uint8Array(0)): AsyncBuffer {
	return {
		byteLength: bytes.byteLength,
		slice: (start, end) => new Uint8Array(bytes.subarray(start, end)).buffer,
	};
}

function linesOf(values: readonly object[]): Uint8Array {
	return new TextEncoder().encode(values.map((value) => `${JSON.stringify(value)}\n`).join(""));
}

function parseLines(bytes: Uint8Array = new Uint8Array(0)): readonly unknown[] {
	const lines = new TextDecoder("utf-8", { fatal: true }).decode(bytes).split("\n");
	return lines.filter((line) => line !== "").map((line): unknown => JSON.parse(line));
}

/** Part files sort by name in training order. */
function storageOf(format: ManifestFormat): Storage {
	return STORAGES[format];
}

/** Names of a part's files; the last is written last. */
export function partFiles(format: ManifestFormat, part: number): readonly string[] {
	return storageOf(format).partFiles(String(part).padStart(6, "0"));
}

export function leftOutFile(format: ManifestFormat): string {
	return storageOf(format).leftOutFile;
}

/** Throws `unwritable-file`. */
export async function writePart(
	folder: string,
	format: ManifestFormat,
	part: number,
	packs: readonly Pack[],
): Promise<void> {
	const files = storageOf(format).encodePart(packs);
	for (const [index, name] of partFiles(format, part).entries()) {
		await store(folder, name, files[index] ?? new Uint8Array(0));
	}
}

/** Throws `unwritable-file`. */
export async function writeLeftOut(
	folder: string,
	format: ManifestFormat,
	leftOut: readonly PackLeftOut[],
): Promise<void> {
	await store(folder, leftOutFile(format), storageOf(format).encodeLeftOut(leftOut));
}

/** Completes the folder, and removes what killed runs left. Throws `unwritable-file`. */
export async function writeHeader(folder: string, header: PackHeader): Promise<void> {
	await store(folder, HEADER_FILE, new TextEncoder().encode(`${JSON.stringify(header, null, 2)}\n`));
	for (const name of await readdir(folder)) {
		if (TEMPORARY.test(name)) await rm(join(folder, name), { force: true });
	}
}

/**
 * Reserves the folder for what `request` describes, or finds that it was: then names of the files that are there. Throws
 * `invalid-input` if it holds something else, `unwritable-file`.
 */
export async function reserveFolder(folder: string, request: string): Promise<ReadonlySet<string>> {
	try {
		await mkdir(folder, { recursive: true });
	} catch (error) {
		const { code = "unknown" } = error as NodeJS.ErrnoException;
		throw new OnevisionError("unwritable-file", `${folder}: cannot be created (${code})`);
	}
	const names = new Set((await readdir(folder)).filter((name) => !TEMPORARY.test(name)));
	if (names.size === 0) {
		await store(folder, REQUEST_FILE, new TextEncoder().encode(request));
		return names;
	}
	const found = await readFile(join(folder, REQUEST_FILE), "utf8").catch(() => undefined);
	if (found === request) return names;
	const why =
		found === undefined
			? "is not empty and holds no packs"
			: "holds packs of another profile or other settings";
	throw new OnevisionError("invalid-input", `${folder}: ${why}; give another folder, or remove this one`);
}

/** Files that a killed run may leave. */
const TEMPORARY = /^\.+[0-9a-f-]{36}-.*$/;

/**
 * Writes a file whole or not at all, even if several processes write it: a scheduler may run a task again while its
 * first run still goes on.
 */
async function store(folder: string, name: string, bytes: Uint8Array): Promise<void> {
	const temporary = join(folder, `.${randomUUID()}-${name}`);
	await writeAtomically(temporary, [bytes]);
	await rename(temporary, join(folder, name));
}

/** A finished set of packs. */
export interface PackSet {
	readonly header: PackHeader;
	/** In training order, a part in memory at a time. Throws `unreadable-file` for a damaged part. */
	readonly packs: () => AsyncGenerator<Pack>;
	/** Throws `unreadable-file`. */
	readonly leftOut: () => Promise<readonly PackLeftOut[]>;
}

/**
 * Opens the folder that `onevision pack --out` wrote.
 *
 * @throws OnevisionError `unreadable-file` if it holds no packs, or unfinished ones
 */
export async function openPacks(folder: string): Promise<PackSet> {
	const header = await readHeader(folder);
	const storage = storageOf(header.format);
	return {
		header,
		packs: async function* () {
			let next = 0;
			for (let part = 0; part < header.parts; part++) {
				const names = partFiles(header.format, part);
				const packs = await decoding(folder, names, async (files) => {
					const decoded = await storage.decodePart(files);
					for (const [index, pack] of decoded.entries()) checkPack(pack, next + index);
					return decoded;
				});
				next += packs.length;
				yield* packs;
			}
			if (next !== header.totals.packs)
				throw damaged(folder, `holds ${next} packs, its manifest says ${header.totals.packs}`);
		},
		leftOut: () =>
			decoding(folder, [storage.leftOutFile], ([file]) => storage.decodeLeftOut(file ?? new Uint8Array(0))),
	};
}

async function readHeader(folder: string): Promise<PackHeader> {
	let text: string;
	try {
		text = await readFile(join(folder, HEADER_FILE), "utf8");
	} catch {
		throw damaged(folder, "no manifest.json: not made by onevision pack, or unfinished; run it again");
	}
	let header: unknown;
	try {
		header = JSON.parse(text);
	} catch {
		throw damaged(folder, "its manifest.json is not JSON");
	}
	const isKnown =
		isRecord(header) &&
		header.version === 1 &&
		Object.hasOwn(STORAGES, String(header.format)) &&
		Number.isSafeInteger(header.parts) &&
		isRecord(header.totals);
	if (!isKnown) throw damaged(folder, "its manifest.json is not of a version that is read");
	return header as unknown as PackHeader;
}

/** Throws an `Error` for a pack whose slots do not sum to it. */
function checkPack({ id, length, capacity, slots }: Pack, expected: number): void {
	let sum = 0;
	for (const slot of slots) {
		if (slot.start !== sum) throw new Error(`pack ${id} has a gap at ${sum}`);
		sum += slot.length;
	}
	if (id !== expected || sum !== length || length > capacity)
		throw new Error(`pack ${expected} has slots of ${sum}, claims ${length} of ${capacity}`);
}

async function decoding<T>(
	folder: string,
	names: readonly string[],
	decode: (files: readonly Uint8Array[]) => Promise<T>,
): Promise<T> {
	try {
		return await decode(await Promise.all(names.map((name) => readWhole(join(folder, name)))));
	} catch (error) {
		throw damaged(
			`${folder}, ${names.join(" and ")}`,
			error instanceof Error ? error.message.slice(0, 300) : String(error),
		);
	}
}

async function readWhole(path: string): Promise<Uint8Array> {
	const handle = await open(path, "r");
	try {
		const { size } = await handle.stat();
		if (size > MAX_FILE_BYTES) throw new Error(`${size} bytes, over ${MAX_FILE_BYTES}`);
		return await handle.readFile();
	} finally {
		await handle.close();
	}
}

function damaged(what: string, why: string): OnevisionError {
	return new OnevisionError("unreadable-file", `${what}: ${why}`);
}
