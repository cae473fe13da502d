/**
 * A plan's curriculum as a trainer needs it: whole samples per scenario, one sequence length, one set of settings per
 * stage. Derived from the plan alone, so that every target exports the same numbers.
 */

import { OnevisionError } from "@onevision/base";
import { type Plan, SCENARIOS, type Scenario, type Settings, type StagePlan } from "@onevision/core";

export interface ExportStage {
	/** "1-single-image": its place in the curriculum and its id. */
	readonly name: string;
	readonly plan: StagePlan;
	/** Samples of each scenario in one epoch; they sum to the stage's samples. */
	readonly samples: Readonly<Record<Scenario, number>>;
	/** Sequence length that takes the longest planned sample whole, a multiple of 256. */
	readonly maxLength: number;
	/** Samples per accelerator and pass, and passes per step. Absent when the plan does not know the model's widths. */
	readonly batch?: { readonly micro: number; readonly accumulation: number };
}

/** Sequence lengths are multiples of this. */
const LENGTH_STEP = 256;

/** The stages of a plan, in order. `maxLength` replaces the length that follows from the plan. */
export function exportStages(plan: Plan, maxLength?: number): readonly ExportStage[] {
	if (plan.request.purpose !== "train") {
		throw new OnevisionError(
			"invalid-input",
			"the plan is for deployment and has no stages; plan with --purpose train, or export it to transformers, vllm or sglang",
		);
	}
	return plan.curriculum.stages.map((stage, index) => ({
		name: `${index + 1}-${stage.stage}`,
		plan: stage,
		samples: wholeSamples(stage),
		maxLength: maxLength ?? lengthOf(plan, stage),
		...(stage.microBatch === undefined || stage.accumulation === undefined
			? {}
			: { batch: { micro: stage.microBatch, accumulation: stage.accumulation } }),
	}));
}

/** Splits the samples by the mixture with the largest remainders, so that none is lost to rounding. */
function wholeSamples({ mixture, samples }: StagePlan): Record<Scenario, number> {
	const exact = SCENARIOS.map((scenario) => ({ scenario, share: mixture[scenario] * samples }));
	const counts = Object.fromEntries(
		exact.map(({ scenario, share }) => [scenario, Math.floor(share)]),
	) as Record<Scenario, number>;
	const rest = samples - SCENARIOS.reduce((sum, scenario) => sum + counts[scenario], 0);
	const byRemainder = [...exact].sort((a, b) => (b.share % 1) - (a.share % 1));
	for (const { scenario } of byRemainder.slice(0, rest)) counts[scenario]++;
	return counts;
}

/** The longest planned sample of the stage's scenarios, with the plan's text, rounded up. */
function lengthOf({ request, scenarios }: Plan, stage: StagePlan): number {
	const text = request.textTokens.prompt + request.textTokens.answer;
	const isOneTile = stage.stage === "alignment";
	const longest = isOneTile
		? stage.visualTokens
		: Math.max(
				...scenarios
					.filter(({ scenario }) => stage.mixture[scenario] > 0)
					.map(({ chosen }) => chosen.contextTokens),
				stage.visualTokens,
			);
	const length = Math.ceil((longest + text) / LENGTH_STEP) * LENGTH_STEP;
	return Math.min(length, request.checkpoint.contextTokens ?? length);
}

/** Scenarios that a stage trains on. */
export function scenariosOf({ samples }: ExportStage): readonly Scenario[] {
	return SCENARIOS.filter((scenario) => samples[scenario] > 0);
}

/** Chosen settings of a scenario; `undefined` where the plan's mix leaves the scenario out. */
function settingsOf(plan: Plan, scenario: Scenario): Settings | undefined {
	return plan.scenarios.find((each) => each.scenario === scenario)?.chosen.allocation.settings;
}

/** Settings of all planned scenarios together. A family's scenarios use different settings or agree on them. */
export function allSettings(plan: Plan): Settings {
	return Object.assign({}, ...plan.scenarios.map(({ chosen }) => chosen.allocation.settings)) as Settings;
}

/** What the plan itself does not know, for every training target. */
export function stageNotes(plan: Plan, stages: readonly ExportStage[], maxLength?: number): string[] {
	const text = plan.request.textTokens.prompt + plan.request.textTokens.answer;
	const unplanned = SCENARIOS.filter(
		(scenario) =>
			settingsOf(plan, scenario) === undefined && stages.some(({ samples }) => samples[scenario] > 0),
	);
	return [
		...(maxLength === undefined
			? [
					`lengths hold the plan's ${text} tokens of text a sample: longer text is cut or refused; --max-length takes the length that onevision profile suggests`,
				]
			: []),
		...(unplanned.length === 0
			? []
			: [
					`the plan's own mix has no ${unplanned.join(" and ")}: those samples keep the trainer's default settings, and no length was planned for them`,
				]),
		...(stages[0]?.plan.stage === "alignment"
			? [
					"alignment trains a new projector: --weights names a model whose projector is untrained, not the finished checkpoint",
				]
			: []),
	];
}
