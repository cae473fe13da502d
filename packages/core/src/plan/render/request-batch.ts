/** The request batch used for a plan's cost estimates. */

import { formatInteger } from "@onevision/base";
import type { ScenarioCost } from "../plan.ts";

/** "8 decoded together", with a note when fewer fit than were requested. */
export function decodedTogether(costs: readonly ScenarioCost[], asked: number): string {
	const together = Math.min(...costs.map(({ cost }) => cost.requestBatch), asked);
	const fit = together < asked ? `, as many as fit of the ${formatInteger(asked)} asked` : "";
	return `${formatInteger(together)} decoded together${fit}`;
}
