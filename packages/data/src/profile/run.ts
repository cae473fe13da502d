/**
 * Profiles data sets: cuts them into slices, profiles the slices on threads, and adds up the results. With an output
 * folder each slice is stored as a part, and a killed run resumes without the slices that are done.
 */

import { createHash } from "node:crypto";
import { OnevisionError } from "@onevision/base";
import type { Counter } from "@onevision/core";
import type { Duplicates } from "../duplicates/find.ts";
import type { DuplicatesMode } from "../duplicates/identity.ts";
import { type OpenOptions, slicesOf } from "../readers/index.ts";
import { SLICE_SIZES, type SliceSizes, type Unit } from "../readers/reader.ts";
import type { TextMeter } from "../text/meter.ts";
import { duplicatesIn } from "./duplicates.ts";
import {
	openSliceProfiler,
	type ProfileRead,
	type SliceProfiler,
	type SliceSetup,
	type SliceTask,
} from "./slice.ts";
import {
	makeFolder,
	type ProfileAbout,
	type ProfileState,
	Ranges,
	readState,
	type Shard,
	storeState,
} from "./state.ts";
import { profileOnThreads } from "./threads.ts";
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
	/** Threads that read and measure. Default 1: none besides the caller's, which is then kept busy. */
	readonly threads?: number;
	/** Profile only this share of the slices, to be merged with the others. Needs `out`. */
	readonly shard?: Shard;
	/** Look for duplicate media. Needs `out`. */
	readonly duplicates?: DuplicatesMode;
	/** How finely the sets are cut. Default: about ten thousand samples per slice. */
	readonly sliceSizes?: SliceSizes;
}

export interface ProfileProgress {
	/** Samples so far, including those of an earlier run. */
	readonly samples: number;
	/** Share of the sets' bytes read, 0 to 1; absent if their length is unknown. */
	readonly share?: number;
}

export interface Profile {
	readonly about: ProfileAbout;
	readonly shard?: Shard;
	readonly totals: Totals;
	/** Read by this run. */
	readonly read: ProfileRead;
	/** Samples stored by an earlier run. */
	readonly resumed: number;
	/** Absent if they were not looked for, and in shards. */
	readonly duplicates?: Duplicates;
}

/** The state is stored when this many times the duration of the last storing has passed. */
const STORE_INTERVAL = 20;

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
	const { out, threads = 1, shard, sliceSizes = SLICE_SIZES } = request;
	const setup = setupOf(request);
	const profiler = await openSliceProfiler(setup);
	try {
		const state = await startState(request, profiler, sliceSizes);
		const run = new Run(state, profiler.units, onProgress, out);
		if (!state.isDone) {
			const tasks = tasksOf(profiler.units, sliceSizes, run);
			await runTasks(tasks, setup, profiler, threads, run);
			await run.finish();
		}
		const { about } = state;
		const { totals, resumed } = run;
		const duplicates = out === undefined ? undefined : await duplicatesIn(out, run.state);
		return {
			...{ about, totals, resumed, read: profiler.read },
			...(shard === undefined ? {} : { shard }),
			...(duplicates === undefined ? {} : { duplicates }),
		};
	} finally {
		profiler.close();
	}
}

/** On threads if there is more than one slice, otherwise here: starting a thread takes longer than a small set. */
async function runTasks(
	tasks: AsyncGenerator<SliceTask>,
	setup: SliceSetup,
	profiler: SliceProfiler,
	threads: number,
	run: Run,
): Promise<void> {
	const first = await tasks.next();
	const second = threads > 1 ? await tasks.next() : undefined;
	const ahead = [first, second].flatMap((step) =>
		step === undefined || step.done === true ? [] : [step.value],
	);
	const all = (async function* () {
		yield* ahead;
		yield* tasks;
	})();
	const onSamples = (count: number) => run.report(count);
	const onTotals = (task: SliceTask, totals: StoredTotals) => run.add(task, totals);
	if (ahead.length <= 1) {
		for await (const task of all) await onTotals(task, await profiler.profile(task, onSamples));
		return;
	}
	for (const { sets, media } of await profileOnThreads(all, setup, threads, onSamples, onTotals)) {
		for (const key of ["bytes", "reads"] as const) {
			profiler.read.sets[key] += sets[key];
			profiler.read.media[key] += media[key];
		}
	}
}

/** The slices of a run that are not done yet. */
async function* tasksOf(units: readonly Unit[], sizes: SliceSizes, run: Run): AsyncGenerator<SliceTask> {
	let part = 0;
	for (const [unit, source] of units.entries()) {
		for await (const slice of slicesOf(source, sizes)) {
			const task = { part: part++, unit, slice };
			if (run.takes(task)) yield task;
		}
	}
}

/** The sums of a run, and what is stored of them. */
class Run {
	readonly totals: Totals;
	readonly resumed: number;
	readonly #state: ProfileState;
	readonly #done: Ranges;
	readonly #units: readonly Unit[];
	readonly #out: string | undefined;
	readonly #onProgress: (progress: ProfileProgress) => void;
	/** Bytes of the slices done, in the units' lengths. */
	#bytes = 0;
	/** Samples of slices that are not done. */
	#underway = 0;
	#stored = { at: Number.NEGATIVE_INFINITY, took: 0 };
	#storing: Promise<void> = Promise.resolve();

