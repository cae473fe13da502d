/** Files that requests may name: those below the `--root` folders, after every link is followed. */

import { resolve } from "node:path";
import { OnevisionError } from "@onevision/base";
import { openDataRoot } from "@onevision/data";

export interface FileRoots {
	/** The real path of a regular file below a root; throws for any other, without saying whether it exists. */
	file(name: string, where: string): Promise<string>;
	/** The real path of a file or folder below a root. */
	place(name: string, where: string): Promise<string>;
	readonly count: number;
}

/** Throws `unreadable-file` for a root that does not exist. */
export async function openRoots(folders: readonly string[]): Promise<FileRoots> {
	const roots = await Promise.all(
		folders.map((folder) =>
			openDataRoot(folder).catch(() => {
				throw new OnevisionError("unreadable-file", `--root ${folder}: no such folder; give one that exists`);
			}),
		),
	);
	const refuse = (where: string): OnevisionError =>
		new OnevisionError(
			"unreadable-file",
			roots.length === 0
				? `${where}: no files are served; start the server with --root, or send the bytes`
				: `${where}: no such file below the folders that are served; name one below them, or send the bytes`,
		);
	return {
		count: roots.length,
		file: async (name, where) => {
			for (const root of roots) {
				const found = await root.find(name);
				if ("path" in found) return found.path;
			}
			throw refuse(where);
		},
		place: async (name, where) => {
			const { realpath } = await import("node:fs/promises");
			for (const root of roots) {
				if (name === "" || name.includes("\0")) break;
				const real = await realpath(resolve(root.path, name)).catch(() => undefined);
				if (real === root.path || real?.startsWith(`${root.path}/`)) return real;
			}
			throw refuse(where);
		},
	};
}
