/** A plan's assumptions: values that were neither given nor published. */

import type { CurriculumPlan } from "../curriculum.ts";

/** Prefix of `samplesSource` for a number that is neither requested nor published. */
const ASSUMED = "assumed: ";

/** Stages whose number of samples is assumed, e.g. "task-transfer samples (a tenth of the OneVision stage)". */
export function assumedSamples({ stages }: Pick<CurriculumPlan, "stages">): string[] {
	return stages.flatMap(({ stage, samplesSource }) =>
		samplesSource.startsWith(ASSUMED) ? [`${stage} samples (${samplesSource.slice(ASSUMED.length)})`] : [],
	);
}
