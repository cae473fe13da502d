/** Constants behind a plan that no published file confirms. */

import { showUnverified, unverifiedFacts } from "../../unverified.ts";
import type { Plan } from "../plan.ts";

/** One line per table row: the checkpoint, its tower, its language model, the accelerator. */
export function unverifiedOfPlan({ checkpoint, hardware }: Plan["request"]): readonly string[] {
	const { name, unverified = [] } = hardware.facts;
	const accelerator = unverified.length === 0 ? [] : [{ of: name, properties: unverified }];
	return [...unverifiedFacts(checkpoint), ...accelerator].map(showUnverified);
}
