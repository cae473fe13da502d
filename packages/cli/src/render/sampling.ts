/** Which frames of a video are counted, in a sentence that also says how to choose others. */

import { settingsText } from "@onevision/api";
import type { VideoSampling } from "@onevision/core";

/** `counts` names whose count it is, such as "transformers"; `sampling` is absent for closed models. */
export function samplingNote(sampling: VideoSampling | undefined, counts: string): string {
	if (sampling === undefined) return "videos are sampled by the provider's rule";
	const { by, settings, card, choosers } = sampling;
	if (by === "asked") return `videos are sampled with ${settingsText(settings)}, as set`;
	if (by === "card") {
		return `videos are sampled with ${settingsText(settings)}, as the model card does; --as-is takes every frame, as ${counts} does by itself`;
	}
	if (card !== undefined) {
		return `every frame of a video is taken, as ${counts} does by itself; without --as-is they are sampled with ${settingsText(card)}, as the model card does`;
	}
	const [first] = choosers;
	return `videos are sampled as ${counts} does by itself${first === undefined ? "" : `; --set ${first}=N takes N frames`}`;
}
