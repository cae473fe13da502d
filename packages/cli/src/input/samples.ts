/** The media given to a counting command, as named samples: files first, then sizes, in the given order. */

import type { NamedSample } from "@onevision/api";
import { OnevisionError } from "@onevision/base";
import type { ImageItem, MediaItem, VideoItem } from "@onevision/core";
import { type FileLoading, parseImageSize, parseVideoSize } from "@onevision/media";
import { type LeftOut, mediaItemOf } from "@onevision/media/node";
import type { Terminal } from "../terminal.ts";
import { readMedia, reportLeftOut } from "./media.ts";
import { shorten } from "./shorten.ts";

export interface GivenMedia {
	readonly image: readonly string[];
	readonly video: readonly string[];
	readonly together?: boolean;
}

export interface GivenSamples {
	readonly samples: readonly NamedSample[];
	readonly leftOut: readonly LeftOut[];
}

/** Parses the value of `--image`. */
export function imageOf(text: string): ImageItem {
	return parseImageSize(text, `--image ${text}`);
}

/** Parses the value of `--video`. */
export function videoOf(text: string): VideoItem {
	return parseVideoSize(text, `--video ${text}`);
}

/**
 * One sample per medium, or with `together` a single one for all. Reports skipped files. Throws if nothing was given.
 */
export async function givenSamples(
	terminal: Terminal,
	paths: readonly string[],
	given: GivenMedia,
	loading: FileLoading,
): Promise<GivenSamples> {
	const named: { name: string; item: MediaItem }[] = [];
	let leftOut: readonly LeftOut[] = [];
	if (paths.length > 0) {
		const read = await readMedia(terminal, paths, loading);
		const { files } = read;
		leftOut = read.leftOut;
		reportLeftOut(terminal, leftOut);
		for (const { path, header } of files)
			named.push({ name: shorten(terminal.cwd, path), item: mediaItemOf(header) });
	}
	for (const text of given.image) named.push({ name: text, item: imageOf(text) });
	for (const text of given.video) named.push({ name: text, item: videoOf(text) });
	if (named.length === 0) {
		throw new OnevisionError(
			"invalid-input",
			"nothing to count: give files or folders, --image WxH, --video WxH@FPS:SECONDS or --jsonl FILE",
		);
	}
	if (given.together !== true) {
		const samples = named.map(({ name, item }) => ({
			name,
			items: [name],
			sample: { id: name, media: [item] },
		}));
		return { samples, leftOut };
	}
	const media = named.map(({ item }) => item);
	const items = named.map(({ name }) => name);
	return { samples: [{ name: "all", items, sample: { id: "all", media } }], leftOut };
}
