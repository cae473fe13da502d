/** A plan request after names are looked up and defaults filled in. */

import type { Offload } from "../cost/memory.ts";
import type { Part } from "../facts/curriculum.ts";
import type { Hardware, HardwareId } from "../facts/hardware.ts";
import type { Parity } from "../families/family.ts";
import type { Checkpoint } from "../families/index.ts";
import type { Scenario } from "../sample.ts";
import type { Bounds } from "./allocate.ts";
import type { StageId } from "./curriculum.ts";
import type { FidelityModel } from "./fidelity.ts";
import type { PlanRequest } from "./request.ts";
import type { RuleId } from "./rule-ids.ts";
import type { FitStatistic } from "./scenario.ts";

/** A fully specified plan request. */
export interface ResolvedPlanRequest {
	/** Visual tokens per sample. */
	readonly budget: number;
	/** Shares summing to 1. */
	readonly mix: Readonly<Record<Scenario, number>>;
	/** Id of the checkpoint, or "custom". */
	readonly model: string;
	readonly checkpoint: Checkpoint;
	readonly parity?: Parity;
	readonly purpose: "train" | "deploy";
	readonly fit: FitStatistic;
	readonly meanTokens: number;
	readonly priorities: Readonly<Record<Scenario, number>>;
	readonly limits: {
		readonly frames?: Bounds;
		readonly images?: Bounds;
		readonly tiles?: Bounds;
		readonly pooling?: Bounds;
	};
	readonly fidelity: FidelityModel;
	readonly textTokens: { readonly prompt: number; readonly answer: number };
	readonly curriculum: {
		/** Stages the checkpoint has already completed. */
		readonly done: readonly StageId[];
		readonly order: readonly StageId[];
		readonly samples: Readonly<Record<StageId, number>>;
		readonly samplesSource: Readonly<Record<StageId, string>>;
		readonly globalBatch?: number;
		readonly epochs: number;
	};
	readonly training: {
		readonly method: "full" | "lora";
		readonly loraRank: number;
		readonly freeze: readonly Part[];
	};
	readonly hardware: {
		readonly id: HardwareId;
		readonly facts: Hardware;
		readonly count: number;
		readonly pricePerHour?: number;
		readonly priceSource?: string;
		readonly trainingEfficiency: number;
		readonly prefillEfficiency: number;
		readonly zeroStage: number;
		/** Absent: chosen stage by stage from the available memory. */
		readonly microBatch?: number;
		readonly activationCheckpointing: boolean;
		readonly offload: Offload;
		readonly requestBatch: number;
		/** Keys that were not requested. Their values are this project's defaults. */
		readonly assumed: readonly string[];
	};
	readonly inference: NonNullable<PlanRequest["inference"]>;
	readonly allow: readonly RuleId[];
}
