/** The `max_length` a set of samples needs: every sample counted, quantiles by nearest rank, nothing left out silently. */

import { OnevisionError } from "@onevision/base";
import { createCounterFrom } from "./count.ts";
import type { Checkpoint } from "./families/index.ts";
import { type SampleLayout, tokenizeText } from "./layout.ts";
import type { Sample } from "./sample.ts";

/** The length of one sample that occurs. */
export interface SampleLength {
	/** Context tokens: visual tokens, markers and text around them, the sample's own text. */
	readonly tokens: number;
	/** Of these, text between frames that no tokenizer counted: an estimate. */
	readonly estimatedTextTokens: number;
	/** Whether `tokens` is exact. False: some text is estimated, or a count is the upper bound of a range. */
	readonly exact: boolean;
	/** Which sample, from 0, in the order added. */
	readonly sample: number;
}

export interface MaxLength {
	/** The share of samples that fit whole. */
	readonly quantile: number;
	/** Tokens that share needs: set `max_length` to this. */
	readonly maxLength: number;
	/** Samples longer than `maxLength`: they would be cut or dropped. */
	readonly over: number;
	/** Samples counted. */
	readonly samples: number;
	/** Mean length, tokens. */
	readonly mean: number;
	readonly p95: SampleLength;
	readonly p99: SampleLength;
	readonly max: SampleLength;
	/** Samples refused, by error code, with the first message of each. */
	readonly leftOut: readonly { readonly code: string; readonly example: string; readonly samples: number }[];
}

/** Collects lengths one at a time, about 13 bytes each, so that a file of millions of lines can be read through. */
export interface LengthMeter {
	add(layout: Pick<SampleLayout, "contextTokens" | "items">): void;
	/** A sample that could not be counted. */
	leaveOut(code: string, reason: string): void;
	/** Samples of more tokens than this. */
	longerThan(tokens: number): number;
	/**
	 * @param quantile share of the samples that must fit, above 0 to 1
	 * @throws OnevisionError `invalid-input` for another share, or when no sample was added
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
			for (const { around, range } of items) {
				if (around.textTokens === undefined)
					estimated[count] = (estimated[count] ?? 0) + around.estimatedTextTokens;
				if (range !== undefined) bounded[count] = 1;
			}
			total += contextTokens;
			count++;
		},
		leaveOut: (code, reason) => {
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
				// The slack keeps 0.95 · 20 from skipping the 19th value over a rounding error.
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
 * The `max_length` under which a share of the samples fits whole, text tokens included.
 *
 * @param checkpoint any of its names, or a checkpoint of your own
 * @param options.quantile share of the samples that must fit, above 0 to 1 (default 1: all)
 * @param options.countText tokens of the text between frames; without it that part is estimated, and says so
 * @throws OnevisionError `invalid-input` when no sample can be counted, `unknown-key` and the like for settings
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
			meter.leaveOut(error.code, error.message);
		}
	}
	return meter.result(quantile);
}
