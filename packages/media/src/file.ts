/** Reads one file's header: opens it, detects the format from its content, and reads within a time limit. */

import { type FileHandle, open, stat } from "node:fs/promises";
import { OnevisionError } from "@onevision/base";
import { type MediaHeader, readMediaHeader } from "./header.ts";
import { describeOther, OTHER_FORMAT_BYTES } from "./other-formats.ts";
import { type ByteSource, withPath } from "./reading.ts";
import { IMAGE_FORMATS, VIDEO_FORMATS } from "./sniff.ts";
import type { VideoHeaderOptions } from "./video/header.ts";

export interface FileHeaderOptions extends Omit<VideoHeaderOptions, "signal"> {
	/** Maximum seconds per file, default 10. After that, fails with `over-limit`. */
	readonly timeoutSeconds?: number;
}

const DEFAULT_TIMEOUT_SECONDS = 10;
const FORMATS = [...IMAGE_FORMATS, ...VIDEO_FORMATS].join(", ");

/**
 * Reads the header of an image or video file. The format is detected from the content, never from the name. Throws
 * `unreadable-file` for missing, empty, damaged and other files, and `over-limit` for absurd sizes and past the time
 * limit; each message starts with the path.
 */
export async function readHeader(path: string, options: FileHeaderOptions = {}): Promise<MediaHeader> {
	const header = await tryReadHeader(path, options);
	if (header === "empty") throw new OnevisionError("unreadable-file", `${path}: is empty`);
	if (header === "not-media") throw new OnevisionError("unreadable-file", await notMedia(path));
	return header;
}

/** Why a file is not a medium, as one line that starts with its path: what it is instead, and what to do. */
export async function notMedia(path: string): Promise<string> {
	const found = await stat(path).catch(() => undefined);
	if (found?.isDirectory() === true) return `${path}: is a folder; give a file in it`;
	// Opening a named pipe would block until a writer appears.
	if (found?.isFile() !== true) return `${path}: is no regular file; copy its content to one`;
	const other = describeOther(await firstBytes(path), path);
	if (other === undefined) return `${path}: is none of ${FORMATS}; convert it to one of them`;
	const { what, todo } = other;
	return `${path}: is ${what}, not an image or video${todo === undefined ? "" : `; ${todo}`}`;
}

async function firstBytes(path: string): Promise<Uint8Array> {
	const handle = await open(path, "r");
	try {
		const buffer = new Uint8Array(OTHER_FORMAT_BYTES);
		const { bytesRead } = await handle.read(buffer, 0, OTHER_FORMAT_BYTES, 0);
		return buffer.subarray(0, bytesRead);
	} finally {
		await handle.close();
	}
}

/** Like `readHeader`, but returns the two ordinary reasons to skip a file as values. */
export async function tryReadHeader(
	path: string,
	options: FileHeaderOptions,
): Promise<MediaHeader | "empty" | "not-media"> {
	const { timeoutSeconds = DEFAULT_TIMEOUT_SECONDS, ...rest } = options;
	const controller = new AbortController();
	let timer: ReturnType<typeof setTimeout> | undefined;
	const timeout = new Promise<never>((_, reject) => {
		timer = setTimeout(() => {
			const why = `its header took longer than ${timeoutSeconds} s; raise timeoutSeconds or leave it out`;
			const error = new OnevisionError("over-limit", why);
			controller.abort(error);
			reject(error);
		}, timeoutSeconds * 1000);
	});
	try {
		return await Promise.race([readWithin(path, { ...rest, signal: controller.signal }), timeout]);
	} catch (error) {
		throw withPath(path, error);
	} finally {
		clearTimeout(timer);
	}
}

async function readWithin(
	path: string,
	options: VideoHeaderOptions & { readonly signal: AbortSignal },
): Promise<MediaHeader | "empty" | "not-media"> {
	const info = await stat(path);
	// Opening a named pipe would block until a writer appears.
	if (!info.isFile()) return "not-media";
	if (info.size === 0) return "empty";
	const handle = await open(path, "r");
	try {
		return (await readMediaHeader(fileSource(handle, info.size, options.signal), options)) ?? "not-media";
	} finally {
		await handle.close();
	}
}

/** A source over an open file. Reading throws the reason of an aborted signal. */
export function fileSource(handle: FileHandle, size: number, signal: AbortSignal): ByteSource {
	return {
		size,
		read: async (offset, length) => {
			signal.throwIfAborted();
			const bytes = new Uint8Array(length);
			let filled = 0;
			// A read may return less than requested, especially on network disks.
			while (filled < length) {
				const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
				if (bytesRead === 0) break;
				filled += bytesRead;
			}
			return filled === length ? bytes : bytes.subarray(0, filled);
		},
	};
}
