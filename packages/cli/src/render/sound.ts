/** Notes on a clip's sound, next to its visual tokens. */

import type { ApiItemCount } from "@onevision/api";
import { formatInteger } from "@onevision/base";

/** At most one line: tokens of the sound, and whether the clip is known to have any. */
export function soundNotes({ audioTokens, audioUnknown }: ApiItemCount): readonly string[] {
	if (audioTokens === undefined) return [];
	return audioUnknown === true
		? [
				`up to ${formatInteger(audioTokens)} tokens of sound come on top: whether the clip has a sound track is not known (audio=false leaves it out)`,
			]
		: [`${formatInteger(audioTokens)} tokens of sound come on top`];
}
