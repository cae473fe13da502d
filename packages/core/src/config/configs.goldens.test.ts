/**
 * Random snapshots, loaded and counted by the processors of transformers (oracle/configs.py), against ours. The file
 * names the versions it came from.
 */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createCounterFrom } from "../count.ts";
import { checkpointFromSnapshot, MODEL_TYPES, type SnapshotFiles } from "./index.ts";

interface GoldenSnapshot {
	readonly modelType: string;
	readonly files: SnapshotFiles;
	/** Width, height, tokens. */
	readonly images: readonly (readonly [number, number, number])[];
	/** Width, height, frames, frames per second, tokens. */
	readonly clips: readonly (readonly [number, number, number, number, number])[];
}

const { snapshots } = JSON.parse(
	readFileSync(new URL("../goldens/configs.json", import.meta.url), "utf8"),
) as { readonly snapshots: readonly GoldenSnapshot[] };

describe("configs", () => {
	for (const modelType of MODEL_TYPES) {
		const own = snapshots.filter((snapshot) => snapshot.modelType === modelType);
		test(`${modelType}: ${own.length} snapshots`, () => {
			expect(own.length).toBeGreaterThan(0);
			const differing = own.flatMap(({ files, images, clips }) => {
				const { checkpoint, settings } = checkpointFromSnapshot(files);
				const counter = createCounterFrom(checkpoint, settings);
				const ours = {
					images: images.map(([width, height]) => [
						width,
						height,
						counter.count({ media: [{ kind: "image", width, height }] }).visualTokens,
					]),
					clips: clips.map(([width, height, frames, fps]) => [
						width,
						height,
						frames,
						fps,
						counter.count({ media: [{ kind: "video", width, height, frames, fps }] }).visualTokens,
					]),
				};
				const same = JSON.stringify(ours) === JSON.stringify({ images, clips });
				return same ? [] : [{ files: JSON.stringify(files), settings, ours, theirs: { images, clips } }];
			});
			expect(differing.slice(0, 2), `${differing.length} of ${own.length} differ`).toEqual([]);
		});
	}
});
