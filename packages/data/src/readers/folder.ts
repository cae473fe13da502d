/** A plain folder of images and videos: every file is a sample without text. */

import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { refuse } from "../left-out.ts";
import type { Found, MediaKind } from "../record.ts";
import { foundOrRead, type Reader, slicesInHand } from "./reader.ts";

const MAX_DEPTH = 64;

/** File extensions that make a file a sample; its content decides what it is. */
const KINDS: Readonly<Record<MediaKind, RegExp>> = {
	image: /\.(jpe?g|png|webp|gif|bmp|tiff?|avif|heic|heif)$/i,
	video: /\.(mp4|m4v|mov|mkv|webm|avi)$/i,
};

export function kindOfName(name: string): MediaKind | undefined {
	return KINDS.image.test(name) ? "image" : KINDS.video.test(name) ? "video" : undefined;
}

export const folder: Reader = {
	title: "folder of media",
	source: "every media file below the folder, names in code unit order; as `onevision count` finds them",
	recognizes: ({ names }) => names !== undefined,
	open: async ({ path }) => [
		{
			file: path,
			length: 0,
			root: path,
			slices: ({ rows }) => slicesInHand(walk(path, "", 0), rows),
			read: ({ found }) => foundOrRead(found, () => walk(path, "", 0)),
		},
	],
};

/**
 * Media files below a folder, depth first. Links to folders are not followed, which avoids loops. Links to files are
 * resolved like any path, inside the root only.
 */
async function* walk(root: string, inner: string, depth: number): AsyncGenerator<Found> {
	let entries: Dirent[];
	const here = join(root, inner);
	if (depth > MAX_DEPTH) {
		yield { refusal: refuse("over-limit", `more than ${MAX_DEPTH} folders deep`), position: { file: here } };
		return;
	}
	try {
		entries = await readdir(here, { withFileTypes: true });
	} catch (error) {
		if (!(error instanceof Error && "code" in error && "syscall" in error)) throw error;
		const why = `the folder cannot be opened (${String(error.code)})`;
		yield { refusal: refuse("unreadable-file", why), position: { file: here } };
		return;
	}
	entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
	for (const entry of entries) {
		if (entry.name.startsWith(".")) continue;
		const path = inner === "" ? entry.name : `${inner}/${entry.name}`;
		if (entry.isDirectory()) {
			yield* walk(root, path, depth + 1);
			continue;
		}
		const kind = kindOfName(entry.name);
		if (kind === undefined) continue;
		const media = [{ kind, place: { type: "path", path } }] as const;
		yield { record: { id: path, position: { file: join(root, path) }, turns: [], media } };
	}
}
