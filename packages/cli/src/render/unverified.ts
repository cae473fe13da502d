/** What a plan rests on and no published file was read for. */

import { type Plan, showUnverified, unverifiedFacts } from "@onevision/core";

/** One line per row of the tables: the checkpoint, its tower, its language model, the accelerator. */
export function unverifiedOfPlan({ checkpoint, hardware }: Plan["request"]): readonly string[] {
	const { name, unverified = [] } = hardware.facts;
	const accelerator = unverified.length === 0 ? [] : [{ of: name, properties: unverified }];
	return [...unverifiedFacts(checkpoint), ...accelerator].map(showUnverified);
}
