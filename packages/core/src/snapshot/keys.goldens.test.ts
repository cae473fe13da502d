/**
 * Every key of every processor, changed one at a time (oracle/keys.py). Where transformers fails, the snapshot is
 * refused. Where it counts, the count is the same or the snapshot is refused. Where a key changes nothing, the snapshot
 * is not refused.
 */

import { readFileSync } from "node:fs";
import { OnevisionError } from "@onevision/base";
import { describe, expect, test } from "vitest";
import { type Counter, createCounterFrom } from "../count.ts";
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
		/** File, keys added to it, and the count of transformers: true when unchanged, null when it fails. */
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

/** Treated like a missing key: counted with a note, so that files of older versions can be read. */
const FAILS_WITH_NOTE: readonly (readonly [SnapshotFile, string])[] = [
	["processor_config.json", "patch_size"],
];

/** Pixel keys and keys of other classes. Where transformers' count is unchanged, they are no reason to refuse. */
const IDLE: ReadonlySet<string> = new Set([
	"aspect_ratio_setting",
	"crop_size",
	"do_convert_rgb",
	"do_normalize",
	"do_pad",
	"do_rescale",
	"image_processor",
	"image_seq_length",
	"pad_size",
	"size_divisor",
]);

/** Turning padding of views on or off may leave the prompt unchanged and yet not match the model. */
const idle = (keys: Readonly<Record<string, unknown>>): boolean =>
	Object.keys(keys).every((key) => IDLE.has(key)) && keys.do_pad === undefined;

function count(files: SnapshotFiles, withClips: boolean): Counts | string {
	try {
		const { checkpoint, settings } = checkpointFromSnapshot(files);
		const counter = createCounterFrom(checkpoint, settings);
		return [
			images.map(([width, height]) => embeddings(counter, { kind: "image", width, height })),
			withClips
				? clips.map(([width, height, frames, fps]) =>
						embeddings(counter, { kind: "video", width, height, frames, fps }),
					)
				: [],
		];
	} catch (error) {
		if (error instanceof OnevisionError) return `${error.code}: ${error.message}`;
		throw error;
	}
}

/** Embeddings of an item. With cross-attention, the keys its layers read. */
function embeddings(counter: Counter, item: MediaItem): number {
	const [counted] = counter.count({ media: [item] }).items;
	return counted?.crossAttentionTokens ?? counted?.visualTokens ?? 0;
}

/** Only what the other side counted, because some accept no images and some no clips. */
const takes = ([images, videos]: Counts, expected: Counts): Counts => [
	expected[0].length === 0 ? [] : images,
	expected[1].length === 0 ? [] : videos,
];

describe("keys", () => {
	for (const { modelType, files, counted, changes } of types) {
		test(`${modelType}: ${changes.length} changes`, () => {
			const wrong = changes.flatMap(([file, keys, theirs]) => {
				if (FAILS_WITH_NOTE.some(([name, key]) => name === file && keys[key] === null)) return [];
				const changed = { ...files, [file]: { ...(files[file] as object), ...keys } };
				const expected = theirs === true ? counted : theirs;
				const ours = count(changed, (expected ?? counted)[1].length > 0);
				const what = `${file} ${JSON.stringify(keys)}`;
				if (typeof ours === "string") {
					return theirs === true && idle(keys) ? [`${what} changes nothing; ${ours}`] : [];
				}
				if (expected === null) return [`${what} fails in transformers; counted ${JSON.stringify(ours)}`];
				const same = JSON.stringify(takes(ours, expected)) === JSON.stringify(expected);
				return same ? [] : [`${what} gives ${JSON.stringify(expected)}; counted ${JSON.stringify(ours)}`];
			});
			expect(wrong).toEqual([]);
		});
	}
});
