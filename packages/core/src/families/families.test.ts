/** Every family is a folder with the same set of files, is documented, and appears in the list. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { CHECKPOINT_IDS } from "../checkpoints.ts";
import { MODEL_TYPES } from "../snapshot/index.ts";
import type { SnapshotSupport } from "../snapshot/reader.ts";
import { FAMILIES, FAMILY_IDS } from "./index.ts";
import type { FamilyRecord } from "./record.ts";
import { SNAPSHOTS } from "./snapshots.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));

const foldersOf = (path: string): string[] =>
	existsSync(path)
		? readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
		: [];

test("every folder is in the list, by the name of its folder", () => {
	expect([...FAMILY_IDS].sort()).toEqual(foldersOf(HERE).sort());
});

test("media has no family that core lacks", () => {
	for (const id of foldersOf(`${ROOT}packages/media/src/families`)) expect(FAMILY_IDS).toContain(id);
});

test("a checkpoint and a model type belong to one family", () => {
	const records: readonly FamilyRecord[] = Object.values(FAMILIES);
	const checkpoints = records.flatMap((record) => Object.keys(record.checkpoints));
	expect(checkpoints).toEqual([...CHECKPOINT_IDS]);
	const modelTypes = Object.values(SNAPSHOTS).flatMap(({ readers }) => Object.keys(readers));
	expect(new Set(modelTypes).size).toBe(modelTypes.length);
	expect(modelTypes).toEqual([...MODEL_TYPES]);
});

const families = readFileSync(`${ROOT}docs/counting.md`, "utf8");

describe.each(FAMILY_IDS)("%s", (id) => {
	const { checkpoints, positions, vllm }: FamilyRecord = FAMILIES[id];
	const snapshot: SnapshotSupport = SNAPSHOTS[id];

	test("has its files", () => {
		const files = readdirSync(HERE + id);
		expect(files).toEqual(expect.arrayContaining(["index.ts", "layout.ts", "checkpoints.ts", "snapshot.ts"]));
		const reads = Object.keys(snapshot.readers).length > 0;
		expect(snapshot.reason === undefined, "readers, or the reason why there are none").toBe(reads);
	});

	test("names its own checkpoints, and sources", () => {
		const rows = Object.values(checkpoints);
		expect(rows.length).toBeGreaterThan(0);
		for (const row of rows) expect(row.family).toBe(id);
		expect(vllm.source).not.toBe("");
		if (positions === "of-checkpoint") for (const row of rows) expect(row.positions).toBeDefined();
	});

	test("has an anchor in docs/counting.md", () => {
		expect(families).toContain(`<a id="${id}"></a>`);
	});
});
