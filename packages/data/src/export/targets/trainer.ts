/** What the exports of trainers share: learning rates as the trainers take them, file names of data, common notes. */

import { formatInteger } from "@onevision/base";
import type { Plan, Scenario } from "@onevision/core";
import { stringify } from "yaml";
import { dataFile, type ScenarioData } from "../data-files.ts";
import { type ExportStage, scenariosOf } from "../stages.ts";
import type { PlanExportOptions } from "../target.ts";

/** The language model's learning rate, or that of the last trained part before it: what trainers call *the* rate. */
export function mainRate({ plan }: ExportStage): number {
	const { learningRates } = plan;
	return learningRates["language-model"] ?? learningRates.projector ?? learningRates.tower ?? 0;
}

/** Samples a scenario has in the data written beside; `undefined` when no data was given. */
export function available(data: readonly ScenarioData[] | undefined, scenario: Scenario): number | undefined {
	return data === undefined ? undefined : (data.find((each) => each.scenario === scenario)?.samples ?? 0);
}

/** How many samples of a scenario a stage takes, of those that are there. */
export function taken(stage: ExportStage, scenario: Scenario, options: PlanExportOptions): number {
	const asked = stage.samples[scenario];
	return Math.min(asked, available(options.data, scenario) ?? asked);
}

/** Scenarios that a stage has data for. */
export function trainedScenarios(stage: ExportStage, options: PlanExportOptions): readonly Scenario[] {
	return scenariosOf(stage).filter((scenario) => taken(stage, scenario, options) > 0);
}

/** Data files of a scenario, relative to the export's folder: those written, or the one that the user has to put there. */
export function dataFiles(options: PlanExportOptions, scenario: Scenario): readonly string[] {
	return options.data?.find((each) => each.scenario === scenario)?.files ?? [dataFile(scenario, 0)];
}

/** A stage's share of a scenario's files: how many samples of each, and whether that is all of it. */
export function takenFiles(
	stage: ExportStage,
	scenario: Scenario,
	options: PlanExportOptions,
): readonly { readonly file: string; readonly samples: number; readonly isWhole: boolean }[] {
	const data = options.data?.find((each) => each.scenario === scenario);
	let left = taken(stage, scenario, options);
	return dataFiles(options, scenario).flatMap((file, index) => {
		const inFile = data?.fileSamples[index];
		const samples = Math.min(left, inFile ?? left);
		left -= samples;
		return samples === 0 ? [] : [{ file, samples, isWhole: samples === inFile }];
	});
}

/** A training configuration as YAML. PyYAML reads a number such as 5e-7 as text; with a point it is a number. */
export function trainingYaml(comment: string, document: object): string {
	const text = stringify(document, { lineWidth: 0 });
	return `# ${comment}\n${text.replaceAll(/^(\s*[\w-]+: -?\d+)(e[+-]?\d+)$/gm, "$1.0$2")}`;
}

export function dataNotes(stages: readonly ExportStage[], options: PlanExportOptions): string[] {
	const { data } = options;
	if (data === undefined) {
		return [
			"no data was given: put each scenario's samples where the files name them, or export with --data",
		];
	}
	const short = stages.flatMap((stage) =>
		scenariosOf(stage).flatMap((scenario) => {
			const there = available(data, scenario) ?? 0;
			const asked = stage.samples[scenario];
			return there < asked ? [`${stage.name} plans ${asked} ${scenario} samples, the data has ${there}`] : [];
		}),
	);
	const text = data.find(({ scenario }) => scenario === "text");
	return [
		...short,
		...(text === undefined
			? []
			: [
					`samples without media (${formatInteger(text.samples)}) lie in data/text: no stage of the plan takes them`,
				]),
		...(options.dataNotes ?? []),
	];
}

/** What parts a stage trains, and with which rates, as one line of a comment. */
export function stageComment(plan: Plan, { plan: stage, samples, maxLength }: ExportStage): string {
	const mixture = Object.entries(samples)
		.filter(([, count]) => count > 0)
		.map(([scenario, count]) => `${formatInteger(count)} ${scenario}`)
		.join(", ");
	return `${stage.title}: ${mixture}; ${stage.epochs} epoch${stage.epochs === 1 ? "" : "s"}, ${formatInteger(stage.steps)} steps of ${stage.globalBatch}; trains ${stage.trainable.join(", ")}; at most ${formatInteger(maxLength)} tokens; planned on ${plan.request.hardware.count} × ${plan.request.hardware.facts.name}`;
}
