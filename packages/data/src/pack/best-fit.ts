/**
 * Best-fit decreasing over a histogram: samples of one size are packed together, and packs of one history are one
 * pattern with a count. Without limits besides the capacity it opens as many packs as best-fit decreasing on single
 * samples does, in time that depends on the number of different lengths and not on the number of samples.
 *
 * Best fit: a sample goes to the pack with the least room that still holds it; a new pack is opened only if none does
 * (D. S. Johnson et al., Worst-case performance bounds for simple one-dimensional packing algorithms, 1974: at most
 * 11/9 of the fewest packs possible, and 4).
 */

import { assertInternal } from "@onevision/base";
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

/** What was put into packs last, and what before. */
interface Contents {
	readonly classIndex: number;
	readonly count: number;
	readonly before: Contents | undefined;
}

/** Open packs with the same contents. */
interface Run {
	readonly capacity: number;
	/** What still fits. */
	readonly room: number;
	readonly samples: number;
	readonly media: number;
	readonly towerTokens: number;
	readonly contents: Contents;
	count: number;
}

type Room = Pick<Run, "samples" | "media" | "towerTokens">;

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

function mediaShare({ media, towerTokens }: Pick<Room, "media" | "towerTokens">, limits: PackLimits): number {
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
	const open = new OpenPacks(capacities.at(-1) ?? 0, limits);
	const closed: Run[] = [];
	const whole: Room = {
		samples: limits.samples ?? Infinity,
		media: limits.media ?? Infinity,
		towerTokens: limits.towerTokens ?? Infinity,
	};
	const put = (
		run: Omit<Run, "contents">,
		before: Contents | undefined,
		classIndex: number,
		count: number,
	) => {
		const item = classes[classIndex];
		assertInternal(item !== undefined && run.count > 0, "an item without a class");
		const filled: Run = {
			capacity: run.capacity,
			room: run.room - count * item.length,
			samples: run.samples - count,
			media: run.media - count * item.media,
			towerTokens: run.towerTokens - count * item.towerTokens,
			contents: { classIndex, count, before },
			count: run.count,
		};
		if (filled.room > 0 && filled.samples > 0) open.add(filled);
		else closed.push(filled);
	};
	for (const [classIndex, item] of classes.entries()) {
		let left = item.count;
		while (left > 0) {
			const run = open.best(item);
			const capacity = run?.capacity ?? capacities.find((each) => each >= item.length);
			assertInternal(capacity !== undefined, `an item of ${item.length} fits no capacity`);
			const packs = run ?? { ...whole, capacity, room: capacity, count: Infinity };
			const each = timesIn(packs, item);
			assertInternal(each >= 1, `an item of ${item.length} does not fit an empty pack`);
			// Once in a pack, the next equal item fits best there, until none fits.
			const count = Math.min(packs.count, Math.floor(left / each));
			if (count > 0) {
				put({ ...packs, count }, run?.contents, classIndex, each);
				left -= count * each;
			}
			if (count < packs.count && left > 0 && left < each) {
				put({ ...packs, count: 1 }, run?.contents, classIndex, left);
				left = 0;
				if (run !== undefined) open.take(run, 1);
			}
			if (run !== undefined && count > 0) open.take(run, count);
		}
	}
	return [...closed, ...open.runs()].map(({ capacity, count, contents }) => {
		const items: { readonly classIndex: number; readonly count: number }[] = [];
		for (let at: Contents | undefined = contents; at !== undefined; at = at.before) {
			items.push({ classIndex: at.classIndex, count: at.count });
		}
		return { capacity, count, items: items.reverse() };
	});
}

/** How many items of a class fit. */
function timesIn(
	{ room, samples, media, towerTokens }: Room & { readonly room: number },
	item: ItemClass,
): number {
	return Math.min(
		Math.floor(room / item.length),
		samples,
		item.media === 0 ? Infinity : Math.floor(media / item.media),
		item.towerTokens === 0 ? Infinity : Math.floor(towerTokens / item.towerTokens),
	);
}

/** Packs with room, by band and room. */
class OpenPacks {
	readonly #limits: PackLimits;
	readonly #bands: readonly { readonly rooms: IntegerSet; readonly runs: Map<number, Run[]> }[];

	constructor(capacity: number, limits: PackLimits) {
		this.#limits = limits;
		const bands = limits.media === undefined && limits.towerTokens === undefined ? 1 : BANDS;
		this.#bands = Array.from({ length: bands }, () => ({ rooms: new IntegerSet(capacity), runs: new Map() }));
	}

	add(run: Run): void {
		const band = this.#band(this.#bandOf(run));
		const runs = band.runs.get(run.room);
		if (runs !== undefined) runs.push(run);
		else {
			band.runs.set(run.room, [run]);
			band.rooms.add(run.room);
		}
	}

	/** Removes `count` packs of a run. */
	take(run: Run, count: number): void {
		run.count -= count;
		if (run.count > 0) return;
		const band = this.#band(this.#bandOf(run));
		const runs = band.runs.get(run.room) ?? [];
		runs.splice(runs.lastIndexOf(run), 1);
		if (runs.length > 0) return;
		band.runs.delete(run.room);
		band.rooms.delete(run.room);
	}

	/** Packs with the least room that hold an item; among many that may not, only the first are tried. */
	best(item: ItemClass): Run | undefined {
		const needsMedia = item.media > 0 || item.towerTokens > 0;
		const share = needsMedia && this.#bands.length > 1 ? mediaShare(item, this.#limits) : 0;
		const uncertain = share === 0 ? -1 : Math.min(BANDS - 1, Math.floor(BANDS * share));
		let best = uncertain < 0 ? undefined : this.#tried(uncertain, item);
		for (let index = uncertain + 1; index < this.#bands.length; index++) {
			const { rooms, runs } = this.#band(index);
			const room = rooms.next(item.length);
			if (room >= 0 && (best === undefined || room < best.room)) best = runs.get(room)?.at(-1);
		}
		return best;
	}

	*runs(): Generator<Run> {
		for (const { rooms, runs } of this.#bands) {
			for (let room = rooms.next(0); room >= 0; room = rooms.next(room + 1)) yield* runs.get(room) ?? [];
		}
	}

	#tried(index: number, item: ItemClass): Run | undefined {
		const { rooms, runs } = this.#band(index);
		let tried = 0;
		for (let room = rooms.next(item.length); room >= 0; room = rooms.next(room + 1)) {
			for (const run of runs.get(room) ?? []) {
				if (timesIn(run, item) >= 1) return run;
				if (++tried === MAX_TRIED) return undefined;
			}
		}
		return undefined;
	}

	/** Every item whose share of the limits is at most `band / BANDS` fits the packs of a band. */
	#bandOf({ media, towerTokens }: Room): number {
		if (this.#bands.length === 1) return 0;
		const left = Math.min(media / (this.#limits.media ?? 1), towerTokens / (this.#limits.towerTokens ?? 1));
		return Math.min(BANDS - 1, Math.floor(BANDS * left));
	}

	#band(index: number) {
		const band = this.#bands[index];
		assertInternal(band !== undefined, `no band ${index}`);
		return band;
	}
}
