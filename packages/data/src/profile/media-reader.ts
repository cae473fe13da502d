/** Reads the headers of the media that rows reference: a file inside the root, part of a shard, or bytes in the row. */

import { type FileHandle, open } from "node:fs/promises";
import { OnevisionError } from "@onevision/base";
import { type ByteSource, bytesSource } from "@onevision/media";
import { type MediaHeader, readMediaHeader } from "@onevision/media/node";
import { type DataRoot, openDataRoot } from "../bytes/data-root.ts";
import { handleSource, type ReadCounter } from "../bytes/file-bytes.ts";
import { isRefusal, type Refusal, refuse } from "../left-out.ts";
import type { MediaReference } from "../record.ts";

/** How headers are read, and a count of what was read. */
export interface MediaReaderOptions {
	readonly counter: ReadCounter;
	/** Whether sizes are as displayed: after an EXIF orientation for images, after the rotation for videos. */
	readonly applyOrientation: boolean;
	readonly applyRotation: boolean;
}

/** A medium whose header was read. */
export interface ReadMedium {
	readonly header: MediaHeader;
	/** Size of the whole medium. */
	readonly bytes: number;
}

export interface MediaReader {
	read(reference: MediaReference, root: string): Promise<ReadMedium | Refusal>;
	/** Closes the open shards. */
	close(): Promise<void>;
}

/** Maximum shards kept open. */
const MAX_OPEN_FILES = 16;
/** Maximum time for one header, ms; long ones are videos whose frames have to be counted. */
const MAX_HEADER_MS = 10_000;

export function createMediaReader({
	counter,
	applyOrientation,
	applyRotation,
}: MediaReaderOptions): MediaReader {
	const roots = new Map<string, Promise<DataRoot>>();
	const shards = new Map<string, Promise<FileHandle>>();
	const rootAt = (folder: string): Promise<DataRoot> => {
		const known = roots.get(folder) ?? openDataRoot(folder);
		roots.set(folder, known);
		return known;
	};
	const shardAt = async (file: string): Promise<FileHandle> => {
		const known = shards.get(file) ?? open(file, "r");
		// The most recently used moves to the end; the first one is closed.
		shards.delete(file);
		shards.set(file, known);
		const [oldest] = shards;
		if (shards.size > MAX_OPEN_FILES && oldest !== undefined) {
			shards.delete(oldest[0]);
			await (await oldest[1]).close();
		}
		return known;
	};
	const headerOf = async (source: ByteSource, { kind }: MediaReference, name: string) => {
		if (source.size === 0) return refuse("unreadable-media", `${name}: is empty`);
		const signal = AbortSignal.timeout(MAX_HEADER_MS);
		const header = await readMediaHeader(source, { applyOrientation, applyRotation, signal });
		if (header === undefined) return refuse("unreadable-media", `${name}: of no format that is read`);
		if (header.kind === kind) return { header, bytes: source.size };
		return refuse(
			"unreadable-media",
			`${name}: ${header.format} where ${kind === "image" ? "an image" : "a video"} is expected`,
		);
	};
	const readPlace = async (reference: MediaReference, root: string): Promise<ReadMedium | Refusal> => {
		const { place } = reference;
		if (place.type === "embedded")
			return headerOf(bytesSource(place.bytes), reference, "a medium in the row");
		if (place.type === "range") {
			const handle = await shardAt(place.file);
			return headerOf(
				handleSource(handle, place.offset, place.length, counter),
				reference,
				nameOf(reference),
			);
		}
		const found = await (await rootAt(root)).find(place.path);
		if (isRefusal(found)) return found;
		const handle = await open(found.path, "r");
		try {
			return await headerOf(handleSource(handle, 0, found.size, counter), reference, place.path);
		} finally {
			await handle.close();
		}
	};
	return {
		read: async (reference, root) => {
			try {
				return await readPlace(reference, root);
			} catch (error) {
				const refusal = refusalOf(error, reference);
				if (refusal === undefined) throw error;
				return refusal;
			}
		},
		close: async () => {
			for (const handle of shards.values()) await (await handle).close();
			shards.clear();
		},
	};
}

/** A medium's name for messages: its path, or its position in a shard. */
export function nameOf({ place }: MediaReference): string {
	if (place.type === "path") return place.path;
	return place.type === "range"
		? `bytes ${place.offset} to ${place.offset + place.length - 1}`
		: "in the row";
}

function refusalOf(error: unknown, reference: MediaReference): Refusal | undefined {
	const name = nameOf(reference);
	if (error instanceof OnevisionError) {
		return refuse(
			error.code === "over-limit" ? "over-limit" : "unreadable-media",
			`${name}: ${error.message}`,
		);
	}
	if (!(error instanceof Error)) return undefined;
	if (error.name === "TimeoutError") {
		return refuse("over-limit", `${name}: its header took longer than ${MAX_HEADER_MS / 1000} s`);
	}
	return "syscall" in error && "code" in error
		? refuse("unreadable-media", `${name}: cannot be read (${String(error.code)})`)
		: undefined;
}
