/** Turns files and folders on the command line into media items and samples, with a line for every file skipped. */

import { resolve } from "node:path";
import { OnevisionError } from "@onevision/base";
import type { Sample } from "@onevision/core";
import type { FileLoading, VideoHeader } from "@onevision/media";
import {
	type FoundMedia,
	findMedia,
	type Grouping,
	type LeftOut,
	type LeftOutReason,
	samplesOf,
	storedOrientation,
} from "@onevision/media/node";
import { missingLines } from "../render/left-out.ts";
import { turnedNote } from "../render/turned.ts";
import type { Terminal } from "../terminal.ts";
import { shorten } from "./shorten.ts";

export interface ReadMedia {
	readonly files: readonly FoundMedia[];
	readonly leftOut: readonly LeftOut[];
}

/**
 * Reads the headers of all media under the paths, and reports how rotated ones are handled. Throws if there are none.
 */
export async function readMedia(
	terminal: Terminal,
	paths: readonly string[],
	loading: FileLoading,
	keepRepeats = false,
): Promise<ReadMedia> {
	const absolute = paths.map((path) => resolve(terminal.cwd, path));
	if (terminal.showsProgress) terminal.err("reading headers…\r");
	const { applyOrientation, applyRotation } = loading;
	const { items, leftOut } = await findMedia(absolute, { applyOrientation, applyRotation, keepRepeats });
	if (terminal.showsProgress) terminal.err("                \r");
	if (items.length === 0) {
		const reason = leftOut[0]?.message ?? `${paths.join(", ")}: holds no files`;
		const more = leftOut.length > 1 ? ` (and ${leftOut.length - 1} more)` : "";
		throw new OnevisionError("unreadable-file", `no media to read: ${reason}${more}`);
	}
	const named = items.map((file) => ({
		name: shorten(terminal.cwd, file.path),
		orientation: storedOrientation(file.header),
	}));
	const turned = turnedNote(named, loading);
	if (turned !== undefined) terminal.notes.push(`onevision: ${turned}`);
	for (const { path, header } of items) {
		if (header.kind === "video") terminal.notes.push(...tracksNotes(shorten(terminal.cwd, path), header));
	}
	return { files: items, leftOut };
}

/** Which of several video tracks is read; empty if there is only one. */
export function tracksNotes(path: string, { tracks, track, width, height }: VideoHeader): string[] {
	if (tracks === undefined || track === undefined) return [];
	const which = `the main one is read, number ${track + 1}, ${width}x${height}`;
	return [`note: ${path}: holds ${tracks} video tracks; ${which}`];
}

/** Samples of one folder, as for a plan. */
export async function readSamples(
	terminal: Terminal,
	folder: string,
	grouping: Grouping,
	loading: FileLoading,
): Promise<{
	readonly samples: readonly Sample[];
	readonly groups: number;
	readonly leftOut: readonly LeftOut[];
}> {
	const { files, leftOut } = await readMedia(terminal, [folder], loading);
	return { ...samplesOf(files, [resolve(terminal.cwd, folder)], grouping), leftOut };
}

/** Names of the reasons when files are only counted. */
const REASONS: Readonly<Record<LeftOutReason, string>> = {
	empty: "empty",
	"not-media": "no image or video",
	unreadable: "damaged or not to be opened",
	"over-limit": "over a limit",
	link: "symbolic links",
};

/** Reports skipped files, damaged ones before those that are not media: a few by name, then a count. */
export function reportLeftOut(terminal: Terminal, leftOut: readonly LeftOut[]): void {
	const damaged = leftOut.filter(({ reason }) => reason !== "not-media");
	const others = leftOut.filter(({ reason }) => reason === "not-media");
	const missing = [...damaged, ...others].map(({ path, message, reason }) => ({
		message: message.replaceAll(path, shorten(terminal.cwd, path)),
		reason: REASONS[reason],
	}));
	terminal.notes.push(...missingLines("left out", missing));
}
