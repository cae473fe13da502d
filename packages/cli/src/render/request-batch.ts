/** How many requests a cost was estimated for at a time. */

import type { ScenarioCost } from "@onevision/core";
import { whole } from "./numbers.ts";

/** "8 decoded together", and what was asked where that many do not fit. */
export function decodedTogether(costs: readonly ScenarioCost[], asked: number): string {
	const together = Math.min(...costs.map(({ cost }) => cost.requestBatch), asked);
	const fit = together < asked ? `, as many as fit of the ${whole(asked)} asked` : "";
	return `${whole(together)} decoded together${fit}`;
}
