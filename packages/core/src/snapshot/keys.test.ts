/**
 * A key that is read counts as known, whatever else a file contains. Every processor re-saved by transformers
 * (oracle/saved.py) reads as before, and merging any two snapshots of one type makes no key unknown.
 */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { ModelType } from "../families/snapshots.ts";
import { checkpointFromSnapshot, type SnapshotFiles } from "./index.ts";

interface Saved {
	readonly modelType: ModelType;
	/** Its index in configs.json. */
	readonly snapshot: number;
	readonly files: Partial<SnapshotFiles>;
}

const golden = (name: string): unknown =>
	JSON.parse(readFileSync(new URL(`../goldens/${name}.json`, import.meta.url), "utf8"));
const { snapshots } = golden("configs") as {
	readonly snapshots: readonly { readonly modelType: string; readonly files: SnapshotFiles }[];
};
const { saved } = golden("saved") as { readonly saved: readonly Saved[] };

const original = ({ snapshot }: Saved): SnapshotFiles => snapshots[snapshot]?.files as SnapshotFiles;

/** The parts of a snapshot that determine counts. */
const counted = (files: SnapshotFiles) => {
	const { checkpoint, settings } = checkpointFromSnapshot(files);
	return { family: checkpoint.family, constants: checkpoint.constants, settings };
};

describe("saved again by transformers", () => {
	test.each(saved)("$modelType, $snapshot", (row) => {
		const files = original(row);
		expect(counted({ "config.json": files["config.json"], ...row.files })).toEqual(counted(files));
	});
});

type Keys = Record<string, unknown>;
const PROCESSORS = ["image_processor", "video_processor"] as const;

/** The nested form of a snapshot's processors, one object each. */
function sections(files: SnapshotFiles): Record<(typeof PROCESSORS)[number], Keys> {
	const processor = (files["processor_config.json"] ?? {}) as Keys;
	const image = processor.image_processor ?? files["preprocessor_config.json"] ?? {};
	const video = processor.video_processor ?? files["video_preprocessor_config.json"] ?? image;
	return { image_processor: image as Keys, video_processor: video as Keys };
}

test("keys of one snapshot are known in every other snapshot of its type", () => {
	const strangers = saved.flatMap((row) => {
		const own = sections({ "config.json": {}, ...row.files });
		return snapshots.flatMap(({ modelType, files }, index) => {
			if (modelType !== row.modelType) return [];
			const other = sections(files);
			const merged = Object.fromEntries(
				PROCESSORS.map((name) => [name, { ...own[name], ...other[name] }] as const),
			);
			const processor = { ...(files["processor_config.json"] as Keys | undefined), ...merged };
			try {
				checkpointFromSnapshot({ "config.json": files["config.json"], "processor_config.json": processor });
			} catch (error) {
				const { code, message } = error as { code?: string; message: string };
				if (code === "unknown-key") return [`${modelType} ${index}: ${message}`];
			}
			return [];
		});
	});
	expect(strangers).toEqual([]);
});
