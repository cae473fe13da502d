/** Counting: takes a checkpoint, a sample and settings; returns a layout with exact token counts. */

import { checkpointById, resolveCheckpointId } from "./checkpoints.ts";
import { anyCounter, type FamilyCounter, type ResolvedSettings, resolveFamilySettings } from "./counter.ts";
import type { AnyFamily, Parity } from "./families/family.ts";
import {
	type Checkpoint,
	type CheckpointId,
	type FamilyOf,
	familyById,
	type SettingsOf,
} from "./families/index.ts";
import type { SampleLayout } from "./layout.ts";
import type { Sample } from "./sample.ts";

/** Settings accepted for a checkpoint: those of its family, plus which implementation's arithmetic to follow. */
export type CountSettings<Id extends CheckpointId> = Partial<SettingsOf<FamilyOf<Id>>> & {
	readonly parity?: Parity;
};

/** A checkpoint with fixed settings. Call `count` once per sample. */
export interface Counter extends FamilyCounter {
	readonly checkpoint: Checkpoint;
	readonly family: AnyFamily;
}

/**
 * Lays out one sample. For each media item, returns the canvas, tile grid, tower tokens, pooled and unpadded grids,
 * newlines, markers and visual tokens, plus their sums. Counts are exact for the implementation named by `parity`
 * (default: the family's first, usually transformers 5.18), unless an item has a `range`.
 *
 * @param checkpoint id, e.g. `"llava-onevision-qwen2-7b-ov"`, or a checkpoint of your own
 * @throws OnevisionError `invalid-media`, `unsupported`, `unknown-key`, `invalid-input`
 */
export function count<const Id extends CheckpointId>(
	checkpoint: Id | Checkpoint,
	sample: Sample,
	settings?: CountSettings<Id>,
): SampleLayout {
	return counterFor(checkpoint, settings).count(sample);
}

/** Same as `count`, for many samples. Settings are checked only once. */
export function createCounter<const Id extends CheckpointId>(
	checkpoint: Id | Checkpoint,
	settings?: CountSettings<Id>,
): Counter {
	return counterFor(checkpoint, settings);
}

/** Same as `createCounter`, for external input: accepts any checkpoint name and unchecked settings. */
export function createCounterFrom(
	checkpoint: string | Checkpoint,
	settings: Readonly<Record<string, unknown>> = {},
): Counter {
	return counterFor(typeof checkpoint === "string" ? resolveCheckpointId(checkpoint) : checkpoint, settings);
}

const defaultCounters = new Map<CheckpointId, Counter>();

function counterFor(
	checkpoint: CheckpointId | Checkpoint,
	asked: Readonly<Record<string, unknown>> | undefined,
): Counter {
	if (isCheckpoint(checkpoint)) return buildCounter(checkpoint, asked ?? {});
	if (asked !== undefined) return buildCounter(checkpointById(resolveCheckpointId(checkpoint)), asked);
	const known = defaultCounters.get(checkpoint);
	if (known !== undefined) return known;
	const built = buildCounter(checkpointById(resolveCheckpointId(checkpoint)), {});
	defaultCounters.set(checkpoint, built);
	return built;
}

function isCheckpoint(value: CheckpointId | Checkpoint): value is Checkpoint {
	return typeof value !== "string";
}

function buildCounter(checkpoint: Checkpoint, asked: Readonly<Record<string, unknown>>): Counter {
	const family = familyById(checkpoint.family);
	return { checkpoint, family, ...anyCounter(family, checkpoint, asked) };
}

/** Fills in defaults and validates every value. Throws `unknown-key` or `invalid-input`. */
export function resolveSettings(
	{ family, constants }: Checkpoint,
	asked: Readonly<Record<string, unknown>>,
): ResolvedSettings {
	return resolveFamilySettings(familyById(family), constants, asked);
}
