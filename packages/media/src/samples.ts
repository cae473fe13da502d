/** Groups files into samples: how a folder of media maps to conversations. */

import type { MediaItem, Sample } from "@onevision/core";
import type { FoundMedia } from "./find.ts";
import type { MediaHeader } from "./header.ts";

/**
 * "folder": a folder with 2 to 32 images and no video, other than the folders requested, is one multi-image sample.
 * "none": every file is a separate sample.
 */
export type Grouping = "folder" | "none";

const GROUP_MIN = 2;
const GROUP_MAX = 32;

export interface SampleFiles {
	/** `id` is the file's path, or the folder's for a group. */
	readonly samples: readonly Sample[];
	/** Number of groups among them. */
	readonly groups: number;
}

/** The media item of a header: what counting needs, nothing else. */
export function mediaItemOf(header: MediaHeader): MediaItem {
	const { width, height } = header;
	if (header.kind === "image") return { kind: "image", width, height };
	const { frames, fps, hasAudio } = header;
	return { kind: "video", width, height, frames, ...(fps === undefined ? {} : { fps }), hasAudio };
}

/** Samples in file order. `roots` are the folders requested; they are never groups themselves. */
export function samplesOf(
	found: readonly FoundMedia[],
	roots: readonly string[],
	grouping: Grouping,
): SampleFiles {
	const top = new Set(roots.map(withoutTrailingSlash));
	const folders = new Map<string, FoundMedia[]>();
	for (const file of found) {
		const folder = folderOf(file.path);
		const files = folders.get(folder);
		if (files === undefined) folders.set(folder, [file]);
		else files.push(file);
	}
	const isGroup = (folder: string): boolean => {
		const files = folders.get(folder) ?? [];
		return (
			grouping === "folder" &&
			!top.has(folder) &&
			files.length >= GROUP_MIN &&
			files.length <= GROUP_MAX &&
			files.every(({ header }) => header.kind === "image")
		);
	};
	const samples: Sample[] = [];
	const grouped = new Set<string>();
	for (const file of found) {
		const folder = folderOf(file.path);
		if (!isGroup(folder)) {
			samples.push({ id: file.path, media: [mediaItemOf(file.header)] });
		} else if (!grouped.has(folder)) {
			grouped.add(folder);
			const media = (folders.get(folder) ?? []).map(({ header }) => mediaItemOf(header));
			samples.push({ id: folder, media });
		}
	}
	return { samples, groups: grouped.size };
}

function folderOf(path: string): string {
	const at = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
	return at === -1 ? "." : path.slice(0, at);
}

function withoutTrailingSlash(path: string): string {
	return path.length > 1 ? path.replace(/[/\\]+$/, "") : path;
}
