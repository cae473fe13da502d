/** What is said of a clip's sound beside its visual tokens. */

import type { ApiItemCount } from "@onevision/api";
import { whole } from "./numbers.ts";

/** One line at most: tokens of the sound, and whether the clip is known to have any. */
export function soundNotes({ audioTokens, audioUnknown }: ApiItemCount): readonly string[] {
	if (audioTokens === undefined) return [];
	return audioUnknown === true
		? [
				`up to ${whole(audioTokens)} tokens of sound come on top: whether the clip has a sound track is not known (audio=false leaves it out)`,
			]
		: [`${whole(audioTokens)} tokens of sound come on top`];
}
