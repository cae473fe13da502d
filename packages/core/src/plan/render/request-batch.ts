/** The batch that the costs of a plan were estimated for. */

import { formatInteger } from "@onevision/base";
import type { ScenarioCost } from "../plan.ts";

/** "8 decoded together"; where fewer fit than were asked for, it says so. */
export function decodedTogether(costs: readonly ScenarioCost[], asked: number): string {
	const together = Math.min(...costs.map(({ cost }) => cost.requestBatch), asked);
	const fit = together < asked ? `, as many as fit of the ${formatInteger(asked)} asked` : "";
	return `${formatInteger(together)} decoded together${fit}`;
}
