/** What every export target provides: the files, and what they cannot say. */

import type { Plan } from "@onevision/core";
import type { ScenarioData } from "./data-files.ts";

export interface ExportFile {
	/** Relative to the export's folder, with "/". */
	readonly name: string;
	readonly text: string;
	readonly isExecutable?: boolean;
}

/** An export as data: written by the caller. */
export interface PlanExport {
	readonly files: readonly ExportFile[];
	/** Command lines that use the export, run in its folder. */
	readonly run: readonly string[];
	/** What the target cannot express, or does unlike the plan. */
	readonly notes: readonly string[];
}

export interface PlanExportOptions {
	/** Hub id or folder of the model that the target loads. Default: the plan's checkpoint. */
	readonly weights?: string;
	/** Sequence length of every stage. Default: follows from the plan. */
	readonly maxLength?: number;
	/** Files of a snapshot's configuration, by name; `transformers` writes the settings into them. */
	readonly snapshot?: Readonly<Record<string, string>>;
	/** The data of each scenario, as written beside; absent when no data set was given. */
	readonly data?: readonly ScenarioData[];
	/** What the data files could not hold. */
	readonly dataNotes?: readonly string[];
}

/** A target that takes a plan. */
export interface PlanTarget {
	readonly title: string;
	/** Where its options and formats were read: repository, file and commit, or package and version. */
	readonly source: string;
	/** Whether it trains: such a target has stages, and takes data. */
	readonly isTrainer: boolean;
	write(plan: Plan, options: PlanExportOptions): PlanExport;
}
