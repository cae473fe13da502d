/** Reads the headers of the media that rows reference: a file inside the root, part of a shard, or bytes in the row. */

import { closeSync, openSync } from "node:fs";
import { OnevisionError } from "@onevision/base";
import { bytesSource, type SyncByteSource } from "@onevision/media";
import { type MediaHeader, readMediaHeader } from "@onevision/media/node";
import { type DataRoot, openDataRoot } from "../bytes/data-root.ts";
import { openFileSource, type ReadCounter } from "../bytes/file-bytes.ts";
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
	close(): void;
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
	const options = { applyOrientation, applyRotation, maxVideoMs: MAX_HEADER_MS };
	const roots = new Map<string, DataRoot>();
	const shards = new Map<string, { readonly file: number; users: number }>();
	const rootAt = (folder: string): DataRoot => {
		const known = roots.get(folder) ?? openDataRoot(folder);
		roots.set(folder, known);
		return known;
	};
	const shardAt = (path: string) => {
		const known = shards.get(path) ?? { file: openSync(path, "r"), users: 0 };
		// The most recently used moves to the end; the first one is closed, unless a video of it is still being read.
		shards.delete(path);
		shards.set(path, known);
		const [oldest] = shards;
		if (shards.size > MAX_OPEN_FILES && oldest !== undefined && oldest[1].users === 0) {
			shards.delete(oldest[0]);
			closeSync(oldest[1].file);
		}
		return known;
	};
	const headerOf = async (source: SyncByteSource, { kind }: MediaReference, name: string) => {
		if (source.size === 0) return refuse("unreadable-media", `${name}: is empty`);
		const found = readMediaHeader(source, options);
		const header = found instanceof Promise ? await found : found;
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
			const shard = shardAt(place.file);
			shard.users++;
			try {
				const source = openFileSource(shard.file, place.offset, place.length, counter);
				return await headerOf(source, reference, nameOf(reference));
			} finally {
				shard.users--;
			}
		}
		const found = rootAt(root).find(place.path);
		if (isRefusal(found)) return found;
		const file = openSync(found.path, "r");
		try {
			return await headerOf(openFileSource(file, 0, found.size, counter), reference, place.path);
		} finally {
			closeSync(file);
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
		close: () => {
			for (const { file } of shards.values()) closeSync(file);
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
