/** Atomic file writes. */

import { createHash } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { OnevisionError } from "./errors.ts";

/**
 * Writes a file so that it is at any moment either the old one or the new one: to a temporary file beside it, flushed to
 * disk, then renamed over it. A part's memory may be reused once the next is requested. Throws `unwritable-file`, or what
 * producing a part throws; the temporary file is then removed.
 */
export async function writeAtomically(
	path: string,
	parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
	const beside = besideOf(path);
	const writing = <T>(step: Promise<T>): Promise<T> =>
		step.catch((error) => Promise.reject(refused(path, error)));
	const file = await writing(open(beside, "w"));
	try {
		try {
			for await (const part of parts) await writing(file.writeFile(part));
			await writing(file.sync());
		} finally {
			await file.close();
		}
		await writing(rename(beside, path));
	} catch (error) {
		await rm(beside, { force: true });
		throw error;
	}
	await syncFolder(dirname(path));
}

/** Longest file name on common file systems (NAME_MAX), bytes. */
const MAX_NAME_BYTES = 255;

/**
 * Distinguishes the temporary files of runs that may overlap, such as a job requeued while its first copy lives on:
 * each names itself in ONEVISION_ATTEMPT. Without it, a run that follows a killed one overwrites its leftovers.
 */
export function attemptSuffix(): string {
	const attempt = process.env.ONEVISION_ATTEMPT ?? "";
	return /^[\w-]{1,64}$/.test(attempt) ? `.${attempt}` : "";
}

/** The temporary file of `path`. */
function besideOf(path: string): string {
	const name = `.${basename(path)}${attemptSuffix()}.part`;
	if (Buffer.byteLength(name) <= MAX_NAME_BYTES) return join(dirname(path), name);
	const short = createHash("sha256").update(basename(path)).digest("hex").slice(0, 32);
	return join(dirname(path), `.${short}.part`);
}

function refused(path: string, error: unknown): OnevisionError {
	const { code = "unknown" } = error as NodeJS.ErrnoException;
	return new OnevisionError("unwritable-file", `${path}: cannot be written (${code})`);
}

/** Flushes a folder, which makes a rename in it durable; skipped where folders cannot be opened. */
async function syncFolder(path: string): Promise<void> {
	let folder: FileHandle | undefined;
	try {
		folder = await open(path, "r");
		await folder.sync();
	} catch (error) {
		if (!["EISDIR", "EPERM", "EINVAL", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? ""))
			throw error;
	} finally {
		await folder?.close();
	}
}
