/** The exports of a family's folder: everything known about the family. */

import type { PositionRule } from "../positions/rule.ts";
import type { SnapshotSupport } from "../snapshot/reader.ts";
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
	/** How its Hugging Face snapshots are read. */
	readonly snapshot: SnapshotSupport;
	readonly positions: FamilyPositions;
	readonly vllm: VllmRule;
}
