/**
 * The totals of a profile: per scenario, skipped samples, findings, the heaviest samples, and a random subset for the
 * settings search.
 */

import { createHash } from "node:crypto";
import { assertInternal } from "@onevision/base";
import type { MediaItem } from "@onevision/core";
import { mediaItemOf } from "@onevision/media/node";
import type { LeftOutReason, Refusal } from "../left-out.ts";
import { type Position, showPosition } from "../record.ts";
import { type Finding, type MeasuredSample, PROFILE_SCENARIOS, type ProfileScenario } from "./measure.ts";
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

/** A sample's position, to look it up. */
interface Example {
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

/**
 * A sample drawn for the settings search, by the rank of a hash of its position. The draw does not depend on the
 * order or on how the set is split.
 */
export interface Drawn {
	readonly rank: string;
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

export class Totals {
	/** Rows of the sets, profiled or skipped. */
	samples: number;
	readonly leftOut: Partial<Record<LeftOutReason, Counted>>;
	readonly findings: Partial<Record<Finding, Counted>>;
	readonly scenarios: Readonly<Record<ProfileScenario, Tallies>>;
	#heaviest: readonly Heavy[];
	#drawn: readonly Drawn[];

	constructor(stored?: StoredTotals) {
		this.samples = stored?.samples ?? 0;
		this.leftOut = structuredClone(stored?.leftOut ?? {});
		this.findings = structuredClone(stored?.findings ?? {});
		this.scenarios = record(PROFILE_SCENARIOS, (scenario) =>
			record(MEASURE_IDS, (measure) => new Tally(stored?.scenarios[scenario]?.[measure])),
		);
		this.#heaviest = stored?.heaviest ?? [];
		this.#drawn = stored?.drawn ?? [];
	}

	get heaviest(): readonly Heavy[] {
		return this.#heaviest;
	}

	get drawn(): readonly Drawn[] {
		return this.#drawn;
	}

	/** Samples that were profiled. */
	get profiled(): number {
		return PROFILE_SCENARIOS.reduce((sum, scenario) => sum + this.scenarios[scenario].length.count, 0);
	}

	get leftOutCount(): number {
		return Object.values(this.leftOut).reduce((sum, { count }) => sum + count, 0);
	}

	/** A tally over all scenarios. */
	over(measure: Measure): Tally {
		const all = new Tally();
		for (const scenario of PROFILE_SCENARIOS) all.merge(this.scenarios[scenario][measure]);
		return all;
	}

	recordSkipped({ reason, message }: Refusal, position: Position): void {
		this.samples++;
		count(this.leftOut, reason, { position: showPosition(position), message });
	}

	add(sample: MeasuredSample): void {
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
		const example = { position: showPosition(sample.position), ...(id === undefined ? {} : { id }) };
		for (const finding of findings) count(this.findings, finding, example);
		this.#keepHeaviest({
			...example,
			scenario,
			length: sample.length,
			visualTokens: sample.visualTokens,
			media: media.length,
		});
		this.#draw(sample, example.position);
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
			heaviest: this.#heaviest,
			drawn: this.#drawn,
		};
	}

	#keepHeaviest(sample: Heavy): void {
		const last = this.#heaviest.at(-1);
		if (this.#heaviest.length === MAX_HEAVIEST && last !== undefined && sample.length <= last.length) return;
		const sorted = [...this.#heaviest, sample].sort((a, b) => b.length - a.length);
		this.#heaviest = sorted.slice(0, MAX_HEAVIEST);
	}

	#draw({ media, textTokens }: MeasuredSample, position: string): void {
		if (media.length === 0) return;
		const rank = createHash("sha256").update(position).digest("hex").slice(0, 16);
		const last = this.#drawn.at(-1);
		if (this.#drawn.length === MAX_DRAWN && last !== undefined && rank >= last.rank) return;
		const drawn = { rank, textTokens, media: media.map(({ header }) => mediaItemOf(header)) };
		this.#drawn = [...this.#drawn, drawn].sort((a, b) => (a.rank < b.rank ? -1 : 1)).slice(0, MAX_DRAWN);
	}
}

function record<const K extends string, V>(keys: readonly K[], make: (key: K) => V): Record<K, V> {
	return Object.fromEntries(keys.map((key) => [key, make(key)])) as Record<K, V>;
}

function count<K extends string>(counts: Partial<Record<K, Counted>>, key: K, example: Example): void {
	const entry = counts[key] ?? { count: 0, examples: [] };
	entry.count++;
	if (entry.examples.length < MAX_EXAMPLES) entry.examples.push(example);
	counts[key] = entry;
}
