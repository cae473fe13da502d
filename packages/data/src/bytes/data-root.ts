/**
 * Confines a data set's paths to its root. A name in a row is resolved below the root only, whether it tries to leave
 * through "..", an absolute path or a link.
 */

import { closeSync, constants, fstatSync, lstatSync, openSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, join, resolve, sep } from "node:path";
import { isRefusal, type Refusal, refuse } from "../left-out.ts";

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
	find(name: string): { readonly path: string; readonly size: number } | Refusal;
	/** Opens such a file to read it; whoever takes it closes it. Throws the errors of `open`. */
	open(name: string): OpenedFile | Refusal;
}

interface OpenedFile {
	/** Its real path. */
	readonly path: string;
	/** Its descriptor. */
	readonly file: number;
	readonly size: number;
}

/** Opens no link, and does not wait at a named pipe. Absent where a link cannot be told so (Windows). */
const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants as Readonly<Record<string, number | undefined>>;
const NO_LINK = O_NOFOLLOW === undefined ? undefined : (O_RDONLY ?? 0) | (O_NONBLOCK ?? 0) | O_NOFOLLOW;

/** Throws the errors of `realpath` if the folder does not exist. */
export function openDataRoot(folder: string): DataRoot {
	const root = realpathSync.native(folder);
	const inside = (path: string): boolean =>
		path === root || path.startsWith(root.endsWith(sep) ? root : `${root}${sep}`);
	const folders = new Map<string, string>();
	const realFolder = (path: string): string => {
		const known = folders.get(path);
		if (known !== undefined) return known;
		const found = realpathSync.native(path);
		if (folders.size >= MAX_KNOWN_FOLDERS) {
			const [oldest] = folders.keys();
			if (oldest !== undefined) folders.delete(oldest);
		}
		folders.set(path, found);
		return found;
	};
	const locate = (name: string): { readonly path: string; readonly size: number } | Refusal => {
		const given = isAbsolute(name) ? resolve(name) : join(root, name);
		const folder = realFolder(dirname(given));
		const entry = join(folder, given.slice(dirname(given).length).replace(/^[/\\]/, ""));
		if (!inside(folder)) return outside(name);
		let info = lstatSync(entry);
		let path = entry;
		if (info.isSymbolicLink()) {
			path = realpathSync.native(entry);
			if (!inside(path)) return outside(name);
			info = lstatSync(path);
		}
		if (!info.isFile()) return refuse("unreadable-media", `${name}: is no regular file`);
		return { path, size: info.size };
	};
	const find: DataRoot["find"] = (name) => {
		if (name === "" || name.length > MAX_PATH_LENGTH || name.includes("\0")) {
			return refuse("missing-media", `${JSON.stringify(name.slice(0, 80))}: no file has this name`);
		}
		const given = isAbsolute(name) ? resolve(name) : join(root, name);
		// Rejected without touching the disk, so that nothing outside the root is revealed.
		if (!inside(given) && !isAbsolute(name)) return outside(name);
		try {
			return locate(name);
		} catch (error) {
			if (!(error instanceof Error && "code" in error && "syscall" in error)) throw error;
			if (!inside(given)) return outside(name);
			const code = String(error.code);
			return code === "ENOENT" || code === "ENOTDIR"
				? refuse("missing-media", `${name}: no such file`)
				: refuse("unreadable-media", `${name}: cannot be opened (${code})`);
		}
	};
	/** Real paths of folders below the root, by their names in rows, with a separator behind. */
	const prefixes = new Map<string, string>();
	const prefixOf = (name: string): string | undefined => {
		if (isAbsolute(name) || !inside(join(root, name))) return undefined;
		try {
			const folder = realFolder(join(root, name));
			return inside(folder) ? `${folder}${sep}` : undefined;
		} catch {
			return undefined;
		}
	};
	/** Opens a file in a known folder at once, unless its name is unusual; `undefined` if that is not to be. */
	const openKnown = (name: string): OpenedFile | undefined => {
		const slash = name.lastIndexOf("/");
		const base = name.slice(slash + 1);
		if (NO_LINK === undefined || name.length > MAX_PATH_LENGTH || !isPlain(base)) return undefined;
		const folder = name.slice(0, Math.max(0, slash));
		if (slash === 0) return undefined;
		const prefix = prefixes.get(folder) ?? prefixOf(folder);
		if (prefix === undefined) return undefined;
		if (prefixes.size >= MAX_KNOWN_FOLDERS) prefixes.clear();
		prefixes.set(folder, prefix);
		const path = prefix + base;
		let file: number;
		try {
			file = openSync(path, NO_LINK);
		} catch {
			return undefined;
		}
		const info = fstatSync(file);
		if (info.isFile()) return { path, file, size: info.size };
		closeSync(file);
		return undefined;
	};
	return {
		path: root,
		find,
		open: (name) => {
			const known = openKnown(name);
			if (known !== undefined) return known;
			const found = find(name);
			return isRefusal(found) ? found : { ...found, file: openSync(found.path, "r") };
		},
	};
}

/** Whether this can only be the name of an entry of a folder. */
function isPlain(base: string): boolean {
	return base !== "" && base !== "." && base !== ".." && !base.includes("\\") && !base.includes("\0");
}

function outside(name: string): Refusal {
	return refuse("outside-root", `${name}: is outside the data root; name the root that holds it`);
}
