/**
 * Random snapshots, loaded and counted by the processors of transformers (oracle/configs.py), compared with our counts.
 * The file names the versions it came from.
 */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Counter, createCounterFrom } from "../count.ts";
import { positionRuleOf } from "../positions/rules.ts";
import type { MediaItem } from "../sample.ts";
import { checkpointFromSnapshot, MODEL_TYPES, READERS, type SnapshotFiles } from "./index.ts";

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

/** Embeddings of an item. With cross-attention, the keys its layers read. */
function embeddings(counter: Counter, item: MediaItem): number {
	const [counted] = counter.count({ media: [item] }).items;
	return counted?.crossAttentionTokens ?? counted?.visualTokens ?? 0;
}

/** Types for which transformers has a processor. */
const COUNTED = MODEL_TYPES.filter((type) => READERS[type].remoteCode !== true);

describe("configs", () => {
	for (const modelType of COUNTED) {
		const own = snapshots.filter((snapshot) => snapshot.modelType === modelType);
		test(`${modelType}: ${own.length} snapshots`, () => {
			expect(own.length).toBeGreaterThan(0);
			const differing = own.flatMap(({ files, images, clips }) => {
				const { checkpoint, settings } = checkpointFromSnapshot(files);
				const counter = createCounterFrom(checkpoint, settings);
				expect(positionRuleOf(checkpoint).kind).toMatch(/^(sequential|mrope|xdrope)$/);
				const ours = {
					images: images.map(([width, height]) => [
						width,
						height,
						embeddings(counter, { kind: "image", width, height }),
					]),
					clips: clips.map(([width, height, frames, fps]) => [
						width,
						height,
						frames,
						fps,
						embeddings(counter, { kind: "video", width, height, frames, fps }),
					]),
				};
				const same = JSON.stringify(ours) === JSON.stringify({ images, clips });
				return same ? [] : [{ files: JSON.stringify(files), settings, ours, theirs: { images, clips } }];
			});
			expect(differing.slice(0, 2), `${differing.length} of ${own.length} differ`).toEqual([]);
		});
	}
});
