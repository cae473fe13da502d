/** Files written whole or not at all. */

import { createHash } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { OnevisionError } from "./errors.ts";

/**
 * Writes a file so that it is at every moment either the old one or the new one: to a file beside it, flushed to disk,
 * then renamed over it. `parts` follow one another; each may be used again once the next is asked for. Throws
 * `unwritable-file`, or what making a part throws; nothing is left beside it then.
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

/** Most bytes of a file's name that file systems take (NAME_MAX). */
const MAX_NAME_BYTES = 255;

/** The file that is written in place of `path` until it is whole. */
function besideOf(path: string): string {
	const name = `.${basename(path)}.part`;
	if (Buffer.byteLength(name) <= MAX_NAME_BYTES) return join(dirname(path), name);
	const short = createHash("sha256").update(basename(path)).digest("hex").slice(0, 32);
	return join(dirname(path), `.${short}.part`);
}

function refused(path: string, error: unknown): OnevisionError {
	const { code = "unknown" } = error as NodeJS.ErrnoException;
	return new OnevisionError("unwritable-file", `${path}: cannot be written (${code})`);
}

/** A rename is on disk once its folder is; systems that cannot open folders do without. */
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
