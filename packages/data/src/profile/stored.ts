/** Reads a stored profile. */

import { OnevisionError } from "@onevision/base";
import { createReadCounter } from "../bytes/file-bytes.ts";
import type { Duplicates } from "../duplicates/find.ts";
import { duplicatesIn } from "./duplicates.ts";
import type { Profile } from "./run.ts";
import { type ProfileState, readState } from "./state.ts";
import { Totals } from "./totals.ts";

/**
 * The profile in a folder, as the run that finished it returned it; `undefined` if the folder holds none. Throws
 * `invalid-input` for one that is damaged or not finished.
 */
export async function readProfile(folder: string): Promise<Profile | undefined> {
	const state = await readState(folder);
	if (state === undefined) return undefined;
	if (state.isDone) return profileOf(state, await duplicatesIn(folder, state));
	throw new OnevisionError(
		"invalid-input",
		`${folder}: the profile is not finished; run its command again to go on`,
	);
}

export function profileOf({ about, shard, totals }: ProfileState, duplicates?: Duplicates): Profile {
	const read = { sets: createReadCounter(), media: createReadCounter() };
	return {
		...{ about, totals: new Totals(totals), read, resumed: totals.samples },
		...(shard === undefined ? {} : { shard }),
		...(duplicates === undefined ? {} : { duplicates }),
	};
}
