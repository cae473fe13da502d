/**
 * Paths of a data set, held inside its root: what a row names is looked up below the root and nowhere else, whether it
 * leaves by "..", as an absolute path or through a link.
 */

import { lstat, realpath } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve, sep } from "node:path";
import { type Refusal, refuse } from "../left-out.ts";

/** Longest path that is looked up, characters: over the limit of every file system. */
const MAX_PATH_LENGTH = 4096;
/** Folders whose real path is kept; the oldest go first. */
const MAX_KNOWN_FOLDERS = 10_000;

export interface DataRoot {
	/** Real path of the folder. */
	readonly path: string;
	/** The real path of a file that a row names, a regular file inside the root, or why it is none. */
	find(name: string): Promise<{ readonly path: string; readonly size: number } | Refusal>;
}

/** Throws what `realpath` throws when the folder is not there. */
export async function openDataRoot(folder: string): Promise<DataRoot> {
	const root = await realpath(folder);
	const inside = (path: string): boolean =>
		path === root || path.startsWith(root.endsWith(sep) ? root : `${root}${sep}`);
	const folders = new Map<string, Promise<string>>();
	const realFolder = (path: string): Promise<string> => {
		const known = folders.get(path);
		if (known !== undefined) return known;
		const found = realpath(path);
		// A failure is reported by whoever awaits it.
		found.catch(() => undefined);
		if (folders.size >= MAX_KNOWN_FOLDERS) {
			const [oldest] = folders.keys();
			if (oldest !== undefined) folders.delete(oldest);
		}
		folders.set(path, found);
		return found;
	};
	const locate = async (
		name: string,
	): Promise<{ readonly path: string; readonly size: number } | Refusal> => {
		const given = isAbsolute(name) ? resolve(name) : join(root, name);
		const folder = await realFolder(dirname(given));
		const entry = join(folder, given.slice(dirname(given).length).replace(/^[/\\]/, ""));
		if (!inside(folder)) return outside(name);
		let info = await lstat(entry);
		let path = entry;
		if (info.isSymbolicLink()) {
			path = await realpath(entry);
			if (!inside(path)) return outside(name);
			info = await lstat(path);
		}
		if (!info.isFile()) return refuse("unreadable-media", `${name}: is no regular file`);
		return { path, size: info.size };
	};
	return {
		path: root,
		find: async (name) => {
			if (name === "" || name.length > MAX_PATH_LENGTH || name.includes("\0")) {
				return refuse("missing-media", `${JSON.stringify(name.slice(0, 80))}: no file has this name`);
			}
			const given = isAbsolute(name) ? resolve(name) : join(root, name);
			// Told before the disk is asked: what lies outside stays unknown.
			if (!inside(given) && !isAbsolute(name)) return outside(name);
			try {
				return await locate(name);
			} catch (error) {
				if (!(error instanceof Error && "code" in error && "syscall" in error)) throw error;
				if (!inside(given)) return outside(name);
				const code = String(error.code);
				return code === "ENOENT" || code === "ENOTDIR"
					? refuse("missing-media", `${name}: no such file`)
					: refuse("unreadable-media", `${name}: cannot be opened (${code})`);
			}
		},
	};
}

function outside(name: string): Refusal {
	return refuse("outside-root", `${name}: is outside the data root; name the root that holds it`);
}
