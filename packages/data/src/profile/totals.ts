/**
 * The totals of a profile: per scenario, skipped samples, findings, the heaviest samples, and a random subset for the
 * settings search.
 */

import { assertInternal } from "@onevision/base";
import type { MediaItem } from "@onevision/core";
import { mediaItemOf } from "@onevision/media/node";
import { LEFT_OUT_REASONS, type LeftOutReason, type Refusal } from "../left-out.ts";
import { type Position, showPosition } from "../record.ts";
import {
	FINDINGS,
	type Finding,
	type MeasuredSample,
	PROFILE_SCENARIOS,
	type ProfileScenario,
} from "./measure.ts";
import { type StoredTally, Tally } from "./tally.ts";

/** What is tallied per scenario, with its unit. */
export const MEASURES = {
	visualTokens: "visual tokens of a sample",
	towerTokens: "patches that the tower computes for a sample",
	textTokens: "tokens of its text",
	labelTokens: "of these, tokens that the loss sees",
	length: "tokens that the language model sees",
	mediaEnd: "tokens up to the end of the last medium",
	labelStart: "tokens before the first label",
	images: "images of a sample",
	videos: "videos of a sample",
	imageLongSide: "longer side of an image, px",
	imageKilopixels: "pixels of an image, thousands",
	videoLongSide: "longer side of a video, px",
	videoFrames: "frames of a video",
	videoDeciseconds: "duration of a video, tenths of a second",
	videoCentihertz: "frames in a hundred seconds of a video",
	mediumBytes: "bytes of a medium, KiB begun",
} as const satisfies Record<string, string>;
export type Measure = keyof typeof MEASURES;
const MEASURE_IDS = Object.keys(MEASURES) as readonly Measure[];

/** A sample's number and position, to look it up. */
interface Example {
	readonly sample: number;
	readonly position: string;
	readonly id?: string;
	readonly message?: string;
}

export interface Heavy extends Example {
	readonly scenario: ProfileScenario;
	readonly length: number;
	readonly visualTokens: number;
	readonly media: number;
}

/** A sample drawn for the settings search, by a hash of its number. */
export interface Drawn {
	readonly sample: number;
	readonly rank: number;
	readonly media: readonly MediaItem[];
	readonly textTokens: number;
}

/** A count with a few examples. */
export interface Counted {
	count: number;
	examples: Example[];
}

/** All totals as plain data, for storing and merging. */
export interface StoredTotals {
	readonly samples: number;
	readonly leftOut: Partial<Record<LeftOutReason, Counted>>;
	readonly findings: Partial<Record<Finding, Counted>>;
	readonly scenarios: Readonly<Record<ProfileScenario, Readonly<Record<Measure, StoredTally>>>>;
	readonly heaviest: readonly Heavy[];
	readonly drawn: readonly Drawn[];
}

const MAX_EXAMPLES = 5;
const MAX_HEAVIEST = 10;
/** Number of samples the settings search uses. */
const MAX_DRAWN = 512;

export type Tallies = Readonly<Record<Measure, Tally>>;

/**
 * The sums. Merging is exact and in any order: what is kept of the samples (examples, the heaviest, those drawn) is
 * decided by their numbers.
 */
export class Totals {
	/** Rows of the sets, profiled or skipped. */
	samples: number;
	readonly scenarios: Readonly<Record<ProfileScenario, Tallies>>;
	readonly #leftOut: Partial<Record<LeftOutReason, Counted>>;
	readonly #findings: Partial<Record<Finding, Counted>>;
	readonly #heaviest: Kept<Pick<Heavy, "length" | "sample">, Heavy>;
	readonly #drawn: Kept<Pick<Drawn, "rank" | "sample">, Drawn>;

