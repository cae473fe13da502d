/** What is said of a clip's sound beside its visual tokens. */

import type { ApiItemCount } from "@onevision/api";
import { formatInteger } from "@onevision/base";

/** One line at most: tokens of the sound, and whether the clip is known to have any. */
export function soundNotes({ audioTokens, audioUnknown }: ApiItemCount): readonly string[] {
	if (audioTokens === undefined) return [];
	return audioUnknown === true
		? [
				`up to ${formatInteger(audioTokens)} tokens of sound come on top: whether the clip has a sound track is not known (audio=false leaves it out)`,
			]
		: [`${formatInteger(audioTokens)} tokens of sound come on top`];
}
