/**
 * Best-fit decreasing over a histogram: samples of one size are packed together, and packs of one history are one
 * pattern with a count. Without limits besides the capacity it opens as many packs as best-fit decreasing on single
 * samples does, in time that depends on the number of different lengths and not on the number of samples.
 *
 * Best fit: a sample goes to the pack with the least room that still holds it; a new pack is opened only if none does
 * (D. S. Johnson et al., Worst-case performance bounds for simple one-dimensional packing algorithms, 1974: at most
 * 11/9 of the fewest packs possible, and 4).
 */

import { IntegerSet } from "./integer-set.ts";
import type { PackLimits } from "./manifest.ts";

/** Items of one size. */
export interface ItemClass {
	readonly length: number;
	readonly towerTokens: number;
	readonly media: number;
	readonly count: number;
}

/** Packs with the same contents: how many, and how many items of which class each holds. */
export interface Pattern {
	readonly capacity: number;
	readonly count: number;
	readonly items: readonly { readonly classIndex: number; readonly count: number }[];
}

/** Open packs are indexed by how much of their scarcest limit is left, in this many bands. */
const BANDS = 32;
/** Packs tried in the band where it depends on the pack whether an item fits. */
const MAX_TRIED = 64;

/** The order in which classes are packed: the largest share of a capacity or limit first, then the longest. */
export function compareClasses(capacity: number, limits: PackLimits): (a: ItemClass, b: ItemClass) => number {
	const share = ({ length, media, towerTokens }: ItemClass): number =>
		Math.max(length / capacity, mediaShare({ media, towerTokens }, limits));
	return (a, b) =>
		share(b) - share(a) || b.length - a.length || b.towerTokens - a.towerTokens || b.media - a.media;
}

function mediaShare(
	{ media, towerTokens }: Pick<ItemClass, "media" | "towerTokens">,
	limits: PackLimits,
): number {
	return Math.max(media / (limits.media ?? Infinity), towerTokens / (limits.towerTokens ?? Infinity));
}

/**
 * Packs classes, given in the order of `compareClasses`. `capacities` ascend; every class fits the largest and all
 * limits. A new pack gets the smallest capacity that holds its first item, which is its longest without limits.
 */
export function bestFit(
	classes: readonly ItemClass[],
	capacities: readonly number[],
	limits: PackLimits,
): readonly Pattern[] {
	const packs = new OpenPacks(capacities.at(-1) ?? 0, limits);
	for (const [classIndex, item] of classes.entries()) {
		let left = item.count;
		while (left > 0) {
			let run = packs.best(item);
			if (run === NONE) {
				const capacity = capacities.find((each) => each >= item.length);
				if (capacity === undefined) throw new Error(`internal: an item of ${item.length} fits no capacity`);
				run = packs.open(capacity, left);
			}
			left -= packs.put(run, item, classIndex, left);
		}
	}
	return packs.patterns();
}

/** No run, and no contents. */
const NONE = -1;
/** More than any pack holds: no limit. */
const UNLIMITED = 2 ** 31 - 1;

/** Numbers of a run: packs with the same contents. */
const RUN = {
	capacity: 0,
	/** What still fits: tokens, samples, media, tower tokens. */
	room: 1,
	samples: 2,
	media: 3,
	towerTokens: 4,
	/** What was put into them last. */
	contents: 5,
	/** How many packs there are. */
	count: 6,
	/** The next run of the same room. */
	next: 7,
} as const;
const RUN_FIELDS = 8;

/** Numbers of contents: how many items of which class, and what was put in before. */
const CONTENTS = { classIndex: 0, count: 1, before: 2 } as const;
const CONTENTS_FIELDS = 3;

/** Rows of numbers. Objects for them would cost more to collect than packing takes. */
class Rows {
	readonly #fields: number;
	values: Int32Array;
	size = 0;

	constructor(fields: number) {
		this.#fields = fields;
		this.values = new Int32Array(1024 * fields);
	}

