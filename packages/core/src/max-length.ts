/**
 * Finds the `max_length` that a set of samples needs. Every sample is counted, quantiles use the nearest rank, and no
 * sample is dropped silently.
 */

import { OnevisionError } from "@onevision/base";
import { createCounterFrom } from "./count.ts";
import type { Checkpoint } from "./families/index.ts";
import { type SampleLayout, tokenizeText } from "./layout.ts";
import type { Sample } from "./sample.ts";

/** The length of one sample from the set. */
export interface SampleLength {
	/** Context tokens: visual tokens, the markers and text around them, and the sample's own text. */
	readonly tokens: number;
	/** The part of `tokens` that is estimated: text between frames not counted by a tokenizer. */
	readonly estimatedTextTokens: number;
	/** Whether `tokens` is exact. False when some text is estimated or a count is the upper bound of a range. */
	readonly exact: boolean;
	/** Index of the sample from 0, in the order added. */
	readonly sample: number;
}

export interface MaxLength {
	/** The fraction of samples that fit untruncated. */
	readonly quantile: number;
	/** Tokens needed for that fraction: set `max_length` to this. */
	readonly maxLength: number;
	/** Samples longer than `maxLength`, which would be truncated or dropped. */
	readonly over: number;
	/** Number of samples counted. */
	readonly samples: number;
	/** Mean length, tokens. */
	readonly mean: number;
	readonly p95: SampleLength;
	readonly p99: SampleLength;
	readonly max: SampleLength;
	/** Samples refused, grouped by error code, with the first message of each. */
	readonly leftOut: readonly { readonly code: string; readonly example: string; readonly samples: number }[];
}

/** Collects lengths one at a time at about 13 bytes each, so that files with millions of lines can be streamed. */
export interface LengthMeter {
	add(layout: Pick<SampleLayout, "contextTokens" | "items">): void;
	/** Records a sample that could not be counted. */
	recordSkipped(code: string, reason: string): void;
	/** Number of samples with more tokens than this. */
	longerThan(tokens: number): number;
	/**
	 * @param quantile fraction of the samples that must fit, above 0 and up to 1
	 * @throws OnevisionError `invalid-input` for a fraction outside that range, or when no sample was added
	 */
	result(quantile?: number): MaxLength;
}

/** An empty meter. */
export function createLengthMeter(): LengthMeter {
	let tokens = new Float64Array(1024);
	let estimated = new Float32Array(1024);
	let bounded = new Uint8Array(1024);
	let count = 0;
	let total = 0;
	const leftOut = new Map<string, { code: string; example: string; samples: number }>();
	const grow = <A extends Float64Array | Float32Array | Uint8Array>(to: A, from: A): A => {
		to.set(from);
		return to;
	};
	const longerThan = (limit: number): number => {
		let longer = 0;
		for (let index = 0; index < count; index++) if ((tokens[index] ?? 0) > limit) longer++;
		return longer;
	};
	return {
		add: ({ contextTokens, items }) => {
			if (count === tokens.length) {
				tokens = grow(new Float64Array(2 * count), tokens);
				estimated = grow(new Float32Array(2 * count), estimated);
				bounded = grow(new Uint8Array(2 * count), bounded);
			}
			tokens[count] = contextTokens;
			for (const { wrapper, range } of items) {
				if (wrapper.textTokens === undefined)
					estimated[count] = (estimated[count] ?? 0) + wrapper.estimatedTextTokens;
				if (range !== undefined) bounded[count] = 1;
			}
			total += contextTokens;
			count++;
		},
		recordSkipped: (code, reason) => {
			const entry = leftOut.get(code) ?? { code, example: reason, samples: 0 };
			entry.samples++;
			leftOut.set(code, entry);
		},
		longerThan,
		result: (quantile = 1) => {
			if (!(quantile > 0 && quantile <= 1)) {
				throw new OnevisionError(
					"invalid-input",
					`quantile ${quantile}: give the share of samples that must fit, above 0 to 1`,
				);
			}
			if (count === 0) {
				const [first] = leftOut.values();
				const why = first === undefined ? "" : `; ${first.samples} refused, e.g. ${first.example}`;
				throw new OnevisionError("invalid-input", `no sample to measure${why}; give at least one`);
			}
			const order = new Uint32Array(count).map((_, index) => index);
			order.sort((a, b) => (tokens[a] ?? 0) - (tokens[b] ?? 0));
			const ranked = (share: number): SampleLength => {
				// The slack keeps rounding error in 0.95 · 20 from skipping the 19th value.
				const sample = order[Math.max(0, Math.ceil(share * count * (1 - 1e-12)) - 1)] ?? 0;
				const estimatedTextTokens = estimated[sample] ?? 0;
				const exact = estimatedTextTokens === 0 && bounded[sample] === 0;
				return { tokens: tokens[sample] ?? 0, estimatedTextTokens, exact, sample };
			};
			const maxLength = ranked(quantile).tokens;
			return {
				quantile,
				maxLength,
				over: longerThan(maxLength),
				samples: count,
				mean: total / count,
				p95: ranked(0.95),
				p99: ranked(0.99),
				max: ranked(1),
				leftOut: [...leftOut.values()],
			};
		},
	};
}

/**
 * The `max_length` at which a given fraction of the samples fits untruncated, text tokens included.
 *
 * @param checkpoint any of its names, or a checkpoint of your own
 * @param options.quantile fraction of the samples that must fit, above 0 and up to 1 (default 1: all)
 * @param options.countText counts tokens of the text between frames; without it that part is estimated, and the result
 * says so
 * @throws OnevisionError `invalid-input` when no sample can be counted, `unknown-key` and similar errors for settings
 */
export function maxLengthFor(
	checkpoint: string | Checkpoint,
	samples: Iterable<Sample>,
	options: {
		readonly quantile?: number;
		readonly settings?: Readonly<Record<string, unknown>>;
		readonly countText?: (text: string) => number;
	} = {},
): MaxLength {
	const { quantile, settings, countText } = options;
	const counter = createCounterFrom(checkpoint, settings);
	const meter = createLengthMeter();
	for (const sample of samples) {
		try {
			const layout = counter.count(sample);
			meter.add(countText === undefined ? layout : tokenizeText(layout, countText));
		} catch (error) {
			if (!(error instanceof OnevisionError)) throw error;
			meter.recordSkipped(error.code, error.message);
		}
	}
	return meter.result(quantile);
}
