/**
 * Every key of every processor, changed one by one (oracle/keys.py): where transformers fails, the snapshot is refused;
 * where it counts, the count is the same or the snapshot is refused; where a key changes nothing, it is not refused.
 */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Counter, createCounterFrom } from "../count.ts";
import { OnevisionError } from "../errors.ts";
import type { MediaItem } from "../sample.ts";
import { checkpointFromSnapshot, type SnapshotFile, type SnapshotFiles } from "./index.ts";

/** Counts of the images and the clips. */
type Counts = readonly [images: readonly number[], clips: readonly number[]];

interface Golden {
	readonly images: readonly (readonly [number, number])[];
	readonly clips: readonly (readonly [number, number, number, number])[];
	readonly types: readonly {
		readonly modelType: string;
		readonly files: SnapshotFiles;
		readonly counted: Counts;
		/** File, keys put into it, and what transformers then counts: true as before, null where it fails. */
		readonly changes: readonly (readonly [
			SnapshotFile,
			Readonly<Record<string, unknown>>,
			Counts | true | null,
		])[];
	}[];
}

const { images, clips, types } = JSON.parse(
	readFileSync(new URL("../goldens/config-keys.json", import.meta.url), "utf8"),
) as Golden;

function count(files: SnapshotFiles): Counts | string {
	try {
		const { checkpoint, settings } = checkpointFromSnapshot(files);
		const counter = createCounterFrom(checkpoint, settings);
		return [
			images.map(([width, height]) => embeddings(counter, { kind: "image", width, height })),
			clips.map(([width, height, frames, fps]) =>
				embeddings(counter, { kind: "video", width, height, frames, fps }),
			),
		];
	} catch (error) {
		if (error instanceof OnevisionError) return `${error.code}: ${error.message}`;
		throw error;
	}
}

/** Embeddings of an item; with cross-attention, the keys its layers see. */
function embeddings(counter: Counter, item: MediaItem): number {
	const [counted] = counter.count({ media: [item] }).items;
	return counted?.crossAttentionTokens ?? counted?.visualTokens ?? 0;
}

describe("keys", () => {
	for (const { modelType, files, counted, changes } of types) {
		const takes = (counts: Counts): Counts => [
			counted[0].length === 0 ? [] : counts[0],
			counted[1].length === 0 ? [] : counts[1],
		];
		test(`${modelType}: ${changes.length} changes`, () => {
			const wrong = changes.flatMap(([file, keys, theirs]) => {
				const changed = { ...files, [file]: { ...(files[file] as object), ...keys } };
				const ours = count(changed);
				const what = `${file} ${JSON.stringify(keys)}`;
				if (typeof ours === "string") return theirs === true ? [`${what} changes nothing; ${ours}`] : [];
				const expected = theirs === true ? counted : theirs;
				if (expected === null) return [`${what} fails in transformers; counted ${JSON.stringify(ours)}`];
				const same = JSON.stringify(takes(ours)) === JSON.stringify(expected);
				return same ? [] : [`${what} gives ${JSON.stringify(expected)}; counted ${JSON.stringify(ours)}`];
			});
			expect(wrong).toEqual([]);
		});
	}
});
