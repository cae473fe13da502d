/**
 * One sample as stored in a data set: its text by turns, and the locations of its media. Nothing is decoded or
 * counted.
 */

import type { Refusal } from "./left-out.ts";

export type MediaKind = "image" | "video";

/** Position of a sample in its data set. */
export interface Position {
	/** Path of the file, as given or found. */
	readonly file: string;
	/** Byte offset of the row or of the first member. */
	readonly offset?: number;
	/** Row of a table, from 0. */
	readonly row?: number;
}

/** Location of a medium's bytes. */
export type MediaPlace =
	/** A file, relative to the data root or absolute. */
	| { readonly type: "path"; readonly path: string }
	/** Part of a file: a member of a tar shard, or a value of a Parquet column. */
	| { readonly type: "range"; readonly file: string; readonly offset: number; readonly length: number }
	/** In the row itself. */
	| { readonly type: "embedded"; readonly bytes: Uint8Array };

export interface MediaReference {
	readonly kind: MediaKind;
	readonly place: MediaPlace;
}

const ROLES = ["system", "user", "assistant", "tool"] as const;
export type Role = (typeof ROLES)[number];

/** A piece of a turn: text, or the placeholder of a medium. */
export type Part = { readonly kind: "text"; readonly text: string } | { readonly kind: MediaKind };

export interface Turn {
	readonly role: Role;
	readonly parts: readonly Part[];
	/** False if the row excludes this turn from training (ms-swift's `loss`). Only for assistant turns. */
	readonly isTrained?: boolean;
}

/** The contents of a row, wherever it is stored. */
export interface RowContent {
	readonly id?: string;
	readonly turns: readonly Turn[];
	/** In the order of their placeholders. */
	readonly media: readonly MediaReference[];
}

export interface SampleRecord extends RowContent {
	readonly position: Position;
}

/** A row that was read: a sample, or the reason it is not one. */
export type Found =
	| { readonly record: SampleRecord }
	| { readonly refusal: Refusal; readonly position: Position };

/** Number of placeholders of each kind in the turns. */
export function placeholdersOf(turns: readonly Turn[]): Readonly<Record<MediaKind, number>> {
	const counts = { image: 0, video: 0 };
	for (const { parts } of turns) for (const { kind } of parts) if (kind !== "text") counts[kind]++;
	return counts;
}

/** Splits text at `<image>` and `<video>`, which become parts of their own; drops empty text. */
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
