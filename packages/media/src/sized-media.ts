/** Media as a request refers to them, read as far as counting needs: size, bytes and format from the header. */

import { realpath, stat } from "node:fs/promises";
import { isAbsolute, relative, resolve } from "node:path";
import { OnevisionError } from "@onevision/base";
import type { MediaItem } from "@onevision/core";
import { readHeader } from "./file.ts";
import { readMediaHeader } from "./header.ts";
import { bytesSource } from "./reading.ts";
import { mediaItemOf } from "./samples.ts";

/** A media item with the size and the format of its file. */
export interface SizedMedia {
	readonly media: MediaItem;
	/** Size of the file, bytes. */
	readonly bytes: number;
	/** Format of the bytes, regardless of any name: `jpeg`, `mp4`. */
	readonly format: string;
}

/** Throws `unreadable-file` for bytes of no format that is read, and as the header readers do. */
export async function sizeOfBytes(bytes: Uint8Array): Promise<SizedMedia> {
	const header = await readMediaHeader(bytesSource(bytes));
	if (header === undefined) {
		throw new OnevisionError(
			"unreadable-file",
			"the bytes are of no image or video format read here; send one of them",
		);
	}
	return { media: mediaItemOf(header), bytes: bytes.length, format: header.format };
}

/**
 * Reads a file inside `folder` only: a request may come from someone else.
 *
 * @param path absolute, or relative to `folder`
 * @throws OnevisionError `invalid-input` for a file outside the folder, by links too; `unreadable-file` as `readHeader`
 */
export async function sizeOfFileIn(folder: string, path: string): Promise<SizedMedia> {
	const absolute = resolve(folder, path);
	if (!isInside(folder, absolute)) throw outside(path);
	const real = await realpath(absolute).catch(() => absolute);
	if (real !== absolute && !isInside(await realpath(folder), real)) throw outside(path);
	const header = await readHeader(absolute);
	return { media: mediaItemOf(header), bytes: (await stat(absolute)).size, format: header.format };
}

function isInside(folder: string, path: string): boolean {
	const inside = relative(folder, path);
	return inside !== ".." && !/^\.\.[/\\]/.test(inside) && !isAbsolute(inside);
}

function outside(path: string): OnevisionError {
	return new OnevisionError(
		"invalid-input",
		`${path} is outside the request's folder; put the file beside the request`,
	);
}
