/**
 * Profiles data sets: reads every sample in order, measures it, and adds it up. With an output folder, results are
 * stored in parts, each one atomically, and a killed run resumes after its last part.
 */

import { createHash } from "node:crypto";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { OnevisionError } from "@onevision/base";
import { writeAtomically } from "@onevision/base/node";
import type { Counter } from "@onevision/core";
import { createReadCounter, type ReadCounter } from "../bytes/file-bytes.ts";
import type { Refusal } from "../left-out.ts";
import { type DataSet, type OpenOptions, openDataSet, samplesOf } from "../readers/index.ts";
import type { Unit } from "../readers/reader.ts";
import type { Found } from "../record.ts";
import type { TextMeter } from "../text/meter.ts";
import { type MeasuredSample, type Measuring, measure } from "./measure.ts";
import { createMediaReader } from "./media-reader.ts";
import { mediaTable, type SampleEntry, samplesTable } from "./tables.ts";
import { type StoredTotals, Totals } from "./totals.ts";

export interface ProfileRequest extends OpenOptions {
	/** Data sets: files and folders. */
	readonly paths: readonly string[];
	readonly counter: Counter;
	readonly text: TextMeter;
	/** Whether sizes are as displayed: after an EXIF orientation for images, after the rotation for videos. */
	readonly applyOrientation: boolean;
	readonly applyRotation: boolean;
	/** Seed for the random draws of mixtures. Default 0. */
	readonly seed?: number;
	/** Folder for storing the profile; an unfinished profile there is resumed. */
	readonly out?: string;
	/** Samples per part. Default 10,000. */
	readonly partSamples?: number;
}

export interface ProfileProgress {
	/** Samples so far, including those of an earlier run. */
	readonly samples: number;
	/** Share of the sets' bytes read, 0 to 1; absent if their length is unknown. */
	readonly share?: number;
}

export interface Profile {
	readonly sets: readonly Pick<DataSet, "path" | "format">[];
	readonly totals: Totals;
	/** Read by this run: annotations and shards, and media. */
	readonly read: { readonly sets: ReadCounter; readonly media: ReadCounter };
	/** Samples stored by an earlier run. */
	readonly resumed: number;
}

/** Progress of a run: after `parts` parts, the next sample is in unit `unit`, after `next`. */
interface State {
	readonly version: 1;
	/** What is profiled and how; a folder can be resumed only with the same request. */
	readonly request: string;
	readonly parts: number;
	readonly unit: number;
	readonly next: number;
	readonly isDone: boolean;
	readonly totals: StoredTotals;
}

const PART_SAMPLES = 10_000;
/** Samples measured concurrently; about eight already keep Node's four file threads busy. */
const SAMPLES_AT_ONCE = 32;

/**
 * Profiles data sets.
 *
 * @throws OnevisionError `unreadable-file` for a set that cannot be opened, `invalid-input` when `out` holds a
 * different profile, `unwritable-file`
 */
export async function profileData(
	request: ProfileRequest,
	onProgress: (progress: ProfileProgress) => void = () => undefined,
): Promise<Profile> {
	const { counter, text, out, applyOrientation, applyRotation, partSamples = PART_SAMPLES } = request;
	const read = { sets: createReadCounter(), media: createReadCounter() };
	const sets: DataSet[] = [];
	for (const path of request.paths) {
		sets.push(await openDataSet(path, { counter: read.sets, seed: request.seed ?? 0 }, request));
	}
	const units = sets.flatMap((set) => set.units);
	const key = requestKey(request, sets);
	const state = await startState(out, key);
	const totals = new Totals(state.totals);
	const resumed = totals.samples;
	const media = createMediaReader({ counter: read.media, applyOrientation, applyRotation });
	const measuring: Measuring = { counter, text, media };
	let entries: SampleEntry[] = [];
	let { parts } = state;
	const store = async (unit: number, next: number, isDone: boolean): Promise<void> => {
		if (out === undefined) return;
		if (entries.length > 0) await storePart(out, parts++, entries);
		entries = [];
		totals.assertWhole();
		await storeState(out, { version: 1, request: key, parts, unit, next, isDone, totals: totals.stored() });
	};
	try {
		if (!state.isDone) {
			for (let unit = state.unit; unit < units.length; unit++) {
				const current = units[unit];
				if (current === undefined) break;
				const from = unit === state.unit ? state.next : 0;
				for await (const { found, result } of measured(current, from, measuring)) {
					const { position } = "record" in found ? found.record : found;
					if (out !== undefined) entries.push({ sample: totals.samples, position, result });
					if ("scenario" in result) totals.add(result);
					else totals.recordSkipped(result, position);
					// A pack is stored as a whole, because reading can resume only after its last sample.
					if (entries.length >= partSamples && found.next !== undefined) await store(unit, found.next, false);
					if (totals.samples % 100 === 0)
						onProgress({ samples: totals.samples, ...shareOf(units, unit, found.next) });
				}
			}
			await store(units.length, 0, true);
		}
	} finally {
		await media.close();
	}
	totals.assertWhole();
	return { sets: sets.map(({ path, format }) => ({ path, format })), totals, read, resumed };
}

