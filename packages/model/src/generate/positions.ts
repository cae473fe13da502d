/** The positions of a conversation's tokens, one for each axis of the decoder's rotary embedding. */

import type { MediaItem, PositionRule } from "@onevision/core";
import { type ItemLayout, mropeIds, type Run, visualRun } from "@onevision/core";

/** Positions of a prompt's tokens. */
export interface TokenPositions {
	/** One list for each axis; a single one where a token has one position. */
	readonly axes: readonly Int32Array[];
	/** Position of the first token of the answer, on every axis; those after it follow one by one. */
	readonly next: number;
}

/** A medium's visual tokens in the sequence. */
export interface PositionedItem {
	readonly item: MediaItem;
	readonly layout: ItemLayout;
	/** First of the positions it takes up. */
	readonly start: number;
}

/** Numbers `length` tokens. Throws `invalid-input` for two media of a kind without a token between them, as the rule does. */
export function numberTokens(
	rule: PositionRule,
	length: number,
	items: readonly PositionedItem[],
): TokenPositions {
	if (rule.kind !== "mrope") {
		const start = rule.kind === "sequential" ? rule.start : 0;
		return { axes: [Int32Array.from({ length }, (_, token) => start + token)], next: start + length };
	}
	const runs: Run[] = [];
	let at = 0;
	for (const { item, layout, start } of items) {
		runs.push({ kind: "text", tokens: start - at }, visualRun(item, layout, rule.clock));
		at = start + layout.visualTokens;
	}
	const ids = mropeIds([...runs, { kind: "text", tokens: length - at }]);
	return { axes: [ids.temporal, ids.height, ids.width], next: ids.nextPosition };
}

/** Positions of the tokens from `start` to `end`, which may lie behind the prompt. */
export function positionsBetween({ axes, next }: TokenPositions, start: number, end: number): number[][] {
	return axes.map((axis) =>
		Array.from({ length: end - start }, (_, offset) => {
			const token = start + offset;
			return axis[token] ?? next + token - axis.length;
		}),
	);
}
