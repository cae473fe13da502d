/** Looks up a checkpoint's position rule. */

import { OnevisionError } from "@onevision/base";
import { type Checkpoint, FAMILIES } from "../families/index.ts";
import type { FamilyPositions } from "../families/record.ts";
import type { PositionRule } from "./rule.ts";

/**
 * The checkpoint's own position rule, or else its family's.
 *
 * @throws OnevisionError `unsupported` when the checkpoint has no rule and its family has none that covers all
 * checkpoints
 */
export function positionRuleOf({ title, family, positions }: Checkpoint): PositionRule {
	const rule: FamilyPositions = positions ?? FAMILIES[family].positions;
	if (rule !== "of-checkpoint") return rule;
	throw new OnevisionError(
		"unsupported",
		`positions of ${title}: generations of this family number differently; give the checkpoint the rule of its own (positions)`,
	);
}
