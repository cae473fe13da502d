/**
 * Golden rows of the reference implementations against our counts. The files in goldens/ come from oracle/; `versions`
 * inside each names the libraries that wrote it. For tests only.
 */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createCounterFrom } from "../count.ts";
import type { Checkpoint } from "../families/index.ts";
import type { ItemLayout } from "../layout.ts";
import type { MediaItem } from "../sample.ts";

export interface GoldenGroup {
	readonly name: string;
	readonly checkpoint: string;
	/** "frames" rows hold only which frames are taken. */
	readonly kind: "image" | "images" | "video" | "frames";
	readonly constants: Readonly<Record<string, unknown>>;
	readonly settings: Readonly<Record<string, unknown>>;
	readonly columns: readonly string[];
	readonly rows: readonly (readonly unknown[])[];
}

/** A row by column name; a second `fps` column, the rate asked for, is `askedFps`. */
export type GoldenRow = Readonly<Record<string, unknown>>;

export interface GoldenFile {
	/** Name in goldens/, without .json. */
	readonly file: string;
	/** Our checkpoint for a row of a group; the group's own name unless said. */
	readonly checkpoint?: (group: GoldenGroup, row: GoldenRow) => string | Checkpoint;
	/** Settings for a row of a group. */
	readonly settings?: (group: GoldenGroup, row: GoldenRow) => Record<string, unknown>;
	/** Column that holds what `visualTokens` must be; default "tokens". */
	readonly column?: string;
	/** Groups that are no counts of one of our checkpoints, each with its reason. */
	readonly leftOut?: Readonly<Record<string, string>>;
	/** More that must hold of a row; throws like `expect`. */
	readonly also?: (row: GoldenRow, items: readonly ItemLayout[]) => void;
}

/** Declares one test per group of the file. */
export function describeGoldens({
	file,
	checkpoint,
	settings,
	column = "tokens",
	leftOut = {},
	also,
}: GoldenFile): void {
	describe(file, () => {
		for (const group of readGoldens(file)) {
			if (Object.hasOwn(leftOut, group.name)) continue;
			test(`${group.name}: ${group.rows.length} rows`, () => {
				const differing = group.rows.flatMap((values) => {
					const row = namedRow(group, values);
					const id = checkpoint?.(group, row) ?? group.checkpoint;
					const counter = createCounterFrom(id, settings?.(group, row) ?? {});
					const layout = counter.count({ media: mediaOf(group, row) });
					const wrong = [...compareCounts(row, column, layout.items), ...compareFrames(row, layout.items[0])];
					also?.(row, layout.items);
					return wrong.length === 0 ? [] : [{ row: values, wrong }];
				});
				expect(differing.slice(0, 5), `${differing.length} of ${group.rows.length} rows differ`).toEqual([]);
			});
		}
		test("left-out groups exist", () => {
			const names = readGoldens(file).map(({ name }) => name);
			for (const name of Object.keys(leftOut)) expect(names).toContain(name);
		});
	});
}

export function readGoldens(file: string): readonly GoldenGroup[] {
	const path = new URL(`../goldens/${file}.json`, import.meta.url);
	return (JSON.parse(readFileSync(path, "utf8")) as { readonly groups: readonly GoldenGroup[] }).groups;
}

function namedRow(group: GoldenGroup, values: readonly unknown[]): GoldenRow {
	const names = group.columns.map((column, index) =>
		column === "fps" && group.columns.indexOf("fps") !== index ? "askedFps" : column,
	);
	return Object.fromEntries(names.map((name, index) => [name, values[index]]));
}

function mediaOf(group: GoldenGroup, row: GoldenRow): MediaItem[] {
	if (group.kind === "images") {
		return (row.sizes as readonly [number, number][]).map(([width, height]) => ({
			kind: "image",
			width,
			height,
		}));
	}
	const width = Number(row.width ?? 64);
	const height = Number(row.height ?? 64);
	if (group.kind === "image") return [{ kind: "image", width, height }];
	const rate = row.fps === null || row.fps === undefined ? {} : { fps: Number(row.fps) };
	return [{ kind: "video", width, height, frames: Number(row.frames), ...rate }];
}

function compareCounts(row: GoldenRow, column: string, items: readonly ItemLayout[]): string[] {
	const expected = row[column];
	if (expected === undefined) return [];
	const each = items.map(({ visualTokens }) => visualTokens);
	const counted = Array.isArray(expected) ? each : each.reduce((sum, tokens) => sum + tokens, 0);
	return JSON.stringify(counted) === JSON.stringify(expected) ? [] : [`counted ${JSON.stringify(counted)}`];
}

/** Columns `indices`, `count` and `sum` say which frames were taken. */
function compareFrames(row: GoldenRow, item: ItemLayout | undefined): string[] {
	if (item?.kind !== "video") return [];
	const indices = item.frameIndices ?? Array.from({ length: Number(row.frames) }, (_, index) => index);
	const sum = indices.reduce((total, index) => total + index, 0);
	const wrong: string[] = [];
	if (row.count !== undefined && row.count !== item.frames) wrong.push(`took ${item.frames} frames`);
	if (row.sum !== undefined && row.sum !== sum) wrong.push(`frame numbers sum to ${sum}`);
	if (Array.isArray(row.indices) && JSON.stringify(row.indices) !== JSON.stringify(indices)) {
		wrong.push(`took frames ${JSON.stringify(indices)}`);
	}
	return wrong;
}
