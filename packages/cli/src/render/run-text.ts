/** What `onevision run` prints behind an answer: tokens, times and memory, beside what the cost model expected. */

import { formatBytes, formatDuration, formatInteger, formatPercent } from "@onevision/base";
import { type Answer, type Prediction, type Prompt, tokensPerSecond } from "@onevision/model";
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

/** A prompt that was only laid out. */
export function checkedText(
	{ ids, items, visualTokens }: Prompt,
	cacheBytes: number,
	contextTokens: number | undefined,
	columns: number,
): string {
	const each = items.map(({ layout }) => `${layout.kind} ${formatInteger(layout.visualTokens)}`).join(", ");
	const context =
		contextTokens === undefined ? "context unknown" : `of a context of ${formatInteger(contextTokens)}`;
	const text = `${formatInteger(ids.length)} prompt tokens ${context}, ${formatInteger(visualTokens)} of them visual${each === "" ? "" : ` (${each})`}; cache ${formatBytes(cacheBytes)} with the answer`;
	return wrap(text, columns, "  ").join("\n");
}
