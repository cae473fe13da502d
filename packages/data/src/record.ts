/** One sample as a data set holds it: its text by turns, and where its media lie. Nothing decoded, nothing counted. */

import type { Refusal } from "./left-out.ts";

export type MediaKind = "image" | "video";

/** Where a sample stands in its data set. */
export interface Position {
	/** Path of the file, as it was given or found. */
	readonly file: string;
	/** Byte at which the row or the first member starts. */
	readonly offset?: number;
	/** Row of a table, from 0. */
	readonly row?: number;
}

/** Where the bytes of a medium are. */
export type MediaPlace =
	/** A file, relative to the data root or absolute. */
	| { readonly type: "path"; readonly path: string }
	/** Part of a file: a member of a tar shard, a value of a Parquet column. */
	| { readonly type: "range"; readonly file: string; readonly offset: number; readonly length: number }
	/** In the row itself. */
	| { readonly type: "embedded"; readonly bytes: Uint8Array };

export interface MediaReference {
	readonly kind: MediaKind;
	readonly place: MediaPlace;
}

export const ROLES = ["system", "user", "assistant", "tool"] as const;
export type Role = (typeof ROLES)[number];

/** A piece of a turn: text, or the place of a medium. */
export type Part = { readonly kind: "text"; readonly text: string } | { readonly kind: MediaKind };

export interface Turn {
	readonly role: Role;
	readonly parts: readonly Part[];
	/** False: the row says that this turn is not trained on (ms-swift's `loss`). Only for assistant turns. */
	readonly isTrained?: boolean;
}

/** What a row says, wherever it is stored. */
export interface RowContent {
	readonly id?: string;
	readonly turns: readonly Turn[];
	/** In the order of their placeholders. */
	readonly media: readonly MediaReference[];
}

export interface SampleRecord extends RowContent {
	readonly position: Position;
}

/**
 * A row read: a sample, or why it is none. `next` is where reading goes on after it, in the unit's own terms; undefined
 * inside a pack, which is read whole.
 */
export type Found = (
	| { readonly record: SampleRecord }
	| { readonly refusal: Refusal; readonly position: Position }
) & {
	readonly next: number | undefined;
};

/** Placeholders of each kind in the turns. */
export function placeholdersOf(turns: readonly Turn[]): Readonly<Record<MediaKind, number>> {
	const counts = { image: 0, video: 0 };
	for (const { parts } of turns) for (const { kind } of parts) if (kind !== "text") counts[kind]++;
	return counts;
}

/** Text with `<image>` and `<video>` as parts of their own; pieces without text are dropped. */
export function partsOf(text: string): Part[] {
	const parts: Part[] = [];
	for (const piece of text.split(/(<image>|<video>)/)) {
		if (piece === "<image>") parts.push({ kind: "image" });
		else if (piece === "<video>") parts.push({ kind: "video" });
		else if (piece !== "") parts.push({ kind: "text", text: piece });
	}
	return parts;
}

/** `data/a.json, byte 120`. */
export function showPosition({ file, offset, row }: Position): string {
	if (row !== undefined) return `${file}, row ${row}`;
	return offset === undefined ? file : `${file}, byte ${offset}`;
}
