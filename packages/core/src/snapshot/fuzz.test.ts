/**
 * Whatever the files contain, a snapshot becomes a checkpoint with integer counts or is refused with a one-line
 * message.
 */

import { readdirSync, readFileSync } from "node:fs";
import { OnevisionError } from "@onevision/base";
import fc from "fast-check";
import { expect, test } from "vitest";
import { modelOf } from "../cost/model.ts";
import { createCounterFrom } from "../count.ts";
import { familyById } from "../families/index.ts";
import type { MediaItem } from "../sample.ts";
import { fixture } from "../testing/snapshots.ts";
import { checkpointFromSnapshot, MODEL_TYPES, SNAPSHOT_FILES, type SnapshotFiles } from "./index.ts";

const FOLDER = new URL("./fixtures/", import.meta.url);

const FIXTURES = readdirSync(FOLDER)
	.sort()
	.map((name) => JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")) as object);

/** Outcomes, including how many snapshots were read, so that a test can tell that not everything is refused. */
function attempt(files: unknown): "read" | "refused" {
	try {
		const { checkpoint, settings } = checkpointFromSnapshot(files as SnapshotFiles);
		expect(Number.isSafeInteger(modelOf(checkpoint.parts).parameters.total)).toBe(true);
		const counter = createCounterFrom(checkpoint, settings);
		const image: MediaItem = { kind: "image", width: 640, height: 427 };
		const clip: MediaItem = { kind: "video", width: 320, height: 240, frames: 40, fps: 25 };
		const videos = familyById(checkpoint.family).scenarios.includes("video");
		for (const item of videos ? [image, clip] : [image]) {
			try {
				const { visualTokens } = counter.count({ media: [item] });
				expect(Number.isSafeInteger(visualTokens) && visualTokens >= 0).toBe(true);
			} catch (error) {
				if (!(error instanceof OnevisionError)) throw error;
			}
		}
		return "read";
	} catch (error) {
		if (!(error instanceof OnevisionError)) throw error;
		expect(error.message).not.toMatch(/\n/);
		expect(error.message.length).toBeLessThan(1200);
		return "refused";
	}
}

const junk: fc.Arbitrary<unknown> = fc.oneof(
	{ weight: 4, arbitrary: fc.integer({ min: -3, max: 5000 }) },
	fc.constantFrom(
		0,
		-1,
		1.5,
		Number.NaN,
		Number.POSITIVE_INFINITY,
		1e308,
		2 ** 53,
		2 ** 40,
		"336",
		"default",
		"full",
		"",
		null,
		undefined,
		true,
		false,
	),
	fc.constantFrom<unknown>(
		[],
		{},
		[336, 336],
		[[336, 672]],
		[[]],
		{ height: 336, width: 336 },
		{ shortest_edge: 28 },
	),
	fc.string({ maxLength: 300 }),
	fc.jsonValue({ maxDepth: 4 }),
);

/** The location of every value, as a path of keys. */
function places(value: unknown, path: readonly string[] = []): (readonly string[])[] {
	if (typeof value !== "object" || value === null || Array.isArray(value)) return [path];
	return [path, ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...path, key]))];
}

function replaced(value: unknown, path: readonly string[], by: unknown): unknown {
	const [key, ...rest] = path;
	if (key === undefined) return by;
	const record = value as Record<string, unknown>;
	return { ...record, [key]: replaced(record[key], rest, by) };
}

test("replaced values, added keys and removed keys in real files", () => {
	const seen = { read: 0, refused: 0 };
	const sites = FIXTURES.map((files) => places(files).filter((path) => path.length > 1));
	fc.assert(
		fc.property(
			fc.nat(),
			fc.array(fc.record({ at: fc.nat(), by: junk }), { minLength: 1, maxLength: 3 }),
			(which, changes) => {
				const index = which % FIXTURES.length;
				let files: unknown = FIXTURES[index];
				for (const { at, by } of changes) {
					const path = sites[index]?.[at % (sites[index]?.length ?? 1)] ?? [];
					try {
						files = replaced(files, path, by);
					} catch {
						// An earlier change removed this location.
					}
				}
				seen[attempt(files)]++;
			},
		),
		{ seed: 20_240_806, numRuns: 3000 },
	);
	expect(seen.read).toBeGreaterThan(100);
	expect(seen.refused).toBeGreaterThan(100);
});

test("new keys, including the names of built-in object properties", () => {
	const key = fc.oneof(
		fc.constantFrom(
			"__proto__",
			"constructor",
			"toString",
			"hasOwnProperty",
			"patch_size",
			"size",
			"num_frames",
		),
		fc.string({ maxLength: 80 }),
	);
	fc.assert(
		fc.property(fc.nat(), fc.constantFrom(...SNAPSHOT_FILES), key, junk, (which, file, name, value) => {
			const files = structuredClone(FIXTURES[which % FIXTURES.length]) as Record<string, object>;
			const target = files[file] ?? {};
			Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
			attempt({ ...files, [file]: target });
		}),
		{ seed: 20_240_807, numRuns: 1600 },
	);
});

test("files that contain only junk", () => {
	const anything = fc.oneof(junk, fc.dictionary(fc.string({ maxLength: 20 }), junk, { maxKeys: 20 }));
	fc.assert(
		fc.property(
			fc.constantFrom(...MODEL_TYPES, "no_such"),
			fc.tuple(anything, anything, anything),
			(type, junk) => {
				const [image, processor, video] = junk;
				attempt({
					"config.json": { model_type: type },
					"preprocessor_config.json": image,
					"processor_config.json": processor,
					"video_preprocessor_config.json": video,
				});
			},
		),
		{ seed: 20_240_808, numRuns: 800 },
	);
});

test("huge lists, deep nesting and too many keys are refused at once", () => {
	const files = fixture("llava-v1.6-mistral-7b-hf");
	const pinpoints = Array.from({ length: 200_000 }, () => [336, 336]);
	let nested: unknown = 1;
	for (let depth = 0; depth < 50_000; depth++) nested = [nested];
	const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`key${index}`, index]));
	for (const value of [
		{ image_grid_pinpoints: pinpoints },
		{ image_grid_pinpoints: nested },
		{ size: nested },
		many,
	]) {
		const image = { ...files["preprocessor_config.json"], ...value };
		expect(attempt({ ...files, "preprocessor_config.json": image })).toBe("refused");
	}
});
