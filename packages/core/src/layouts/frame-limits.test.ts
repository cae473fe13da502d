/**
 * Unusual frame counts under every reference: a number together with a rate, more frames than the clip has, one frame.
 * Where the reference raises an error, the count is refused or carries a note. goldens/frame_limits.json comes from
 * oracle/frame_limits.py.
 */

import { readFileSync } from "node:fs";
import { OnevisionError } from "@onevision/base";
import { describe, expect, test } from "vitest";
import { createCounterFrom } from "../count.ts";
import type { SettingValue } from "../families/family.ts";

type Row = readonly [
	checkpoint: string,
	parity: string,
	total: number,
	asked: Readonly<Record<string, SettingValue>>,
	frames: number | null,
	error: string | null,
];

const { rows, fps }: { rows: readonly Row[]; fps: number } = JSON.parse(
	readFileSync(new URL("../goldens/frame_limits.json", import.meta.url), "utf8"),
);

/** Frames sampled, or null where the reference is said to refuse the call. */
function taken([checkpoint, parity, frames, asked]: Row): number | null {
	try {
		const counter = createCounterFrom(checkpoint, { ...asked, parity });
		const [item] = counter.count({ media: [{ kind: "video", width: 64, height: 64, frames, fps }] }).items;
		if (item?.notes?.some((note) => /transformers (refuses|fails|asks|reads)/.test(note))) return null;
		return item?.frames ?? 0;
	} catch (error) {
		// An unknown name refuses nothing.
		if (error instanceof OnevisionError && error.code !== "unknown-name") return null;
		throw error;
	}
}

const groups = new Map<string, Row[]>();
for (const row of rows) {
	const name = `${row[0]} as ${row[1]}`;
	groups.set(name, [...(groups.get(name) ?? []), row]);
}

describe("frames asked for", () => {
	test.each([...groups])("%s", (_, group) => {
		const differing = group.flatMap((row) => {
			const ours = taken(row);
			return ours === row[4] ? [] : [{ row, ours }];
		});
		expect(differing).toEqual([]);
	});
});

const CLIP = { kind: "video", width: 640, height: 480, frames: 20, fps: 24 } as const;
const count = (model: string, settings: Record<string, SettingValue | string>) =>
	createCounterFrom(model, settings).count({ media: [CLIP] }).items[0];

test("refusals state the actual reason", () => {
	expect(() => count("qwen2.5-vl-7b", { parity: "qwen-vl-utils", num_frames: 32 })).toThrow(
		"num_frames 32: comes to 32 frames of a clip that has 20, which qwen-vl-utils refuses; ask for fewer",
	);
	for (const parity of ["transformers", "qwen-vl-utils"]) {
		expect(() => count("qwen2.5-vl-7b", { parity, num_frames: 1 })).toThrow(
			`num_frames 1: ${parity} takes frames in pairs and fails on fewer; ask for 2`,
		);
	}
	expect(count("qwen3-vl-8b", { num_frames: 8 })?.notes).toEqual([
		"num_frames=8 beside fps=2: transformers refuses a call with both; pass fps=None with it, here fps=all",
	]);
	expect(count("qwen3-vl-8b", { num_frames: 8, fps: "all" })?.notes).toBeUndefined();
});
