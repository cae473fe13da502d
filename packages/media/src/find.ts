/** Finds all media under some paths, in a fixed order, with a reason for every file skipped. */

import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join, normalize } from "node:path";
import { OnevisionError } from "@onevision/base";
import { type FileHeaderOptions, notMedia, tryReadHeader } from "./file.ts";
import type { MediaHeader } from "./header.ts";

export interface FindOptions extends FileHeaderOptions {
	/** Maximum files inspected, default 100,000. */
	readonly maxFiles?: number;
	/** Follow symbolic links inside folders, each folder once (default false: they are skipped). */
	readonly followLinks?: boolean;
	/** Return a file as often as it is given explicitly (default false: once). */
	readonly keepRepeats?: boolean;
}

export type LeftOutReason =
	/** No bytes. */
	| "empty"
	/** Not in a supported format, or not a regular file. */
	| "not-media"
	/** Damaged, missing or impossible to open. */
	| "unreadable"
	/** Too large, too slow, too deep, or beyond `maxFiles`. */
	| "over-limit"
	/** A symbolic link inside a folder. */
	| "link";

export interface LeftOut {
	readonly path: string;
	readonly reason: LeftOutReason;
	/** One line: what is wrong and what to do. */
	readonly message: string;
}

export interface FoundMedia {
	readonly path: string;
	readonly header: MediaHeader;
}

export interface MediaFound {
	/** In the order of the given paths; inside a folder by name, in code unit order. */
	readonly items: readonly FoundMedia[];
	readonly leftOut: readonly LeftOut[];
}

const DEFAULT_MAX_FILES = 100_000;
const MAX_DEPTH = 64;
/** Files open at once; about eight already keep Node's four file threads busy. */
const FILES_AT_ONCE = 16;

/** A file to read, or a path that is skipped without reading. */
type Candidate = { readonly path: string } | LeftOut;

/**
 * Reads the headers of files and of all files in folders. A path given explicitly is always read; in folders, names
 * that start with a dot are skipped. A bad file never stops the rest: it is in `leftOut`.
 */
export async function findMedia(paths: readonly string[], options: FindOptions = {}): Promise<MediaFound> {
	const items: FoundMedia[] = [];
	const leftOut: LeftOut[] = [];
	const pending: Promise<FoundMedia | LeftOut>[] = [];
	const settle = async () => {
		const found = await pending.shift();
		if (found === undefined) return;
		if ("header" in found) items.push(found);
		else leftOut.push(found);
	};
	for await (const candidate of candidates(paths, options)) {
		if (pending.length >= FILES_AT_ONCE) await settle();
		pending.push("reason" in candidate ? Promise.resolve(candidate) : readOne(candidate.path, options));
	}
	while (pending.length > 0) await settle();
	return { items, leftOut };
}

async function readOne(path: string, options: FindOptions): Promise<FoundMedia | LeftOut> {
	try {
		const header = await tryReadHeader(path, options);
		if (header === "empty") return { path, reason: "empty", message: `${path}: is empty` };
		if (header === "not-media") return { path, reason: "not-media", message: await notMedia(path) };
		return { path, header };
	} catch (error) {
		if (!(error instanceof OnevisionError)) throw error;
		return {
			path,
			reason: error.code === "over-limit" ? "over-limit" : "unreadable",
			message: error.message,
		};
	}
}

async function* candidates(paths: readonly string[], options: FindOptions): AsyncGenerator<Candidate> {
	const { maxFiles = DEFAULT_MAX_FILES } = options;
	const seen = new Set<string>();
	let count = 0;
	for (const given of paths) {
		for await (const candidate of walk(normalize(given), 0, new Set(), options.followLinks === true)) {
			const isRepeat = options.keepRepeats === true && candidate.path === normalize(given);
			if (seen.has(candidate.path) && !isRepeat) continue;
			seen.add(candidate.path);
			if (++count > maxFiles) {
				const message = `${candidate.path}: this and all later files are beyond ${maxFiles} files; raise maxFiles`;
				yield { path: candidate.path, reason: "over-limit", message };
				return;
			}
			yield candidate;
		}
	}
}

/** Files under `path`, depth first. `entered` holds the real paths of the folders already walked. */
async function* walk(
	path: string,
	depth: number,
	entered: Set<string>,
	followLinks: boolean,
): AsyncGenerator<Candidate> {
	let entries: Dirent[];
	try {
		if (!(await stat(path)).isDirectory()) {
			yield { path };
			return;
		}
		const real = await realpath(path);
		if (entered.has(real)) return;
		entered.add(real);
		entries = await readdir(path, { withFileTypes: true });
	} catch (error) {
		yield {
			path,
			reason: "unreadable",
			message: `${path}: ${openFailure(error)}`,
		};
		return;
	}
	if (depth > MAX_DEPTH) {
		yield {
			path,
			reason: "over-limit",
			message: `${path}: is more than ${MAX_DEPTH} folders deep`,
		};
		return;
	}
	entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
	for (const entry of entries) {
		if (entry.name.startsWith(".")) continue;
		const inner = join(path, entry.name);
		if (entry.isSymbolicLink() && !followLinks) {
			yield {
				path: inner,
				reason: "link",
				message: `${inner}: is a symbolic link; set followLinks or give its target`,
			};
		} else if (entry.isFile()) {
			yield { path: inner };
		} else {
			yield* walk(inner, depth + 1, entered, followLinks);
		}
	}
}

function openFailure(error: unknown): string {
	const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
	return code === "ENOENT"
		? "no such file or folder; check the path"
		: `cannot be opened (${code}); check its permissions`;
}
