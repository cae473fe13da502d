/** A file of JSON rows from which a mixture uses some. Its rows are counted before the first one is read. */

import type { Found } from "../record.ts";
import { foundOf, jsonRows, type ReadRow, startsAsArray } from "./json-rows.ts";
import type { Place, ReadContext, Unit } from "./reader.ts";
import { type Sampling, selectRows } from "./selection.ts";

/** `next` counts rows; resuming skips the earlier rows again, without parsing them. */
export function selectedUnit(
	place: Place,
	context: ReadContext,
	read: ReadRow,
	root: string,
	sampling: Sampling,
): Unit {
	const { path: file } = place;
	const rows = () => jsonRows(file, 0, startsAsArray(place.head), context.counter);
	return {
		file,
		length: place.size,
		root,
		read: async function* (from): AsyncGenerator<Found> {
			let total = 0;
			for await (const _row of rows()) total++;
			const isTaken = selectRows(sampling, total, context.seed);
			let index = 0;
			for await (const row of rows()) {
				const taken = isTaken(index++);
				if (taken && index > from) yield { ...foundOf(file, row, read), next: index };
			}
		},
	};
}
