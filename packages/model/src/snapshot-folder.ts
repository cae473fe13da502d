/** Snapshots from folders on disk: a download, the hub's cache, the output of a training run. */

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

/** The checkpoint in a folder, named after it; `label` is the folder's name in messages. Throws as `readSnapshot` does. */
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
		// A path of the machine it was trained on, or one beside the adapter's folder.
		findBase: async (base) => {
			for (const candidate of [resolve(folder, base), resolve(dirname(folder), base)]) {
				const found = candidate !== folder && (await stat(candidate).catch(() => undefined))?.isDirectory();
				if (found === true) return folderSource(candidate, candidate);
			}
			return undefined;
		},
	};
}

/** The text of a file, undefined when there is none. Only regular files and links to them: reading a pipe never ends. */
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
