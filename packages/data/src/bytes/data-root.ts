/**
 * Confines a data set's paths to its root. A name in a row is resolved below the root only, whether it tries to leave
 * through "..", an absolute path or a link.
 */

import { lstat, realpath } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve, sep } from "node:path";
import { type Refusal, refuse } from "../left-out.ts";

/** Maximum path length, in characters; above the limit of every file system. */
const MAX_PATH_LENGTH = 4096;
/** Folders whose real path is cached; the oldest are dropped first. */
const MAX_KNOWN_FOLDERS = 10_000;

export interface DataRoot {
	/** Real path of the folder. */
	readonly path: string;
	/**
	 * The real path of a file that a row names, if it is a regular file inside the root; otherwise the reason it is
	 * not.
	 */
	find(name: string): Promise<{ readonly path: string; readonly size: number } | Refusal>;
}

/** Throws the errors of `realpath` if the folder does not exist. */
export async function openDataRoot(folder: string): Promise<DataRoot> {
	const root = await realpath(folder);
	const inside = (path: string): boolean =>
		path === root || path.startsWith(root.endsWith(sep) ? root : `${root}${sep}`);
	const folders = new Map<string, Promise<string>>();
	const realFolder = (path: string): Promise<string> => {
		const known = folders.get(path);
		if (known !== undefined) return known;
		const found = realpath(path);
		// Whoever awaits it reports the failure.
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
			// Rejected without touching the disk, so that nothing outside the root is revealed.
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
