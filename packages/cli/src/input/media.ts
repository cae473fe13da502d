/** Files and folders on the command line → media items and samples, with a line for every file left out. */

import { basename, relative, resolve } from "node:path";
import { OnevisionError, type Sample } from "@onevision/core";
import type { VideoHeader } from "@onevision/media";
import { type FoundMedia, findMedia, type Grouping, type LeftOut, samplesOf } from "@onevision/media/node";
import type { Terminal } from "../terminal.ts";

export interface ReadMedia {
	readonly files: readonly FoundMedia[];
	readonly leftOut: readonly LeftOut[];
}

/** Headers of all media under the paths. Throws when there is none at all. */
export async function readMedia(
	terminal: Terminal,
	paths: readonly string[],
	applyOrientation: boolean,
	keepRepeats = false,
): Promise<ReadMedia> {
	const absolute = paths.map((path) => resolve(terminal.cwd, path));
	if (terminal.showsProgress) terminal.err("reading headers…\r");
	const { items, leftOut } = await findMedia(absolute, { applyOrientation, keepRepeats });
	if (terminal.showsProgress) terminal.err("                \r");
	if (items.length === 0) {
		const reason = leftOut[0]?.message ?? `${paths.join(", ")}: holds no files`;
		const more = leftOut.length > 1 ? ` (and ${leftOut.length - 1} more)` : "";
		throw new OnevisionError("unreadable-file", `no media to read: ${reason}${more}`);
	}
	for (const { path, header } of items) {
		if (header.kind === "video") terminal.err(tracksNote(shorten(terminal.cwd, path), header));
	}
	return { files: items, leftOut };
}

/** A path as short as it stays clear: relative inside the working folder, else as it is. */
export function shorten(cwd: string, path: string): string {
	const inside = relative(cwd, path);
	return inside === "" ? basename(path) : inside.startsWith("..") ? path : inside;
}

/** Which of several video tracks is read; nothing for a lone one. */
export function tracksNote(path: string, { tracks, track, width, height }: VideoHeader): string {
	if (tracks === undefined || track === undefined) return "";
	const which = `the main one is read, number ${track + 1}, ${width}x${height}`;
	return `note: ${path}: holds ${tracks} video tracks; ${which}\n`;
}

/** Samples of one folder, as a plan sees them. */
export async function readSamples(
	terminal: Terminal,
	folder: string,
	grouping: Grouping,
): Promise<{
	readonly samples: readonly Sample[];
	readonly groups: number;
	readonly leftOut: readonly LeftOut[];
}> {
	const { files, leftOut } = await readMedia(terminal, [folder], false);
	return { ...samplesOf(files, [resolve(terminal.cwd, folder)], grouping), leftOut };
}

/** Tells about files left out, a few by name. Files that are no media at all are only counted. */
export function reportLeftOut(terminal: Terminal, leftOut: readonly LeftOut[]): void {
	const others = leftOut.filter(({ reason }) => reason === "not-media").length;
	const failed = leftOut.filter(({ reason }) => reason !== "not-media");
	for (const { message } of failed.slice(0, 10)) terminal.err(`left out: ${message}\n`);
	if (failed.length > 10) terminal.err(`left out: ${failed.length - 10} more files\n`);
	if (others > 0)
		terminal.err(`left out: ${others === 1 ? "1 file that is" : `${others} files that are`} no media\n`);
}
