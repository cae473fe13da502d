/**
 * Profiles one slice: reads its samples, measures them, adds them up and writes its part. A slice's result depends on
 * nothing but the slice, so threads and machines can share the work in any way.
 */

import { join } from "node:path";
import { OnevisionError } from "@onevision/base";
import { writeAtomically } from "@onevision/base/node";
import { type Checkpoint, createCounterFrom } from "@onevision/core";
import { createReadCounter, type ReadCounter } from "../bytes/file-bytes.ts";
import { createIdentify, type DuplicatesMode } from "../duplicates/identity.ts";
import type { Refusal } from "../left-out.ts";
import { type DataSet, openDataSet, sampleBatches } from "../readers/index.ts";
import type { Slice, Unit } from "../readers/reader.ts";
import type { Found } from "../record.ts";
import { createChatMeter } from "../text/chat-template.ts";
import { type ChatFiles, ESTIMATED_TEXT } from "../text/meter.ts";
import { type MeasuredSample, type Measuring, measure } from "./measure.ts";
import { createMediaReader } from "./media-reader.ts";
import { PartTables } from "./tables.ts";
import { type StoredTotals, Totals } from "./totals.ts";

/** What is profiled, and how: plain data, for threads. */
export interface SliceSetup {
	readonly paths: readonly string[];
	readonly format?: string;
	readonly root?: string;
	readonly seed: number;
	readonly checkpoint: Checkpoint;
	readonly settings: Readonly<Record<string, unknown>>;
	/** Absent: text is estimated. */
	readonly chat?: ChatFiles;
	readonly applyOrientation: boolean;
	readonly applyRotation: boolean;
	/** How duplicates are found; absent if they are not. */
	readonly duplicates?: DuplicatesMode;
	/** Folder of the profile; absent if nothing is stored. */
	readonly out?: string;
}

/** A slice to profile. */
export interface SliceTask {
	/** Number of the slice, from 0 across all units. */
	readonly part: number;
	/** Index of its unit. */
	readonly unit: number;
	readonly slice: Slice;
}

/** Read from annotations and shards, and from media. */
export interface ProfileRead {
	readonly sets: ReadCounter;
	readonly media: ReadCounter;
}

export interface SliceProfiler {
	readonly sets: readonly DataSet[];
	readonly units: readonly Unit[];
	/** Read so far: annotations and shards, and media. */
	readonly read: ProfileRead;
	/** Profiles a slice; reports samples as they are done. */
	profile(task: SliceTask, onSamples: (count: number) => void): Promise<StoredTotals>;
	close(): void;
}

/** Sample numbers of a part start at this times the part's number. */
const SAMPLES_OF_PART = 100_000_000;
/** Samples measured concurrently: videos are read asynchronously. */
const SAMPLES_AT_ONCE = 32;
/** Samples per progress report. */
const REPORTED_SAMPLES = 128;

/** Opens the sets. Throws as `openDataSet` and `createCounterFrom` do. */
export async function openSliceProfiler(setup: SliceSetup): Promise<SliceProfiler> {
	const { seed, applyOrientation, applyRotation, out, chat, duplicates } = setup;
	const read = { sets: createReadCounter(), media: createReadCounter() };
	const sets: DataSet[] = [];
	for (const path of setup.paths) sets.push(await openDataSet(path, { counter: read.sets, seed }, setup));
	const units = sets.flatMap((set) => set.units);
	const media = createMediaReader({
		...{ counter: read.media, applyOrientation, applyRotation },
		...(duplicates === undefined ? {} : { identify: await createIdentify(duplicates) }),
	});
	const measuring: Measuring = {
		counter: createCounterFrom(setup.checkpoint, setup.settings),
		text: chat === undefined ? ESTIMATED_TEXT : createChatMeter(chat),
		media,
	};
	return {
		sets,
		units,
		read,
		profile: async ({ part, unit, slice }, onSamples) => {
			const source = units[unit];
			if (source === undefined) throw new Error(`internal: no unit ${unit}`);
			const totals = new Totals();
			const tables = out === undefined ? undefined : new PartTables();
			await measureInOrder(source, slice, measuring, (found, result) => {
				if (totals.samples === SAMPLES_OF_PART) {
					throw new OnevisionError(
						"over-limit",
						`${source.file}: over ${SAMPLES_OF_PART} samples in one piece`,
					);
				}
				const sample = part * SAMPLES_OF_PART + totals.samples;
				const { position } = "record" in found ? found.record : found;
				tables?.add({ sample, position, result });
				if ("scenario" in result) totals.add(sample, result);
				else totals.recordSkipped(sample, result, position);
				if (totals.samples % REPORTED_SAMPLES === 0) onSamples(REPORTED_SAMPLES);
			});
			onSamples(totals.samples % REPORTED_SAMPLES);
			totals.assertWhole();
			if (out !== undefined && tables !== undefined) await storePart(out, part, tables);
			return totals.stored();
		},
		close: media.close,
	};
}

/** Measures the samples of a slice, those that need waiting concurrently, and hands them over in order. */
async function measureInOrder(
	unit: Unit,
	slice: Slice,
	measuring: Measuring,
	take: (found: Found, result: MeasuredSample | Refusal) => void,
): Promise<void> {
	const pending: { readonly found: Found; readonly result: ReturnType<typeof measure> }[] = [];
	const settle = async (most: number): Promise<void> => {
		while (pending.length > most) {
			const first = pending.shift();
			if (first !== undefined) take(first.found, await first.result);
		}
	};
	try {
		for await (const batch of sampleBatches(unit, slice)) {
			for (const found of batch) {
				const result = "record" in found ? measure(found.record, unit.root, measuring) : found.refusal;
				if (pending.length === 0 && !(result instanceof Promise)) {
					take(found, result);
					continue;
				}
				// Whoever awaits it throws the error; until then it must not count as an unhandled rejection.
				if (result instanceof Promise) result.catch(() => undefined);
				pending.push({ found, result });
				if (pending.length >= SAMPLES_AT_ONCE) await settle(SAMPLES_AT_ONCE - 1);
			}
			await settle(0);
		}
	} finally {
		await Promise.allSettled(pending.map(({ result }) => result));
	}
}

/** Names of a part's files, which sort in the order of their samples. */
export function partFiles(part: number): readonly [samples: string, media: string] {
	const name = `${String(part).padStart(6, "0")}.parquet`;
	return [`samples-${name}`, `media-${name}`];
}

async function storePart(out: string, part: number, tables: PartTables): Promise<void> {
	const [samplesFile, mediaFile] = partFiles(part);
	const { samples, media } = tables.finish();
	await writeAtomically(join(out, "parts", samplesFile), samples);
	await writeAtomically(join(out, "parts", mediaFile), media);
}
