/** Reads the headers of the media that rows reference: a file inside the root, part of a shard, or bytes in the row. */

import { closeSync, openSync } from "node:fs";
import { OnevisionError } from "@onevision/base";
import { bytesSource, type SyncByteSource } from "@onevision/media";
import { type MediaHeader, readMediaHeader } from "@onevision/media/node";
import { type DataRoot, openDataRoot } from "../bytes/data-root.ts";
import { openFileSource, type ReadCounter } from "../bytes/file-bytes.ts";
import type { Identify, MediumIdentity } from "../duplicates/identity.ts";
import { isRefusal, type Refusal, refuse } from "../left-out.ts";
import type { MediaReference } from "../record.ts";

/** How headers are read, and a count of what was read. */
export interface MediaReaderOptions {
	readonly counter: ReadCounter;
	/** Whether sizes are as displayed: after an EXIF orientation for images, after the rotation for videos. */
	readonly applyOrientation: boolean;
	readonly applyRotation: boolean;
	/** Absent: duplicates are not looked for. */
	readonly identify?: Identify;
}

/** A medium whose header was read. */
export interface ReadMedium {
	readonly header: MediaHeader;
	/** Size of the whole medium. */
	readonly bytes: number;
	/** Absent if duplicates are not looked for. */
	readonly identity?: MediumIdentity;
}

export interface MediaReader {
	/** At once for images, for which a promise would cost more than the rest. */
	read(reference: MediaReference, root: string): ReadMedium | Refusal | Promise<ReadMedium | Refusal>;
	/** Closes the open shards. */
	close(): void;
}

/** Maximum shards kept open. */
const MAX_OPEN_FILES = 16;
/** Bytes of the first read of most headers. */
const HEADER_BYTES = 8 * 1024;
/** Maximum time for one header, ms; long ones are videos whose frames have to be counted. */
const MAX_HEADER_MS = 10_000;

export function createMediaReader({
	counter,
	applyOrientation,
	applyRotation,
	identify,
}: MediaReaderOptions): MediaReader {
	const options = { applyOrientation, applyRotation, maxVideoMs: MAX_HEADER_MS };
	/** Where headers are read to, one after another. */
	const scratch = new Uint8Array(HEADER_BYTES);
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
	const headerOf = (
		source: SyncByteSource,
		{ kind }: MediaReference,
		name: string,
		place?: Parameters<Identify>[2],
	): ReturnType<MediaReader["read"]> => {
		if (source.size === 0) return refuse("unreadable-media", `${name}: is empty`);
		const checked = (header: MediaHeader | undefined): ReturnType<MediaReader["read"]> => {
			if (header === undefined) return refuse("unreadable-media", `${name}: of no format that is read`);
			if (header.kind === kind) {
				const medium = { header, bytes: source.size };
				if (identify === undefined) return medium;
				return identify(source, kind, place).then((identity) => ({ ...medium, identity }));
			}
			const expected = kind === "image" ? "an image" : "a video";
			return refuse("unreadable-media", `${name}: ${header.format} where ${expected} is expected`);
		};
		const found = readMediaHeader(source, options);
		return found instanceof Promise ? found.then(checked) : checked(found);
	};
	const readPlace = (reference: MediaReference, root: string): ReturnType<MediaReader["read"]> => {
		const { place } = reference;
		if (place.type === "embedded")
			return headerOf(bytesSource(place.bytes), reference, "a medium in the row");
		if (place.type === "range") {
			const shard = shardAt(place.file);
			shard.users++;
			return andThen(
				() => {
					const source = openFileSource(shard.file, place.offset, place.length, counter, scratch);
					return headerOf(source, reference, nameOf(reference), { path: place.file, start: place.offset });
				},
				() => {
					shard.users--;
				},
			);
		}
		const opened = rootAt(root).open(place.path);
		if (isRefusal(opened)) return opened;
		return andThen(
			() => {
				const source = openFileSource(opened.file, 0, opened.size, counter, scratch);
				return headerOf(source, reference, place.path, opened);
			},
			() => closeSync(opened.file),
		);
	};
	return {
		read: (reference, root) => {
			const failed = (error: unknown): Refusal => {
				const refusal = refusalOf(error, reference);
				if (refusal === undefined) throw error;
				return refusal;
			};
			try {
				const found = readPlace(reference, root);
				return found instanceof Promise ? found.catch(failed) : found;
			} catch (error) {
				return failed(error);
			}
		},
		close: () => {
			for (const { file } of shards.values()) closeSync(file);
			shards.clear();
		},
	};
}

/** The result of `act`, with `after` called once it is there, or has failed. */
function andThen<T>(act: () => T | Promise<T>, after: () => void): T | Promise<T> {
	let result: T | Promise<T>;
	try {
		result = act();
	} catch (error) {
		after();
		throw error;
	}
	if (result instanceof Promise) return result.finally(after);
	after();
	return result;
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
