/** Reads snapshots from local folders: a download, the Hub cache, or the output of a training run. */

import { type FileHandle, open, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { OnevisionError } from "@onevision/base";
import {
	MAX_CONFIG_BYTES,
	readSnapshot,
	type Snapshot,
	type SnapshotSource,
	tooLarge,
	unreadable,
} from "./snapshot-source.ts";

/**
 * Reads the checkpoint in a folder and names it after the folder; `label` stands for the folder in messages. Throws
 * as `readSnapshot` does.
 */
export async function readSnapshotFolder(folder: string, label = folder): Promise<Snapshot> {
	const path = resolve(folder);
	return readSnapshot(await folderSource(path, label), basename(path));
}

async function folderSource(folder: string, label: string): Promise<SnapshotSource> {
	const isFolder = await stat(folder).then(
		(found) => found.isDirectory(),
		(error: NodeJS.ErrnoException) => {
			throw unreadable(label, error.code === "ENOENT" ? "no such folder" : error.code);
		},
	);
	if (!isFolder) throw unreadable(label, "not a folder; give the one that holds config.json");
	return {
		label,
		read: (name) => readText(join(folder, name), `${label}/${name}`),
		// A path on the machine that trained the adapter, or one next to the adapter's folder.
		findBase: async (base) => {
			for (const candidate of [resolve(folder, base), resolve(dirname(folder), base)]) {
				const found = candidate !== folder && (await stat(candidate).catch(() => undefined))?.isDirectory();
				if (found === true) return folderSource(candidate, candidate);
			}
			return undefined;
		},
	};
}

/**
 * The text of a file, undefined if there is none. Reads only regular files and links to them, since reading a pipe
 * may never end.
 */
async function readText(path: string, label: string): Promise<string | undefined> {
	let file: FileHandle | undefined;
	try {
		if (!(await stat(path)).isFile()) throw unreadable(label, "not a regular file");
		file = await open(path, "r");
		const { size } = await file.stat();
		if (size > MAX_CONFIG_BYTES) throw tooLarge(label);
		return await file.readFile("utf8");
	} catch (error) {
		if (error instanceof OnevisionError) throw error;
		const { code } = error as NodeJS.ErrnoException;
		if (code === "ENOENT") return undefined;
		throw unreadable(label, code);
	} finally {
		await file?.close();
	}
}
