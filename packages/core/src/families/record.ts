/** What a family's folder exports: everything that is known of it. */

import type { PositionRule } from "../positions/rule.ts";
import type { SnapshotSupport } from "../snapshot/reader.ts";
import type { AnyCheckpointRow } from "./checkpoint.ts";
import type { AnyFamily } from "./family.ts";
import type { VllmRule } from "./vllm.ts";

/** A rule for all checkpoints, or "of-checkpoint" where generations differ and each row has its own. */
export type FamilyPositions = PositionRule | "of-checkpoint";

/** The exports of `families/<id>/index.ts`. */
export interface FamilyRecord {
	/** How media become tokens: constants, settings, knobs of the planner. */
	readonly layout: AnyFamily;
	/** Released checkpoints by id. */
	readonly checkpoints: Readonly<Record<string, AnyCheckpointRow>>;
	/** How files of a Hugging Face snapshot are read. */
	readonly snapshot: SnapshotSupport;
	readonly positions: FamilyPositions;
	readonly vllm: VllmRule;
}
