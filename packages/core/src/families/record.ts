/** The exports of a family's folder: everything known about the family but how its snapshots are read. */

import type { PositionRule } from "../positions/rule.ts";
import type { AnyCheckpointRow } from "./checkpoint.ts";
import type { AnyFamily } from "./family.ts";
import type { VllmRule } from "./vllm.ts";

/** One rule for all checkpoints, or "of-checkpoint" when generations differ and each row has its own rule. */
export type FamilyPositions = PositionRule | "of-checkpoint";

/** The exports of `families/<id>/index.ts`. */
export interface FamilyRecord {
	/** How media become tokens: constants, settings and planner knobs. */
	readonly layout: AnyFamily;
	/** Released checkpoints by id. */
	readonly checkpoints: Readonly<Record<string, AnyCheckpointRow>>;
	readonly positions: FamilyPositions;
	readonly vllm: VllmRule;
}
