/** A file written piece by piece that appears whole, under its name, when it is committed. */

import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { OnevisionError } from "@onevision/base";
import { attemptSuffix } from "@onevision/base/node";

export interface FileSink {
	write(piece: string | Uint8Array): Promise<void>;
	/** Flushes the file to disk and gives it its name. */
	commit(): Promise<void>;
	/** Removes what was written. */
	discard(): Promise<void>;
}

/** Bytes gathered before they are written. */
const BUFFER_BYTES = 1024 * 1024;

/** Throws `unwritable-file`, here and in every call. */
export async function createFileSink(path: string): Promise<FileSink> {
	const beside = join(dirname(path), `.${basename(path)}${attemptSuffix()}.part`);
	const writing = async <T>(step: Promise<T>): Promise<T> => {
		try {
			return await step;
		} catch (error) {
			const { code = "unknown" } = error as NodeJS.ErrnoException;
			throw new OnevisionError("unwritable-file", `${path}: cannot be written (${code})`);
		}
	};
	await writing(mkdir(dirname(path), { recursive: true }));
	const file: FileHandle = await writing(open(beside, "w"));
	let gathered: Uint8Array[] = [];
	let bytes = 0;
	const flush = async (): Promise<void> => {
		const pieces = gathered;
		gathered = [];
		bytes = 0;
		if (pieces.length > 0) await writing(file.writeFile(Buffer.concat(pieces)));
	};
	return {
		write: async (piece) => {
			const chunk = typeof piece === "string" ? Buffer.from(piece) : piece;
			gathered.push(chunk);
			bytes += chunk.byteLength;
			if (bytes >= BUFFER_BYTES) await flush();
		},
		commit: async () => {
			await flush();
			await writing(file.sync());
			await file.close();
			await writing(rename(beside, path));
		},
		discard: async () => {
			await file.close();
			await rm(beside, { force: true });
		},
	};
}
