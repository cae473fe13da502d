/** The media a counting command was given, as named samples: files first, then sizes, in the order given. */

import { type MediaItem, OnevisionError, type Sample } from "@onevision/core";
import { mediaItemOf } from "@onevision/media/node";
import type { Terminal } from "../terminal.ts";
import { readMedia, reportLeftOut, shorten } from "./media.ts";
import { parseImageSize, parseVideoSize } from "./sizes.ts";

export interface GivenMedia {
	readonly image: readonly string[];
	readonly video: readonly string[];
	readonly applyOrientation?: boolean;
	readonly together?: boolean;
}

export interface NamedSample {
	readonly name: string;
	/** Names of the media items, for tables of one conversation. */
	readonly items: readonly string[];
	readonly sample: Sample;
}

/** One sample per medium, or one of all with `together`. Throws when nothing was given. */
export async function givenSamples(
	terminal: Terminal,
	paths: readonly string[],
	given: GivenMedia,
): Promise<NamedSample[]> {
	const named: { name: string; item: MediaItem }[] = [];
	if (paths.length > 0) {
		const { files, leftOut } = await readMedia(terminal, paths, given.applyOrientation === true);
		reportLeftOut(terminal, leftOut);
		for (const { path, header } of files)
			named.push({ name: shorten(terminal.cwd, path), item: mediaItemOf(header) });
	}
	for (const text of given.image) named.push({ name: text, item: parseImageSize(text) });
	for (const text of given.video) named.push({ name: text, item: parseVideoSize(text) });
	if (named.length === 0) {
		throw new OnevisionError(
			"invalid-input",
			"nothing to count: give files or folders, --image WxH, --video WxH@FPS:SECONDS or --jsonl FILE",
		);
	}
	if (given.together !== true) {
		return named.map(({ name, item }) => ({ name, items: [name], sample: { id: name, media: [item] } }));
	}
	const media = named.map(({ item }) => item);
	return [{ name: "all", items: named.map(({ name }) => name), sample: { id: "all", media } }];
}
