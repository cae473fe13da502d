/**
 * Answers "why not another value?". For every knob of a scenario, finds the best allocation at each of its values, its
 * cost, and how it compares with the chosen one. `onevision plan --explain` prints this.
 */

import type { Knob, SettingValue } from "../families/family.ts";
import { type AllocationQuestion, type AllocationResult, knobsOf, prefer } from "./allocate.ts";
import { fidelityGap, isClearlyLess, isClearlyMore } from "./fidelity.ts";
import type { Statistics } from "./statistics.ts";

/** How another value compares with the chosen one. */
export type Verdict = "chosen" | "keeps-more" | "tie" | "keeps-less";

export interface Alternative {
	readonly value: SettingValue;
	/** The preferred allocation with that value among those that fit or, if none fits, the smallest. */
	readonly summary: string;
	readonly visualTokens: Statistics;
	readonly fits: boolean;
	readonly verdict: Verdict;
	/** Its fidelity divided by that of the chosen one. */
	readonly fidelityRatio: number;
	readonly kept: AllocationResult["kept"];
	/** Settings that go beyond training. */
	readonly untrained: readonly string[];
}

/** One knob and the result of each of its values. */
export interface Alternatives {
	readonly setting: string;
	readonly bound?: NonNullable<Knob["bound"]>;
	readonly values: readonly Alternative[];
}

/** Common frame counts to report, whatever values the knob allows in between. */
const ASKED_FRAMES = [1, 2, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128];
const MAX_VALUES = 12;

export function explainKnobs(
	question: AllocationQuestion,
	results: readonly AllocationResult[],
	chosen: AllocationResult,
	budget: number,
	fit: Exclude<keyof Statistics, "p50">,
): Alternatives[] {
	return knobsOf(question).map((knob) => {
		const byValue = new Map<SettingValue, AllocationResult[]>();
		for (const result of results) {
			const value = result.allocation.settings[knob.setting];
			if (value === undefined) continue;
			const group = byValue.get(value) ?? [];
			group.push(result);
			byValue.set(value, group);
		}
		const own = chosen.allocation.settings[knob.setting];
		return {
			setting: knob.setting,
			...(knob.bound === undefined ? {} : { bound: knob.bound }),
			values: worthShowing(knob, [...byValue.keys()], own).flatMap((value) => {
				const group = byValue.get(value) ?? [];
				const fitting = group.filter(({ visualTokens }) => visualTokens[fit] <= budget);
				const best = value === own ? chosen : (prefer(fitting, question.fidelity) ?? leastTokens(group, fit));
				return best === undefined ? [] : [describe(value, best, chosen, budget, fit, question)];
			}),
		};
	});
}

function describe(
	value: SettingValue,
	best: AllocationResult,
	chosen: AllocationResult,
	budget: number,
	fit: Exclude<keyof Statistics, "p50">,
	{ fidelity }: AllocationQuestion,
): Alternative {
	const gap = fidelityGap(best.logShares, chosen.logShares, fidelity);
	const compared: Verdict = isClearlyMore(gap) ? "keeps-more" : isClearlyLess(gap) ? "keeps-less" : "tie";
	return {
		value,
		summary: best.allocation.summary,
		visualTokens: best.visualTokens,
		fits: best.visualTokens[fit] <= budget,
		verdict: best === chosen ? "chosen" : compared,
		fidelityRatio: best.fidelity / chosen.fidelity,
		kept: best.kept,
		untrained: best.untrained.map(
			({ setting, value, trained }) => `${setting} ${value} (trained: ${trained})`,
		),
	};
}

/** The chosen value, both ends, and evenly spaced ones in between. For frames, the common counts. */
function worthShowing(
	knob: Knob,
	values: readonly SettingValue[],
	own: SettingValue | undefined,
): SettingValue[] {
	const order = [...values].sort((a, b) => Number(a) - Number(b));
	if (order.length <= MAX_VALUES) return order;
	if (knob.bound === "frames") {
		const asked = order.filter((value) => ASKED_FRAMES.includes(Number(value)) || value === own);
		if (asked.length >= 3) return asked;
	}
	return order.filter(
		(value, index) =>
			value === own ||
			index === order.length - 1 ||
			Math.floor((index * MAX_VALUES) / order.length) !==
				Math.floor(((index - 1) * MAX_VALUES) / order.length),
	);
}

function leastTokens(
	results: readonly AllocationResult[],
	fit: Exclude<keyof Statistics, "p50">,
): AllocationResult | undefined {
	return results.reduce<AllocationResult | undefined>(
		(least, result) =>
			least === undefined || result.visualTokens[fit] < least.visualTokens[fit] ? result : least,
		undefined,
	);
}