	constructor(stored?: StoredTotals) {
		this.samples = stored?.samples ?? 0;
		this.#leftOut = structuredClone(stored?.leftOut ?? {});
		this.#findings = structuredClone(stored?.findings ?? {});
		this.scenarios = record(PROFILE_SCENARIOS, (scenario) =>
			record(MEASURE_IDS, (measure) => new Tally(stored?.scenarios[scenario]?.[measure])),
		);
		this.#heaviest = new Kept(
			MAX_HEAVIEST,
			(a, b) => b.length - a.length || a.sample - b.sample,
			stored?.heaviest,
		);
		this.#drawn = new Kept(MAX_DRAWN, (a, b) => a.rank - b.rank || a.sample - b.sample, stored?.drawn);
	}

	get leftOut(): StoredTotals["leftOut"] {
		return ordered(this.#leftOut, LEFT_OUT_REASONS);
	}

	get findings(): StoredTotals["findings"] {
		return ordered(this.#findings, FINDINGS);
	}

	get heaviest(): readonly Heavy[] {
		return this.#heaviest.items;
	}

	get drawn(): readonly Drawn[] {
		return this.#drawn.items;
	}

	/** Adds all samples of `other`, which must be none of these. */
	merge(other: Totals): void {
		this.samples += other.samples;
		mergeCounts(this.#leftOut, other.#leftOut);
		mergeCounts(this.#findings, other.#findings);
		for (const scenario of PROFILE_SCENARIOS) {
			for (const measure of MEASURE_IDS) {
				this.scenarios[scenario][measure].merge(other.scenarios[scenario][measure]);
			}
		}
		for (const each of other.heaviest) this.#heaviest.add(each);
		for (const each of other.drawn) this.#drawn.add(each);
	}

	/** Samples that were profiled. */
	get profiled(): number {
		return PROFILE_SCENARIOS.reduce((sum, scenario) => sum + this.scenarios[scenario].length.count, 0);
	}

	get leftOutCount(): number {
		return Object.values(this.#leftOut).reduce((sum, { count }) => sum + count, 0);
	}

	/** A tally over all scenarios. */
	over(measure: Measure): Tally {
		const all = new Tally();
		for (const scenario of PROFILE_SCENARIOS) all.merge(this.scenarios[scenario][measure]);
		return all;
	}

	recordSkipped(sample: number, { reason, message }: Refusal, position: Position): void {
		this.samples++;
		count(this.#leftOut, reason, { sample, position: showPosition(position), message });
	}

	/** `number` is the sample's, unique in the profile. */
	add(number: number, sample: MeasuredSample): void {
		this.samples++;
		const { scenario, media, id, findings } = sample;
		const tallies = this.scenarios[scenario];
		for (const measure of [
			"visualTokens",
			"towerTokens",
			"textTokens",
			"labelTokens",
			"length",
			"mediaEnd",
		] as const) {
			tallies[measure].add(sample[measure]);
		}
		if (sample.labelStart !== undefined) tallies.labelStart.add(sample.labelStart);
		let images = 0;
		for (const { header, bytes } of media) {
			const longSide = Math.max(header.width, header.height);
			tallies.mediumBytes.add(Math.ceil(bytes / 1024));
			if (header.kind === "image") {
				images++;
				tallies.imageLongSide.add(longSide);
				tallies.imageKilopixels.add(Math.round((header.width * header.height) / 1000));
				continue;
			}
			tallies.videoLongSide.add(longSide);
			tallies.videoFrames.add(header.frames);
			if (header.durationSeconds !== undefined)
				tallies.videoDeciseconds.add(Math.round(10 * header.durationSeconds));
			if (header.fps !== undefined) tallies.videoCentihertz.add(Math.round(100 * header.fps));
		}
		tallies.images.add(images);
		tallies.videos.add(media.length - images);
		const isHeavy = this.#heaviest.takes({ length: sample.length, sample: number });
		if (isHeavy || findings.length > 0) {
			const position = showPosition(sample.position);
			const example = { sample: number, position, ...(id === undefined ? {} : { id }) };
			for (const { finding, detail } of findings) {
				count(this.#findings, finding, detail === undefined ? example : { ...example, message: detail });
			}
			const { length, visualTokens } = sample;
			if (isHeavy) this.#heaviest.add({ ...example, scenario, length, visualTokens, media: media.length });
		}
		if (media.length === 0) return;
		const rank = rankOf(number);
		if (!this.#drawn.takes({ rank, sample: number })) return;
		const { textTokens } = sample;
		this.#drawn.add({
			sample: number,
			rank,
			textTokens,
			media: media.map(({ header }) => mediaItemOf(header)),
		});
	}

	/** Throws if a sample was lost or counted twice. */
	assertWhole(): void {
		const { samples, profiled, leftOutCount } = this;
		assertInternal(
			samples === profiled + leftOutCount,
			`${samples} samples, ${profiled} profiled, ${leftOutCount} left out`,
		);
	}

	stored(): StoredTotals {
		return {
			samples: this.samples,
			leftOut: this.leftOut,
			findings: this.findings,
			scenarios: record(PROFILE_SCENARIOS, (scenario) =>
				record(MEASURE_IDS, (measure) => this.scenarios[scenario][measure].entries()),
			),
			heaviest: this.heaviest,
			drawn: this.drawn,
		};
	}
}

/** The first items in an order, of all that were added. */
class Kept<Order, T extends Order> {
	readonly #most: number;
	readonly #compare: (a: Order, b: Order) => number;
	#items: T[];
	/** Once the list is full: the last item that is in it. */
	#last: T | undefined;

	constructor(most: number, compare: (a: Order, b: Order) => number, items: readonly T[] = []) {
		this.#most = most;
		this.#compare = compare;
		this.#items = [...items];
	}

	get items(): readonly T[] {
		this.#cut();
		return this.#items;
	}

	/** Whether an item would be kept; may say yes to one that later turns out not to be. */
	takes(order: Order): boolean {
		return this.#last === undefined || this.#compare(order, this.#last) < 0;
	}

	add(item: T): void {
		if (!this.takes(item)) return;
		this.#items.push(item);
		// Sorting each time would cost more than all else in the totals.
		if (this.#items.length >= 2 * this.#most) this.#cut();
	}

	#cut(): void {
		this.#items.sort(this.#compare);
		this.#items.length = Math.min(this.#items.length, this.#most);
		this.#last = this.#items[this.#most - 1];
	}
}

function record<const K extends string, V>(keys: readonly K[], make: (key: K) => V): Record<K, V> {
	return Object.fromEntries(keys.map((key) => [key, make(key)])) as Record<K, V>;
}

function count<K extends string>(counts: Partial<Record<K, Counted>>, key: K, example: Example): void {
	const entry = counts[key] ?? { count: 0, examples: [] };
	entry.count++;
	// Samples come in ascending order.
	if (entry.examples.length < MAX_EXAMPLES) entry.examples.push(example);
	counts[key] = entry;
}

function mergeCounts<K extends string>(
	into: Partial<Record<K, Counted>>,
	from: Partial<Record<K, Counted>>,
): void {
	for (const [key, entry] of Object.entries(from) as [K, Counted][]) {
		const own = into[key];
		const examples = [...(own?.examples ?? []), ...entry.examples]
			.sort((a, b) => a.sample - b.sample)
			.slice(0, MAX_EXAMPLES);
		into[key] = { count: (own?.count ?? 0) + entry.count, examples };
	}
}

/** In the order of the table that describes them, whichever came first. */
function ordered<K extends string>(
	counts: Partial<Record<K, Counted>>,
	table: Readonly<Record<K, string>>,
): Partial<Record<K, Counted>> {
	const keys = (Object.keys(table) as K[]).filter((key) => counts[key] !== undefined);
	return Object.fromEntries(keys.map((key) => [key, counts[key]])) as Partial<Record<K, Counted>>;
}

/** Ranks are below this. */
export const RANKS = 2 ** 53;

/** A hash of a sample's number, 0 to 2^53 − 1: murmur3's 32-bit finalizer over both halves of the number. */
export function rankOf(sample: number): number {
	const high = mix(Math.floor(sample / 2 ** 32) ^ 0x9e3779b9);
	const low = mix(high ^ (sample >>> 0));
	return (mix(low ^ 0x85ebca6b) >>> 11) * 2 ** 32 + low;
}

function mix(value: number): number {
	let mixed = value | 0;
	mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
	mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
	return (mixed ^ (mixed >>> 16)) >>> 0;
}
