/** Headers that the gateway adds: what a request took and what was done, for the client; whose key, for the upstream. */

import type { Decision } from "./decide.ts";
import type { Target } from "./target.ts";

/** Longest header written. */
const MAX_HEADER = 2000;

interface Told {
	readonly id: string;
	readonly target: Target;
	readonly decision: Decision;
	readonly maxAnswer: number | undefined;
	readonly changes: readonly string[];
	/** What the day's budgets have left. */
	readonly left: string | undefined;
}

export function answerHeaders({
	id,
	target,
	decision,
	maxAnswer,
	changes,
	left,
}: Told): Record<string, string> {
	const { kind, counted, taken, warnings } = decision;
	const { visualTokens, promptTokens, contextTokens, exactness, uncounted, doubts } = counted;
	const prompt = target.cost(promptTokens, 0);
	const answer = maxAnswer === undefined ? undefined : target.cost(promptTokens, maxAnswer);
	const list = (values: readonly string[], between = "; "): string | undefined =>
		values.length === 0 ? undefined : values.join(between);
	const headers: Record<string, string | undefined> = {
		"x-onevision-model": counted.model,
		"x-onevision-decision": kind,
		"x-onevision-visual-tokens": String(visualTokens),
		"x-onevision-prompt-tokens": String(taken.promptTokens),
		"x-onevision-exactness": exactness,
		"x-onevision-context-share":
			contextTokens === undefined ? undefined : (promptTokens / contextTokens).toFixed(4),
		"x-onevision-prompt-usd": prompt?.inputUsd.toFixed(6),
		"x-onevision-answer-usd-max": answer?.outputUsd.toFixed(6),
		"x-onevision-changes": list(changes, ", "),
		"x-onevision-warnings": list(warnings),
		"x-onevision-uncounted": uncounted.length === 0 ? undefined : String(uncounted.length),
		"x-onevision-doubts": list(doubts),
		"x-onevision-left": left,
		"x-onevision-request-id": id,
	};
	return Object.fromEntries(
		Object.entries(headers).flatMap(([name, value]) =>
			value === undefined ? [] : [[name, asHeader(value)]],
		),
	);
}

/** Parts of it may come from a request: one line of plain characters, never long. */
function asHeader(value: string): string {
	return value.slice(0, MAX_HEADER).replace(/[^\x20-\x7e]/g, "?");
}

type SentHeaders = Readonly<Record<string, string | readonly string[]>>;

/** The gateway's own keys end here; a key of the upstream's stands in the configuration. */
export function authorized(headers: SentHeaders, { upstreamKey }: Target, isOurs: boolean): SentHeaders {
	if (upstreamKey === undefined && !isOurs) return headers;
	const { authorization, "x-api-key": apiKey, cookie: _cookie, ...rest } = headers;
	if (upstreamKey === undefined) return rest;
	// In the form that the client used: each API's servers take their own.
	return apiKey !== undefined && authorization === undefined
		? { ...rest, "x-api-key": upstreamKey }
		: { ...rest, authorization: `Bearer ${upstreamKey}` };
}
