/** Inspects a path, as far as needed to detect its format. */

import { open, readdir, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { OnevisionError } from "@onevision/base";
import type { Place } from "./reader.ts";

const HEAD_BYTES = 64 * 1024;

/** Throws `unreadable-file` if the path does not exist, cannot be opened, or is neither file nor folder. */
export async function lookAt(given: string): Promise<Place> {
	const path = resolve(given);
	try {
		const info = await stat(path);
		if (info.isDirectory()) {
			return { path, names: (await readdir(path)).sort(), head: new Uint8Array(0), size: 0 };
		}
		// Opening a named pipe would block until a writer appears.
		if (!info.isFile()) throw new OnevisionError("unreadable-file", `${given}: is no regular file`);
		return { path, head: await headOf(path), size: info.size };
	} catch (error) {
		if (!(error instanceof Error && "code" in error && "syscall" in error)) throw error;
		const { code } = error as NodeJS.ErrnoException;
		const why = code === "ENOENT" ? "no such file or folder" : `cannot be opened (${code})`;
		throw new OnevisionError("unreadable-file", `${given}: ${why}; check the path`);
	}
}

async function headOf(path: string): Promise<Uint8Array> {
	const handle = await open(path, "r");
	try {
		const { bytesRead, buffer } = await handle.read(new Uint8Array(HEAD_BYTES), 0, HEAD_BYTES, 0);
		return buffer.subarray(0, bytesRead);
	} finally {
		await handle.close();
	}
}
