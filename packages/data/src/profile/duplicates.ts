/** The duplicates among the media of a stored profile: found once, when every part is there. */

import { join } from "node:path";
import { type Duplicates, findDuplicates, readDuplicates } from "../duplicates/find.ts";
import { partFiles } from "./slice.ts";
import { type ProfileState, partsIn } from "./state.ts";

/** Those of a finished profile, found now unless they are stored; `undefined` of a shard, or if not asked for. */
export async function duplicatesIn(folder: string, state: ProfileState): Promise<Duplicates | undefined> {
	const { duplicates } = state.about;
	if (duplicates === undefined || state.shard !== undefined) return undefined;
	const found = await readDuplicates(folder);
	if (found !== undefined) return found;
	const parts = partsIn(state).map((part) => join(folder, "parts", partFiles(part)[1]));
	return findDuplicates(folder, parts, duplicates);
}
