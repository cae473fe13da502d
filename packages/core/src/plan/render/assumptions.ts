/** What a plan rests on that nobody gave and nobody published. */

import type { CurriculumPlan } from "../curriculum.ts";

/** How `samplesSource` begins for a number that is neither asked for nor published. */
const ASSUMED = "assumed: ";

/** "task-transfer samples (a tenth of the OneVision stage)": stages whose number of samples is assumed. */
export function assumedSamples({ stages }: Pick<CurriculumPlan, "stages">): string[] {
	return stages.flatMap(({ stage, samplesSource }) =>
		samplesSource.startsWith(ASSUMED) ? [`${stage} samples (${samplesSource.slice(ASSUMED.length)})`] : [],
	);
}