	/** Where a new row starts. */
	add(): number {
		const start = this.size;
		this.size += this.#fields;
		if (this.size > this.values.length) {
			const larger = new Int32Array(2 * this.values.length);
			larger.set(this.values);
			this.values = larger;
		}
		return start;
	}
}

/** Packs under way: those with room by band and room, in lists, and those that are full. */
class OpenPacks {
	readonly #limits: PackLimits;
	readonly #runs = new Rows(RUN_FIELDS);
	readonly #contents = new Rows(CONTENTS_FIELDS);
	/** Which rooms have runs, and the first run of each. */
	readonly #bands: readonly { readonly rooms: IntegerSet; readonly first: Int32Array }[];

	constructor(capacity: number, limits: PackLimits) {
		this.#limits = limits;
		const bands = limits.media === undefined && limits.towerTokens === undefined ? 1 : BANDS;
		this.#bands = Array.from({ length: bands }, () => ({
			rooms: new IntegerSet(capacity),
			first: new Int32Array(capacity + 1).fill(NONE),
		}));
	}

	/** A run of new packs, as many as are needed at most. */
	open(capacity: number, count: number): number {
		const run = this.#runs.add();
		const { values } = this.#runs;
		values[run + RUN.capacity] = capacity;
		values[run + RUN.room] = capacity;
		values[run + RUN.samples] = this.#limits.samples ?? UNLIMITED;
		values[run + RUN.media] = this.#limits.media ?? UNLIMITED;
		values[run + RUN.towerTokens] = this.#limits.towerTokens ?? UNLIMITED;
		values[run + RUN.contents] = NONE;
		values[run + RUN.count] = count;
		values[run + RUN.next] = NONE;
		return run;
	}

	/** Puts up to `left` items of a class into packs of a run, as many into each as fit; returns how many. */
	put(run: number, item: ItemClass, classIndex: number, left: number): number {
		const each = this.#times(run, item);
		if (each < 1) throw new Error(`internal: an item of ${item.length} does not fit an empty pack`);
		const available = this.#runs.values[run + RUN.count] ?? 0;
		const isNew = this.#runs.values[run + RUN.contents] === NONE;
		// Once in a pack, the next equal item fits best there, until none fits.
		const count = Math.min(available, Math.floor(left / each));
		const rest = count < available ? left - count * each : 0;
		if (!isNew) this.#take(run, count + Math.min(1, rest));
		if (count > 0) this.#fill(run, count, item, classIndex, each);
		if (rest > 0) this.#fill(run, 1, item, classIndex, rest);
		return count * each + rest;
	}

	/** A run with the least room that holds an item; among many that may not, only the first are tried. */
	best(item: ItemClass): number {
		const needsMedia = item.media > 0 || item.towerTokens > 0;
		const share = needsMedia && this.#bands.length > 1 ? mediaShare(item, this.#limits) : 0;
		const uncertain = share === 0 ? -1 : Math.min(BANDS - 1, Math.floor(BANDS * share));
		let best = uncertain < 0 ? NONE : this.#tried(uncertain, item);
		let least = best === NONE ? Infinity : (this.#runs.values[best + RUN.room] ?? 0);
		for (let index = uncertain + 1; index < this.#bands.length; index++) {
			const { rooms, first } = this.#band(index);
			const room = rooms.next(item.length);
			if (room < 0 || room >= least) continue;
			least = room;
			best = first[room] ?? NONE;
		}
		return best;
	}

	/** All packs, by their contents. */
	patterns(): Pattern[] {
		const { values } = this.#runs;
		const patterns: Pattern[] = [];
		for (let run = 0; run < this.#runs.size; run += RUN_FIELDS) {
			const count = values[run + RUN.count] ?? 0;
			const items: { readonly classIndex: number; readonly count: number }[] = [];
			for (let at = values[run + RUN.contents] ?? NONE; at !== NONE; ) {
				const [classIndex = 0, each = 0, before = NONE] = this.#contents.values.subarray(
					at,
					at + CONTENTS_FIELDS,
				);
				items.push({ classIndex, count: each });
				at = before;
			}
			if (count > 0 && items.length > 0)
				patterns.push({ capacity: values[run + RUN.capacity] ?? 0, count, items: items.reverse() });
		}
		return patterns;
	}

	/** How many items of a class fit a pack. */
	#times(run: number, item: ItemClass): number {
		const { values } = this.#runs;
		let times = Math.min(
			Math.floor((values[run + RUN.room] ?? 0) / item.length),
			values[run + RUN.samples] ?? 0,
		);
		if (item.media > 0) times = Math.min(times, Math.floor((values[run + RUN.media] ?? 0) / item.media));
		if (item.towerTokens > 0)
			times = Math.min(times, Math.floor((values[run + RUN.towerTokens] ?? 0) / item.towerTokens));
		return times;
	}

	/** Makes `count` packs like those of a run with `each` items more. */
	#fill(run: number, count: number, item: ItemClass, classIndex: number, each: number): void {
		const contents = this.#contents.add();
		this.#contents.values[contents + CONTENTS.classIndex] = classIndex;
		this.#contents.values[contents + CONTENTS.count] = each;
		this.#contents.values[contents + CONTENTS.before] = this.#runs.values[run + RUN.contents] ?? NONE;
		const filled = this.#runs.add();
		const { values } = this.#runs;
		const less = (field: number, used: number): void => {
			const before = values[run + field] ?? 0;
			values[filled + field] = before === UNLIMITED ? UNLIMITED : before - used;
		};
		values[filled + RUN.capacity] = values[run + RUN.capacity] ?? 0;
		less(RUN.room, each * item.length);
		less(RUN.samples, each);
		less(RUN.media, each * item.media);
		less(RUN.towerTokens, each * item.towerTokens);
		values[filled + RUN.contents] = contents;
		values[filled + RUN.count] = count;
		values[filled + RUN.next] = NONE;
		const room = values[filled + RUN.room] ?? 0;
		if (room === 0 || values[filled + RUN.samples] === 0) return;
		const { rooms, first } = this.#band(this.#bandOf(filled));
		const next = first[room] ?? NONE;
		if (next === NONE) rooms.add(room);
		values[filled + RUN.next] = next;
		first[room] = filled;
	}

	/** Removes `count` packs from a run, and the run from its list once it is empty. */
	#take(run: number, count: number): void {
		const { values } = this.#runs;
		const left = (values[run + RUN.count] ?? 0) - count;
		values[run + RUN.count] = left;
		if (left > 0) return;
		const { rooms, first } = this.#band(this.#bandOf(run));
		const room = values[run + RUN.room] ?? 0;
		const next = values[run + RUN.next] ?? NONE;
		let before = first[room] ?? NONE;
		if (before === run) {
			first[room] = next;
			if (next === NONE) rooms.delete(room);
			return;
		}
		while (values[before + RUN.next] !== run) before = values[before + RUN.next] ?? NONE;
		values[before + RUN.next] = next;
	}

	/** The first run of a band, by room, that holds an item. */
	#tried(index: number, item: ItemClass): number {
		const { rooms, first } = this.#band(index);
		let tried = 0;
		for (let room = rooms.next(item.length); room >= 0; room = rooms.next(room + 1)) {
			for (let run = first[room] ?? NONE; run !== NONE; run = this.#runs.values[run + RUN.next] ?? NONE) {
				if (this.#times(run, item) >= 1) return run;
				if (++tried === MAX_TRIED) return NONE;
			}
		}
		return NONE;
	}

	/** Every item whose share of the limits is at most `band / BANDS` fits the packs of a band. */
	#bandOf(run: number): number {
		if (this.#bands.length === 1) return 0;
		const { values } = this.#runs;
		const left = Math.min(
			this.#limits.media === undefined ? 1 : (values[run + RUN.media] ?? 0) / this.#limits.media,
			this.#limits.towerTokens === undefined
				? 1
				: (values[run + RUN.towerTokens] ?? 0) / this.#limits.towerTokens,
		);
		return Math.min(BANDS - 1, Math.floor(BANDS * left));
	}

	#band(index: number) {
		const band = this.#bands[index];
		if (band === undefined) throw new Error(`internal: no band ${index}`);
		return band;
	}
}
