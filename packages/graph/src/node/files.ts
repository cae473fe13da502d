/** Checkpoint files: written whole or not at all, read with a limit. */

import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { GraphError } from "../errors.ts";
import { decodeState, encodeState, type TrainingState } from "../train/state.ts";

/** The largest checkpoint, in bytes: what Node reads into one buffer. */
export const MAX_CHECKPOINT_BYTES = 2 ** 31 - 1;

/** Writes a training state, whole or not at all. Throws `unwritable-file`, and `over-limit` for one that could not be read again. */
export async function saveCheckpoint(path: string, state: TrainingState): Promise<void> {
	const bytes = encodeState(state);
	checkSize(path, bytes.length);
	await writeWhole(path, [bytes]);
}

/**
 * Writes a file so that it is at every moment either the old one or the new one: to a file beside it, flushed to disk,
 * then renamed over it. `parts` follow one another. Throws `unwritable-file`.
 */
export async function writeWhole(path: string, parts: readonly Uint8Array[]): Promise<void> {
	const beside = join(dirname(path), `.${basename(path)}.part`);
	try {
		const file = await open(beside, "w");
		try {
			for (const part of parts) await file.writeFile(part);
			await file.sync();
		} finally {
			await file.close();
		}
		await rename(beside, path);
	} catch (error) {
		await rm(beside, { force: true });
		const { code = "unknown" } = error as NodeJS.ErrnoException;
		throw new GraphError("unwritable-file", `${path}: cannot be written (${code})`);
	}
	await syncFolder(dirname(path));
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

/** The state in a checkpoint file. Throws `unreadable-file` when it is damaged, missing or no checkpoint. */
export async function loadCheckpoint(path: string): Promise<TrainingState> {
	const bytes = await read(path);
	try {
		return decodeState(bytes);
	} catch (error) {
		if (error instanceof GraphError) throw new GraphError(error.code, `${path}: ${error.message}`);
		throw error;
	}
}

async function read(path: string): Promise<Uint8Array> {
	let file: FileHandle | undefined;
	try {
		file = await open(path, "r");
		const { size } = await file.stat();
		checkSize(path, size);
		return await file.readFile();
	} catch (error) {
		if (error instanceof GraphError) throw error;
		const { code = "unknown" } = error as NodeJS.ErrnoException;
		throw new GraphError("unreadable-file", `${path}: cannot be read (${code})`);
	} finally {
		await file?.close();
	}
}

function checkSize(path: string, bytes: number): void {
	if (bytes > MAX_CHECKPOINT_BYTES) {
		throw new GraphError(
			"over-limit",
			`${path}: ${bytes} bytes; a checkpoint has at most ${MAX_CHECKPOINT_BYTES}`,
		);
	}
}
