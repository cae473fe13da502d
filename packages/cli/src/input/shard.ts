/** `--shard i/n`: which share of the work this process does. */

import { OnevisionError } from "@onevision/base";
import type { Shard } from "@onevision/data";

/** `0/8` to `7/8`. Throws `invalid-input`. */
export function parseShard(text: string): Shard {
	const [, index, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
	if (index !== undefined && count !== undefined && Number(index) < Number(count)) {
		return { index: Number(index), count: Number(count) };
	}
	throw new OnevisionError("invalid-input", `--shard ${text.slice(0, 80)}: expected i/n, from 0/n to n-1/n`);
}
