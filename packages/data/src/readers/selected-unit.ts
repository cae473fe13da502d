/** A file of JSON rows from which a mixture uses some. Its rows are counted before the first one is read. */

import type { Found } from "../record.ts";
import { foundOf, jsonRows, type ReadRow, startsAsArray } from "./json-rows.ts";
import type { Place, ReadContext, Slice, SliceSizes, Unit } from "./reader.ts";
import { type Sampling, selectRows } from "./selection.ts";

/** Slices are in rows, and carry the byte of their first row. */
export function selectedUnit(
	place: Place,
	context: ReadContext,
	read: ReadRow,
	root: string,
	sampling: Sampling,
): Unit {
	const { path: file } = place;
	const isArray = startsAsArray(place.head);
	const slices = async function* ({ json }: Pick<SliceSizes, "json">): AsyncGenerator<Slice> {
		const cuts: { row: number; offset: number }[] = [{ row: 0, offset: 0 }];
		let total = 0;
		for await (const rows of jsonRows(file, 0, isArray, context.counter, 0)) {
			for (const { offset } of rows) {
				if (offset - (cuts.at(-1)?.offset ?? 0) >= json) cuts.push({ row: total, offset });
				total++;
			}
		}
		for (const [index, { row, offset }] of cuts.entries()) {
			const next = cuts[index + 1];
			const share = ((next?.offset ?? place.size) - offset) / place.size;
			yield { from: row, to: next?.row ?? total, share, rows: { offset, total } };
		}
	};
	const rowsOf = async function* ({ from, to, rows }: Slice): AsyncGenerator<readonly Found[]> {
		if (rows === undefined) return;
		const isTaken = selectRows(sampling, rows.total, context.seed);
		// Draws depend on those before them.
		for (let row = 0; row < from; row++) isTaken(row);
		let index = from;
		for await (const batch of jsonRows(file, rows.offset, isArray, context.counter)) {
			const own = batch.slice(0, to - index);
			yield own.filter(() => isTaken(index++)).map((row) => foundOf(file, row, read));
			if (index === to) return;
		}
	};
	return {
		file,
		length: place.size,
		root,
		slices,
		read: async function* (slice) {
			if (slice.rows !== undefined) yield* rowsOf(slice);
			else for await (const whole of slices({ json: Number.POSITIVE_INFINITY })) yield* rowsOf(whole);
		},
	};
}
