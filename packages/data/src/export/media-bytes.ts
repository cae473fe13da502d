/** The bytes of a sample's media, for exports that link to them or take them in. */

import { constants } from "node:fs";
import { copyFile, type FileHandle, open, readFile } from "node:fs/promises";
import { bytesSource } from "@onevision/media";
import { readMediaHeader } from "@onevision/media/node";
import { type DataRoot, openDataRoot } from "../bytes/data-root.ts";
import { isRefusal, type Refusal, refuse } from "../left-out.ts";
import type { MediaReference } from "../record.ts";

/** Largest medium that is read whole, bytes. */
const MAX_MEDIUM_BYTES = 2 ** 31 - 1;
/** Bytes that show a medium's format. */
const HEAD_BYTES = 64 * 1024;

/** A medium that was found: where its bytes are. */
export interface FoundMedium {
	readonly size: number;
	/** Absolute; absent for a part of a shard or a value in a row. */
	readonly path?: string;
	/** The bytes, whole. */
	read(): Promise<Uint8Array>;
	/** Writes the bytes to a new file. */
	copyTo(path: string): Promise<void>;
	/** Extension of its format, as its bytes say: `jpg`. */
	extension(): Promise<string | undefined>;
}

export interface MediaFinder {
	/** Paths start in `root`, and none may leave it. */
	find(reference: MediaReference, root: string): Promise<FoundMedium | Refusal>;
	close(): Promise<void>;
}

/** Most shards kept open. */
const MAX_OPEN_FILES = 16;

export function createMediaFinder(): MediaFinder {
	const roots = new Map<string, DataRoot>();
	const shards = new Map<string, Promise<FileHandle>>();
	const rootAt = (folder: string): DataRoot => {
		const known = roots.get(folder) ?? openDataRoot(folder);
		roots.set(folder, known);
		return known;
	};
	const shardAt = async (file: string): Promise<FileHandle> => {
		const known = shards.get(file) ?? open(file, "r");
		shards.delete(file);
		shards.set(file, known);
		const [oldest] = shards;
		if (shards.size > MAX_OPEN_FILES && oldest !== undefined) {
			shards.delete(oldest[0]);
			await (await oldest[1]).close();
		}
		return known;
	};
	const inMemory = (size: number, read: () => Promise<Uint8Array>): FoundMedium => ({
		size,
		read,
		copyTo: async (path) => writeNew(path, await read()),
		extension: async () => extensionOf(await read()),
	});
	return {
		find: async ({ place }, root) => {
			if (place.type === "embedded") return inMemory(place.bytes.byteLength, async () => place.bytes);
			if (place.type === "range") {
				if (place.length > MAX_MEDIUM_BYTES) return tooLarge("a medium in a shard", place.length);
				return inMemory(place.length, async () =>
					readAt(await shardAt(place.file), place.offset, place.length),
				);
			}
			const found = await rootAt(root).find(place.path);
			if (isRefusal(found)) return found;
			if (found.size === 0) return refuse("unreadable-media", `${place.path}: is empty`);
			if (found.size > MAX_MEDIUM_BYTES) return tooLarge(place.path, found.size);
			return {
				size: found.size,
				path: found.path,
				read: () => readFile(found.path),
				copyTo: (path) => copyFile(found.path, path, constants.COPYFILE_FICLONE),
				extension: async () => {
					const handle = await open(found.path, "r");
					try {
						return await extensionOf(await readAt(handle, 0, Math.min(HEAD_BYTES, found.size)));
					} finally {
						await handle.close();
					}
				},
			};
		},
		close: async () => {
			for (const handle of shards.values()) await (await handle).close();
			shards.clear();
		},
	};
}

function tooLarge(name: string, bytes: number): Refusal {
	return refuse("over-limit", `${name}: ${bytes} bytes, at most ${MAX_MEDIUM_BYTES} are taken in`);
}

async function readAt(handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
	const bytes = Buffer.allocUnsafe(length);
	let filled = 0;
	while (filled < length) {
		const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
		if (bytesRead === 0) break;
		filled += bytesRead;
	}
	return bytes.subarray(0, filled);
}

async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
	const handle = await open(path, "w");
	try {
		await handle.writeFile(bytes);
	} finally {
		await handle.close();
	}
}

async function extensionOf(bytes: Uint8Array): Promise<string | undefined> {
	try {
		const header = await readMediaHeader(bytesSource(bytes.subarray(0, HEAD_BYTES)));
		if (header === undefined) return undefined;
		return header.format === "jpeg" ? "jpg" : header.format;
	} catch {
		// A video's index may stand at its end; the first bytes still tell the container.
		return String.fromCharCode(...bytes.subarray(4, 8)) === "ftyp" ? "mp4" : undefined;
	}
}
