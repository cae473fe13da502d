/** Checkpoint files: written atomically, read with a size limit. */

import { type FileHandle, open } from "node:fs/promises";
import { OnevisionError } from "@onevision/base";
import { writeAtomically } from "@onevision/base/node";
import { decodeState, encodeState, type TrainingState } from "../train/state.ts";

/** Largest checkpoint, bytes: what Node reads into one buffer. */
const MAX_CHECKPOINT_BYTES = 2 ** 31 - 1;

/** Writes a training state atomically. Throws `unwritable-file`, and `over-limit` above `MAX_CHECKPOINT_BYTES`. */
export async function saveCheckpoint(path: string, state: TrainingState): Promise<void> {
	const bytes = encodeState(state);
	checkSize(path, bytes.length);
	await writeAtomically(path, [bytes]);
}

/** The state in a checkpoint file. Throws `unreadable-file` when it is damaged, missing or no checkpoint. */
export async function loadCheckpoint(path: string): Promise<TrainingState> {
	const bytes = await read(path);
	try {
		return decodeState(bytes);
	} catch (error) {
		if (error instanceof OnevisionError) throw new OnevisionError(error.code, `${path}: ${error.message}`);
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
		if (error instanceof OnevisionError) throw error;
		const { code = "unknown" } = error as NodeJS.ErrnoException;
		throw new OnevisionError("unreadable-file", `${path}: cannot be read (${code})`);
	} finally {
		await file?.close();
	}
}

function checkSize(path: string, bytes: number): void {
	if (bytes > MAX_CHECKPOINT_BYTES) {
		throw new OnevisionError(
			"over-limit",
			`${path}: ${bytes} bytes; a checkpoint has at most ${MAX_CHECKPOINT_BYTES}`,
		);
	}
}
