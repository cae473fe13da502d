/** The orders of LLaVA-NeXT's trainer, index by index. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { lengthGroupedOrder, modalityLengthGroupedOrder } from "./length-grouped.ts";

interface Row {
	readonly lengths: readonly number[];
	readonly batchSize: number;
	readonly ranks: number;
	readonly byLength: readonly number[];
	readonly byModality: readonly number[];
}
const { source, rows } = JSON.parse(
	readFileSync(new URL("../goldens/length-grouped.json", import.meta.url), "utf8"),
) as { readonly source: string; readonly rows: readonly Row[] };

/** As the oracle permutes. */
const permute = (count: number): number[] => {
	const key = (index: number): number => ((index + 1) * 7919) % 10007;
	return Array.from({ length: count }, (_, index) => index).sort((a, b) => key(a) - key(b));
};

test.each(rows)(`$lengths.length samples, $batchSize on $ranks ranks, as ${source}`, (row) => {
	expect(lengthGroupedOrder(row.lengths.map(Math.abs), row, permute)).toEqual(row.byLength);
	expect(modalityLengthGroupedOrder(row.lengths, row, permute)).toEqual(row.byModality);
});