/** Measures several samples of a unit concurrently and yields them in order. */
async function* measured(
	unit: Unit,
	from: number,
	measuring: Measuring,
): AsyncGenerator<{ readonly found: Found; readonly result: MeasuredSample | Refusal }> {
	const pending: { readonly found: Found; readonly result: Promise<MeasuredSample | Refusal> }[] = [];
	const settle = async () => {
		const first = pending.shift();
		return first === undefined ? undefined : { found: first.found, result: await first.result };
	};
	try {
		for await (const found of samplesOf(unit, from)) {
			const result =
				"record" in found ? measure(found.record, unit.root, measuring) : Promise.resolve(found.refusal);
			// Whoever awaits it throws the error; until then it must not count as an unhandled rejection.
			result.catch(() => undefined);
			pending.push({ found, result });
			if (pending.length < SAMPLES_AT_ONCE) continue;
			const settled = await settle();
			if (settled !== undefined) yield settled;
		}
		for (let settled = await settle(); settled !== undefined; settled = await settle()) yield settled;
	} finally {
		await Promise.allSettled(pending.map(({ result }) => result));
	}
}

/** Share read: all units before this one, and this one up to `next`. */
function shareOf(units: readonly Unit[], unit: number, next = 0): { readonly share?: number } {
	const total = units.reduce((sum, { length }) => sum + length, 0);
	if (total === 0 || units.some(({ length }) => length === 0)) return {};
	const before = units.slice(0, unit).reduce((sum, { length }) => sum + length, 0);
	return { share: Math.min(1, (before + Math.min(next, units[unit]?.length ?? 0)) / total) };
}

/** What must stay the same for a stored profile to be resumed. */
function requestKey(
	{ counter, text, seed = 0, applyOrientation, applyRotation }: ProfileRequest,
	sets: readonly DataSet[],
): string {
	const { checkpoint, settings } = counter;
	const described = {
		sets: sets.map(({ path, format, units }) => ({
			...{ path, format },
			units: units.map(({ file, length, root }) => [file, length, root]),
		})),
		...{ family: checkpoint.family, constants: checkpoint.constants, settings, seed },
		...{ text: text.basis, applyOrientation, applyRotation },
	};
	return createHash("sha256").update(JSON.stringify(described)).digest("hex");
}

const STATE_FILE = "state.json";

async function startState(out: string | undefined, request: string): Promise<State> {
	const fresh: State = {
		version: 1,
		request,
		parts: 0,
		unit: 0,
		next: 0,
		isDone: false,
		totals: new Totals().stored(),
	};
	if (out === undefined) return fresh;
	let text: string;
	try {
		text = await readFile(join(out, STATE_FILE), "utf8");
	} catch (error) {
		if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
		await mkdir(join(out, "parts"), { recursive: true });
		return fresh;
	}
	const state = parseState(text);
	if (state?.request === request) return state;
	const why =
		state === undefined
			? "its state.json is not a profile's"
			: "it holds a profile of other data, settings or options";
	throw new OnevisionError("invalid-input", `${out}: ${why}; give another folder, or remove this one`);
}

function parseState(text: string): State | undefined {
	try {
		const state = JSON.parse(text) as State;
		return state.version === 1 ? state : undefined;
	} catch {
		return undefined;
	}
}

/** Part files sort by name in the order of their samples. */
async function storePart(out: string, part: number, entries: readonly SampleEntry[]): Promise<void> {
	const name = String(part).padStart(6, "0");
	await writeAtomically(join(out, "parts", `samples-${name}.parquet`), [samplesTable(entries)]);
	await writeAtomically(join(out, "parts", `media-${name}.parquet`), [mediaTable(entries)]);
}

/** The state says how many parts are valid. Later ones belong to a killed run and are overwritten. */
async function storeState(out: string, state: State): Promise<void> {
	await writeAtomically(join(out, STATE_FILE), [new TextEncoder().encode(JSON.stringify(state))]);
	if (!state.isDone) return;
	// A part written by a killed run that this run, with other part boundaries, did not overwrite.
	const next = String(state.parts).padStart(6, "0");
	for (const table of ["samples", "media"])
		await rm(join(out, "parts", `${table}-${next}.parquet`), { force: true });
}
