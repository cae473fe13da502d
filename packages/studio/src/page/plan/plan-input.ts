/** The plan's question as the page holds it. */

import type { HardwareId } from "@onevision/core";
import type { OptionValues } from "./options.ts";

/** Questions to start from. */
export type PresetId = "lesson" | "exercise-1" | "video";

/** What the plan is made on. `profile` is a stored profile of a data set. */
export type PlanMedia = "mine" | "assumed" | "described" | "profile";

/** Percent of single-image, multi-image and video samples; whole numbers that sum to 100. */
export type Mix = readonly [single: number, multi: number, video: number];

export interface PlanInput {
	/** Visual tokens per sample. */
	readonly budget: number;
	readonly mix: Mix;
	readonly purpose: "train" | "deploy";
	readonly media: PlanMedia;
	/** The preset whose sizes are planned on, for `described`. */
	readonly describedBy?: PresetId;
	readonly frames?: { readonly min: number; readonly max: number };
	readonly accelerator: HardwareId;
	/** Accelerators in training. */
	readonly count: number;
	/** Whether the curriculum starts from the checkpoint or from alignment on. */
	readonly start: "checkpoint" | "scratch";
	/** Rules overridden knowingly. */
	readonly allow: readonly string[];
	/** Everything else that a request takes. */
	readonly options: OptionValues;
}
