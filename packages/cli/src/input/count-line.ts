/** Counts one line of a JSON Lines file of samples, and answers with one line. */

import type { AnyCounter, CountedItem } from "@onevision/api";
import { OnevisionError } from "@onevision/base";
import { type Line, readSampleLine } from "@onevision/media";

/** The answer to a line. */
export type LineResult =
	| {
			readonly id?: string | number;
			readonly visualTokens: number;
			readonly towerTokens?: number;
			readonly contextTokens: number;
			readonly items: readonly ReturnType<typeof withoutLists>[];
	  }
	| { readonly line: number; readonly id?: string | number; readonly error: string; readonly code: string };

/** Never throws for a bad line: the answer then holds its number, a code and the reason. */
export function countLine(counter: AnyCounter, line: Line): LineResult {
	const { sample, ...named } = readSampleLine(line);
	try {
		if (sample instanceof OnevisionError) throw sample;
		const { items, ...sums } = counter.count(sample);
		return { ...named, ...sums, items: items.map(({ detail }) => withoutLists(detail)) };
	} catch (error) {
		if (!(error instanceof OnevisionError)) throw error;
		return { line: line.number, ...named, error: error.message, code: error.code };
	}
}

/** An item without its per-frame lists, to keep lines short. */
function withoutLists(detail: CountedItem["detail"]) {
	if (!("wrapper" in detail)) return detail;
	const { frameIndices: _indices, wrapper, ...rest } = detail;
	return { ...rest, wrapper: { markers: wrapper.markers, estimatedTextTokens: wrapper.estimatedTextTokens } };
}
