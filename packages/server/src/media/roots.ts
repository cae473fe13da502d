/** Files and folders that requests may name: those below the `--root` folders, after every link is followed. */

import { realpath, stat } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { OnevisionError } from "@onevision/base";

export interface FileRoots {
	/** The real path of a regular file below a root; throws for any other, without saying whether it exists. */
	file(name: string, where: string): Promise<string>;
	/** The real path of a file or folder below a root. */
	place(name: string, where: string): Promise<string>;
}

const MAX_PATH_LENGTH = 4096;

/** Throws `unreadable-file` for a root that does not exist. */
export async function openRoots(folders: readonly string[]): Promise<FileRoots> {
	const roots: string[] = [];
	for (const folder of folders) {
		const root = await realpath(folder).catch(() => undefined);
		if (root === undefined) {
			throw new OnevisionError("unreadable-file", `--root ${folder}: no such folder; give one that exists`);
		}
		roots.push(root);
	}
	const refuse = (where: string): OnevisionError =>
		new OnevisionError(
			"unreadable-file",
			roots.length === 0
				? `${where}: no files are served; start the server with --root, or send the bytes`
				: `${where}: no such file below the folders that are served; name one below them, or send the bytes`,
		);
	// Links are followed anew each time: a folder may have become one since.
	const place = async (name: string, where: string): Promise<string> => {
		if (name === "" || name.length > MAX_PATH_LENGTH || name.includes("\0")) throw refuse(where);
		for (const root of roots) {
			const real = await realpath(resolve(root, name)).catch(() => undefined);
			if (real === root || real?.startsWith(root.endsWith(sep) ? root : `${root}${sep}`)) return real;
		}
		throw refuse(where);
	};
	return {
		place,
		file: async (name, where) => {
			const real = await place(name, where);
			// Reading a pipe may never end.
			if ((await stat(real)).isFile()) return real;
			throw refuse(where);
		},
	};
}
