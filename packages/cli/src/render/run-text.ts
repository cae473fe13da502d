/** What `onevision run` prints behind an answer: tokens, times and memory, beside what the cost model expected. */

import { formatBytes, formatDuration, formatInteger, formatPercent } from "@onevision/base";
import {
	type Answer,
	type CheckReference,
	type LogitCheck,
	type Prediction,
	type Prompt,
	tokensPerSecond,
} from "@onevision/model";
import { wrap } from "./wrap.ts";

/** What was measured, and what was expected of it. */
export interface Measured {
	readonly answer: Answer;
	readonly predicted: Prediction;
	/** Bytes, the most this process has held. */
	readonly memory: number;
}

/** Wrapped to a width in columns. */
export function measuredText({ answer, predicted, memory }: Measured, columns: number): string {
	const { usage, seconds } = answer;
	const rate = tokensPerSecond(answer);
	// Expected is a first question, of which nothing is cached.
	const isFirst = usage.cached * 10 < usage.prompt;
	const expectedFirst = isFirst ? predicted.firstToken : 0;
	const cached = usage.cached === 0 ? "" : `, ${formatInteger(usage.cached)} of them cached`;
	const parts = [
		`${formatInteger(usage.visual)} visual tokens`,
		`${formatInteger(usage.prompt)} prompt tokens${cached}`,
		`first token in ${formatDuration(seconds.firstToken)}${beside(seconds.firstToken, expectedFirst, formatDuration)}`,
		...(rate === 0 ? [] : [`${rateText(rate)} tokens/s${beside(rate, predicted.tokensPerSecond, rateText)}`]),
		`${formatBytes(memory)}${beside(memory, predicted.memory, formatBytes)}`,
	];
	return wrap(parts.join(", "), columns, "  ").join("\n");
}

/** ` (expected 1.2 s, it was 15 % less)`: how far the measured value is from the expected one. */
function beside(value: number, expected: number, format: (value: number) => string): string {
	if (!(expected > 0)) return "";
	const ratio = value / expected;
	const times = formatInteger(Math.round(Math.max(ratio, 1 / ratio)));
	const off =
		ratio >= 2 || ratio <= 0.5
			? `${times} times ${ratio >= 2 ? "as much" : "less"}`
			: `${formatPercent(Math.abs(ratio - 1))} ${ratio >= 1 ? "more" : "less"}`;
	return ` (expected ${format(expected)}, it was ${off})`;
}

function rateText(rate: number): string {
	return rate >= 100 ? formatInteger(Math.round(rate)) : String(Number(rate.toPrecision(2)));
}

/** A prompt that was checked, not answered. */
export interface CheckedPrompt {
	readonly prompt: Prompt;
	/** Of a cache for it and its answer. */
	readonly cacheBytes: number;
	readonly contextTokens: number | undefined;
	readonly check: LogitCheck;
}

/** Wrapped to a width in columns. */
export function checkedText(
	{ prompt: { ids, items, visualTokens }, cacheBytes, contextTokens, check }: CheckedPrompt,
	columns: number,
): string {
	const each = items.map(({ layout }) => `${layout.kind} ${formatInteger(layout.visualTokens)}`).join(", ");
	const context =
		contextTokens === undefined ? "context unknown" : `of a context of ${formatInteger(contextTokens)}`;
	const text = `${formatInteger(ids.length)} prompt tokens ${context}, ${formatInteger(visualTokens)} of them visual${each === "" ? "" : ` (${each})`}; cache ${formatBytes(cacheBytes)} with the answer`;
	return [text, logitsText(check)].flatMap((line) => wrap(line, columns, "  ")).join("\n");
}

const REFERENCES = {
	float32: "against float32 weights",
	"one-by-one": "read at once, against token by token",
} as const satisfies Record<CheckReference, string>;

function logitsText({ against, rows, topOneEqual, largest, relativeRms, range }: LogitCheck): string {
	const same = formatInteger(Math.round(topOneEqual * rows));
	const off = range === 0 ? 0 : largest / range;
	return `logits of the last ${formatInteger(rows)} tokens, ${REFERENCES[against]}: the likeliest token is the same for ${same}; largest difference ${largest.toPrecision(2)}, ${share(off)} of their range; relative error ${share(relativeRms)} (root mean square)`;
}

function share(value: number): string {
	return value >= 0.0005 || value === 0 ? formatPercent(value) : value.toExponential(1);
}
