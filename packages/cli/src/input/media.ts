/** Files and folders on the command line → media items and samples, with a line for every file left out. */

import { basename, relative, resolve } from "node:path";
import { OnevisionError, type Sample } from "@onevision/core";
import {
	type FoundMedia,
	findMedia,
	type Grouping,
	type LeftOut,
	type LeftOutReason,
	samplesOf,
} from "@onevision/media/node";
import { missingLines } from "../render/left-out.ts";
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
	return { files: items, leftOut };
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

/** What a reason is called where files are only counted. */
const REASONS: Readonly<Record<LeftOutReason, string>> = {
	empty: "empty",
	"not-media": "no image or video",
	unreadable: "damaged or not to be opened",
	"over-limit": "over a limit",
	link: "symbolic links",
};

/** Tells about files left out, damaged ones before those that are no media: a few by name, then a count. */
export function reportLeftOut(terminal: Terminal, leftOut: readonly LeftOut[]): void {
	const damaged = leftOut.filter(({ reason }) => reason !== "not-media");
	const others = leftOut.filter(({ reason }) => reason === "not-media");
	const missing = [...damaged, ...others].map(({ path, message, reason }) => ({
		message: message.replaceAll(path, shorten(terminal.cwd, path)),
		reason: REASONS[reason],
	}));
	for (const line of missingLines("left out", missing)) terminal.err(`${line}\n`);
}

/** A path as short as it stays clear: relative inside the working folder, else as it is. */
export function shorten(cwd: string, path: string): string {
	const inside = relative(cwd, path);
	return inside === "" ? basename(path) : inside.startsWith("..") ? path : inside;
}
