/**
 * Counts of many samples under one model: each counted or refused, all of them as one JSON document, or one line each.
 */

import { OnevisionError } from "@onevision/base";
import { type Sample, statistics, type VideoSampling } from "@onevision/core";
import type { AnyCounter, CountedItem, CountedSample } from "./any-counter.ts";
import type { LeftOutFile, NamedSample } from "./compare/comparison.ts";

export interface CountedNamed {
	readonly sample: NamedSample;
	readonly layout: CountedSample;
}

interface RefusedNamed {
	readonly sample: NamedSample;
	readonly error: OnevisionError;
}

export interface SampleCounts {
	readonly counted: readonly CountedNamed[];
	readonly failed: readonly RefusedNamed[];
}

/** Counts every sample; one that the model refuses does not stop the others. */
export function countSamples(counter: AnyCounter, samples: readonly NamedSample[]): SampleCounts {
	const counted: CountedNamed[] = [];
	const failed: RefusedNamed[] = [];
	for (const sample of samples) {
		try {
			counted.push({ sample, layout: counter.count(sample.sample) });
		} catch (error) {
			if (!(error instanceof OnevisionError)) throw error;
			failed.push({ sample, error });
		}
	}
	return { counted, failed };
}

export interface CountReport extends SampleCounts {
	readonly counter: AnyCounter;
	readonly sampling?: VideoSampling | undefined;
	/** Files that were given but not counted. */
	readonly leftOut: readonly LeftOutFile[];
	/** How files were loaded; absent if there were none. */
	readonly loading?: string;
}

/** Everything, for machines. Token counts in tokens, sizes in px. */
export function countJson({ counter, sampling, counted, failed, leftOut, loading }: CountReport) {
	const { id, title, basis, settings, contextTokens, unverified } = counter;
	return {
		model: id,
		title,
		basis,
		settings,
		...(contextTokens === undefined ? {} : { contextWindowTokens: contextTokens }),
		...(sampling === undefined ? {} : { videoSampling: sampling }),
		...(loading === undefined ? {} : { loading }),
		...(unverified.length === 0 ? {} : { unverified }),
		summary: summaryOf(counted),
		samples: counted.map(({ sample, layout: { items, ...sums } }) => ({
			id: sample.name,
			...sums,
			items: items.map(({ detail }) => detail),
		})),
		failed: failed.map(({ sample, error }) => ({
			id: sample.name,
			code: error.code,
			message: error.message,
		})),
		leftOut,
	};
}

function summaryOf(counted: readonly CountedNamed[]) {
	const tokens = counted.map(({ layout }) => layout.visualTokens);
	const total = tokens.reduce((sum, count) => sum + count, 0);
	if (tokens.length === 0) return { samples: 0 };
	const ones = tokens.map(() => 1);
	return { samples: tokens.length, visualTokens: { ...statistics(tokens, ones), total } };
}

/** A line of a JSON Lines file of samples, as `readSampleLine` of the media package gives it. */
export interface NumberedSample {
	/** Number of the line, from 1. */
	readonly line: number;
	readonly id?: string | number;
	readonly sample: Sample | OnevisionError;
}

/** The answer to a line. */
export type LineCount =
	| {
			readonly id?: string | number;
			readonly visualTokens: number;
			readonly towerTokens?: number;
			readonly contextTokens: number;
			readonly items: readonly ReturnType<typeof withoutLists>[];
	  }
	| { readonly line: number; readonly id?: string | number; readonly error: string; readonly code: string };

/** Never throws for a bad line: the answer then holds its number, a code and the reason. */
export function countLine(counter: AnyCounter, { line, sample, ...named }: NumberedSample): LineCount {
	try {
		if (sample instanceof OnevisionError) throw sample;
		const { items, ...sums } = counter.count(sample);
		return { ...named, ...sums, items: items.map(({ detail }) => withoutLists(detail)) };
	} catch (error) {
		if (!(error instanceof OnevisionError)) throw error;
		return { line, ...named, error: error.message, code: error.code };
	}
}

/** An item without its per-frame lists, to keep lines short. */
function withoutLists(detail: CountedItem["detail"]) {
	if (!("wrapper" in detail)) return detail;
	const { frameIndices: _indices, wrapper, ...rest } = detail;
	return { ...rest, wrapper: { markers: wrapper.markers, estimatedTextTokens: wrapper.estimatedTextTokens } };
}
