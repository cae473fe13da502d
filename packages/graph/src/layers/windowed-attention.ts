/** Attention within windows of rows, of any number and of different sizes: padded to one size, each is a batch of its own. */

import { Gather, Reshape } from "../ops.ts";
import type { Value } from "../value.ts";
import { fullAttention, type LayerForm } from "./blocks.ts";
import { rowsOf } from "./linear.ts";

/** Which rows are in which window. */
export interface RowWindows {
	/** int64 [windows, size]: the rows of each window; any row where it has fewer. */
	readonly rows: Value;
	/** [windows, 1, size, size]: 0 for the rows of a window, `MASKED` for keys that only fill it up. */
	readonly bias: Value;
	/** int64 [seq]: where each row is among all rows of `rows`. */
	readonly places: Value;
}

/** Attention of each row to those of its window: [1, seq, heads·dim] each, returns the same. */
export function windowedAttention(
	query: Value,
	key: Value,
	value: Value,
	{ rows, bias, places, heads, form }: RowWindows & { readonly heads: number; readonly form: LayerForm },
): Value {
	const [q, k, v] = [query, key, value].map((each) => Gather(rowsOf(each), rows)) as [Value, Value, Value];
	const attended = rowsOf(fullAttention(q, k, v, { heads, form, bias }));
	return Reshape(Gather(attended, places), query.dims);
}