	constructor(
		state: ProfileState,
		units: readonly Unit[],
		onProgress: (progress: ProfileProgress) => void,
		out?: string,
	) {
		this.#state = state;
		this.#units = units;
		this.#onProgress = onProgress;
		this.#out = out;
		this.#done = new Ranges(state.done);
		this.totals = new Totals(state.totals);
		this.resumed = this.totals.samples;
	}

	/** Whether a slice is this shard's and still to be done. */
	takes(task: SliceTask): boolean {
		const { index, count } = this.#state.shard ?? { index: 0, count: 1 };
		if (task.part % count !== index) return false;
		if (!this.#done.has((task.part - index) / count)) return true;
		this.#pass(task);
		return false;
	}

	report(samples: number): void {
		this.#underway += samples;
		this.#onProgress({ samples: this.totals.samples + this.#underway, ...this.#share() });
	}

	async add(task: SliceTask, stored: StoredTotals): Promise<void> {
		const { index, count } = this.#state.shard ?? { index: 0, count: 1 };
		this.totals.merge(new Totals(stored));
		this.#done.add((task.part - index) / count);
		this.#underway -= stored.samples;
		this.#pass(task);
		// One at a time: several slices may be done while the state is being written.
		this.#storing = this.#storing.then(() => this.#storeIfDue());
		await this.#storing;
	}

	/** As it is stored when the run is finished. */
	get state(): ProfileState {
		return { ...this.#state, done: this.#done.ranges, isDone: true };
	}

	async finish(): Promise<void> {
		await this.#store(true);
		this.#onProgress({ samples: this.totals.samples, share: 1 });
	}

	#pass({ unit, slice }: SliceTask): void {
		this.#bytes += (this.#units[unit]?.length ?? 0) * slice.share;
	}

	#share(): { readonly share?: number } {
		if (this.#units.some(({ length }) => length === 0)) return {};
		const { count } = this.#state.shard ?? { count: 1 };
		const total = this.#units.reduce((sum, { length }) => sum + length, 0) / count;
		return { share: Math.min(1, this.#bytes / total) };
	}

	async #storeIfDue(): Promise<void> {
		if (performance.now() - this.#stored.at >= STORE_INTERVAL * this.#stored.took) await this.#store(false);
	}

	async #store(isDone: boolean): Promise<void> {
		this.totals.assertWhole();
		if (this.#out === undefined) return;
		const start = performance.now();
		const done = this.#done.ranges;
		await storeState(this.#out, { ...this.#state, done, isDone, totals: this.totals.stored() });
		this.#stored = { at: performance.now(), took: performance.now() - start };
	}
}

function setupOf({ paths, format, root, seed = 0, counter, text, ...request }: ProfileRequest): SliceSetup {
	const { applyOrientation, applyRotation, out } = request;
	return {
		...{ paths, seed, applyOrientation, applyRotation },
		...{ checkpoint: counter.checkpoint, settings: changedSettings(counter) },
		...(format === undefined ? {} : { format }),
		...(root === undefined ? {} : { root }),
		...(text.chat === undefined ? {} : { chat: text.chat }),
		...(request.duplicates === undefined ? {} : { duplicates: request.duplicates }),
		...(out === undefined ? {} : { out }),
	};
}

/** What makes the same counter again from its checkpoint: the parity, and the settings that are not its default. */
function changedSettings({ family, checkpoint, settings }: Counter): Readonly<Record<string, unknown>> {
	const { parity, values } = settings;
	const defaults = family.defaults(checkpoint.constants, parity);
	const changed = Object.entries(values).filter(([key, value]) => value !== defaults[key]);
	return { parity, ...Object.fromEntries(changed) };
}

/** The state to go on from: what `out` holds, or nothing. */
async function startState(
	{ out, shard, counter, text, applyOrientation, applyRotation, duplicates, seed = 0 }: ProfileRequest,
	{ sets, units }: SliceProfiler,
	sizes: SliceSizes,
): Promise<ProfileState> {
	const { checkpoint } = counter;
	const settings = changedSettings(counter);
	const about: ProfileAbout = {
		sets: sets.map(({ path, format }) => ({ path, format })),
		...{ checkpoint, settings, text: text.basis, applyOrientation, applyRotation, seed },
		...(duplicates === undefined ? {} : { duplicates }),
	};
	const described = { about, sizes, units: units.map(({ file, length, root }) => [file, length, root]) };
	const request = createHash("sha256").update(JSON.stringify(described)).digest("hex");
	const fresh: ProfileState = {
		...{ version: 2, request, about, ...(shard === undefined ? {} : { shard }) },
		...{ done: [], isDone: false, totals: new Totals().stored() },
	};
	if (out === undefined) return fresh;
	const state = await readState(out);
	if (state === undefined) {
		await makeFolder(out);
		return fresh;
	}
	const isSame = state.request === request && JSON.stringify(state.shard) === JSON.stringify(shard);
	if (isSame) return state;
	throw new OnevisionError(
		"invalid-input",
		`${out}: it holds a profile of other data, settings or options; give another folder, or remove this one`,
	);
}
