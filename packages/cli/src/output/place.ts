/**
 * Checks where an output goes before any work is done, so that an unwritable location fails at once, and writes files
 * atomically. Creates the last folder of a path if it is missing; the parent folders must exist.
 */

import { randomUUID } from "node:crypto";
import { lstat, mkdir, open, realpath, rm, rmdir, stat, statfs } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { formatBytes, OnevisionError } from "@onevision/base";
import { writeAtomically } from "@onevision/base/node";
import type { Terminal } from "../terminal.ts";

/** The option that names the location, for messages. */
const OPTION = "--out";

/** Throws `invalid-input` or `unwritable-file` unless a file can be written there. Leaves nothing behind. */
export async function assertFilePlace(terminal: Terminal, out: string): Promise<void> {
	if (out.trim() === "") throw new OnevisionError("invalid-input", `${OPTION}: give the name of a file`);
	if (/[/\\]$/.test(out)) {
		throw new OnevisionError("invalid-input", `${OPTION} ${out}: names a folder; give the name of a file`);
	}
	const file = resolve(terminal.cwd, out);
	const found = await lookAt(out, file);
	if (found === "folder") {
		throw new OnevisionError("unwritable-file", `${OPTION} ${out}: is a folder; give the name of a file`);
	}
	await withFolder(out, dirname(file), () => probe(out, dirname(file)));
}

/** Throws `invalid-input` or `unwritable-file` unless files can be written into this folder, existing or new. */
export async function assertFolderPlace(terminal: Terminal, out: string): Promise<void> {
	if (out.trim() === "") throw new OnevisionError("invalid-input", `${OPTION}: give the name of a folder`);
	const folder = resolve(terminal.cwd, out);
	if ((await lookAt(out, folder)) === "file") {
		throw new OnevisionError("unwritable-file", `${OPTION} ${out}: is a file; give the name of a folder`);
	}
	await withFolder(out, folder, () => probe(out, folder));
}

/** Throws `unwritable-file` if the disk has less free space than this many bytes. */
export async function assertRoom(terminal: Terminal, out: string, needed: number): Promise<void> {
	let place = dirname(resolve(terminal.cwd, out));
	while ((await stat(place).catch(() => undefined)) === undefined && dirname(place) !== place)
		place = dirname(place);
	const disk = await statfs(place).catch(() => undefined);
	if (disk === undefined) return;
	const free = disk.bavail * disk.bsize;
	// Some file systems do not report free space: 0 of 0.
	if (disk.blocks === 0 || needed <= free) return;
	throw new OnevisionError(
		"unwritable-file",
		`${OPTION} ${out}: takes ${formatBytes(needed)} and the disk has ${formatBytes(free)} free; make room or write fewer files at once`,
	);
}

/**
 * Writes a file atomically, creating its folder if needed; `within` is a folder that contains all outputs. Throws
 * `unwritable-file`, or the errors of producing the parts.
 */
export async function writeOutput(
	terminal: Terminal,
	out: string,
	parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
	within?: string,
): Promise<void> {
	const file = resolve(terminal.cwd, out);
	const folder = dirname(file);
	const made = within === undefined ? folder : resolve(terminal.cwd, within);
	const isMade = await makeFolder(out, made);
	if (within !== undefined) {
		await mkdir(folder, { recursive: true }).catch((error: unknown) => refuse(out, error));
	}
	try {
		// Write to the target of a link: a rename would replace the link itself.
		await writeAtomically(await realpath(file).catch(() => file), parts);
	} catch (error) {
		if (isMade) await rmdir(made).catch(() => undefined);
		if (error instanceof OnevisionError && error.code === "unwritable-file") {
			throw new OnevisionError(
				"unwritable-file",
				`${OPTION} ${out}: ${why(/\((\w+)\)$/.exec(error.message)?.[1])}`,
			);
		}
		throw error;
	}
}

/** What exists at the path. Throws if it is neither a file nor a folder, and for a dangling link. */
async function lookAt(out: string, path: string): Promise<"file" | "folder" | undefined> {
	const found = await stat(path).catch((error: unknown) => absent(out, error));
	if (found === undefined) {
		const link = await lstat(path).catch((error: unknown) => absent(out, error));
		if (link === undefined) return undefined;
		throw new OnevisionError(
			"unwritable-file",
			`${OPTION} ${out}: is a link that leads nowhere; remove it, or make what it leads to`,
		);
	}
	if (found.isDirectory()) return "folder";
	if (found.isFile()) return "file";
	throw new OnevisionError(
		"unwritable-file",
		`${OPTION} ${out}: is neither a file nor a folder; give another name`,
	);
}

/** Nothing exists there, or nothing can; checking the parent folder gives the details. */
function absent(out: string, error: unknown): undefined {
	const { code } = error as NodeJS.ErrnoException;
	return code === "ENOENT" ? undefined : refuse(out, error);
}

/** Runs `use` while the folder exists. If it was created for this, removes it afterward. */
async function withFolder(out: string, folder: string, use: () => Promise<void>): Promise<void> {
	const isMade = await makeFolder(out, folder);
	try {
		await use();
	} finally {
		if (isMade) await rmdir(folder).catch(() => undefined);
	}
}

/**
 * Creates one folder; true if it did not exist. Never `recursive`: Node loops forever where a folder cannot exist, as
 * in /proc.
 */
async function makeFolder(out: string, folder: string): Promise<boolean> {
	try {
		await mkdir(folder);
		return true;
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		const found = await stat(folder).catch(() => undefined);
		if (found?.isDirectory()) return false;
		if (code === "EEXIST") {
			throw new OnevisionError(
				"unwritable-file",
				`${OPTION} ${out}: ${folder} is no folder; give another name`,
			);
		}
		const above = dirname(folder);
		if (code === "ENOENT" && (await stat(above).catch(() => undefined)) === undefined) {
			throw new OnevisionError(
				"unwritable-file",
				`${OPTION} ${out}: there is no folder ${above}; make it first`,
			);
		}
		return refuse(out, error);
	}
}

/** Whether a file can be created in a folder. Trying is the only way to know. */
async function probe(out: string, folder: string): Promise<void> {
	const path = join(folder, `.onevision-${randomUUID()}`);
	try {
		const handle = await open(path, "wx");
		await handle.close();
	} catch (error) {
		refuse(out, error);
	}
	await rm(path, { force: true });
}

function refuse(out: string, error: unknown): never {
	const { code } = error as NodeJS.ErrnoException;
	throw new OnevisionError("unwritable-file", `${OPTION} ${out}: ${why(code)}`);
}

/** Advice for each system error (errno.h). */
const REASONS: Readonly<Record<string, string>> = {
	EACCES: "no permission; give a place where you may write",
	EPERM: "no permission; give a place where you may write",
	EROFS: "the file system is read-only; give another place",
	ENOTDIR: "a part of it is a file and not a folder; give another name",
	ENAMETOOLONG: "the name is too long; give a shorter one",
	ELOOP: "its links lead in a circle; give another name",
	ENOSPC: "the disk is full; make room or give another place",
	EDQUOT: "your share of the disk is full; make room or give another place",
	EFBIG: "the file system takes no file so large; give another place",
	ENOENT: "nothing can be made there; give another place",
};

function why(code: string | undefined): string {
	return `cannot be written (${code ?? "unknown"}): ${REASONS[code ?? ""] ?? "give another place"}`;
}
