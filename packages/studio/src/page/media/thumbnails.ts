/** Thumbnails of dropped files: made for what is on the screen, and only the latest are kept. */

import { type Signal, signal } from "@preact/signals";
import { ask } from "../work/client.ts";
import type { EntryItem } from "./entries.ts";

/** Side of a thumbnail, px. */
const SIDE = 96;
/** Most thumbnails held in memory, about 3 kB each. */
const MAX_HELD = 240;

type Thumbnail = Signal<string | undefined>;

const held = new Map<File, Thumbnail>();

/** The address of an item's thumbnail, once there is one. */
export function thumbnailOf({ source, facts }: EntryItem): string | undefined {
	if (source.kind === "example") return source.thumbnail;
	if (source.kind === "size") return undefined;
	const { file } = source;
	const known = held.get(file);
	if (known !== undefined) {
		// The latest used is the last in the map.
		held.delete(file);
		held.set(file, known);
		return known.value;
	}
	const made = signal<string | undefined>(undefined);
	held.set(file, made);
	dropOldest();
	ask("thumbnail", { blob: file, kind: facts.kind, side: SIDE }).then(
		(blob) => {
			if (held.get(file) === made) made.value = URL.createObjectURL(blob);
		},
		() => {
			// A file whose header is sound may still not decode; the list then shows its shape alone.
		},
	);
	return made.value;
}

function dropOldest(): void {
	for (const [file, { value }] of [...held].slice(0, Math.max(0, held.size - MAX_HELD))) {
		if (value !== undefined) URL.revokeObjectURL(value);
		held.delete(file);
	}
}
