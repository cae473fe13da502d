/** Which rule a checkpoint numbers its positions by. */

import { OnevisionError } from "@onevision/base";
import { type Checkpoint, FAMILIES } from "../families/index.ts";
import type { FamilyPositions } from "../families/record.ts";
import type { PositionRule } from "./rule.ts";

/**
 * How a checkpoint numbers positions: as its own rule says, or its family's.
 *
 * @throws OnevisionError `unsupported` for a checkpoint without a rule of its own where the family has none for all
 */
export function positionRuleOf({ title, family, positions }: Checkpoint): PositionRule {
	const rule: FamilyPositions = positions ?? FAMILIES[family].positions;
	if (rule !== "of-checkpoint") return rule;
	throw new OnevisionError(
		"unsupported",
		`positions of ${title}: generations of this family number differently; give the checkpoint the rule of its own (positions)`,
	);
}
