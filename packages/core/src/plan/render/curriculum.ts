/** The curriculum as a self-contained document: everything a training script needs per stage. */

import type { StagePlan } from "../curriculum.ts";
import type { Plan } from "../plan.ts";
import { unverifiedOfPlan } from "./unverified.ts";

/** A plain object to write as YAML or JSON, with rounded tokens, samples, accelerator hours, GB and USD. */
export function curriculumDocument(plan: Plan): Readonly<Record<string, unknown>> {
	const { request, curriculum, scenarios } = plan;
	const unverified = unverifiedOfPlan(request);
	return {
		model: request.checkpoint.title,
		budget: request.budget,
		contextTokens: request.checkpoint.contextTokens,
		...(unverified.length === 0 ? {} : { unverified }),
		allocation: Object.fromEntries(
			scenarios.map(({ scenario, chosen: { allocation } }) => [
				scenario,
				{
					...allocation.settings,
					...(allocation.maxImages === undefined ? {} : { max_images: allocation.maxImages }),
				},
			]),
		),
		stages: curriculum.stages.map(stageDocument),
		total: {
			samples: curriculum.total.samples,
			steps: curriculum.total.steps,
			tokens: Math.round(curriculum.total.tokens),
			...roundedHours(curriculum.total),
			...(curriculum.total.cost === undefined ? {} : { costUsd: rounded(curriculum.total.cost) }),
		},
		...(plan.findings.some(({ overridden }) => overridden)
			? { overridden: plan.findings.filter(({ overridden }) => overridden).map(({ rule }) => rule) }
			: {}),
	};
}

function stageDocument(stage: StagePlan) {
	return {
		stage: stage.stage,
		title: stage.title,
		purpose: stage.purpose,
		samples: stage.samples,
		samplesSource: stage.samplesSource,
		mixture: Object.fromEntries(
			Object.entries(stage.mixture).map(([scenario, share]) => [scenario, rounded(share)]),
		),
		trainable: [...stage.trainable],
		training: { ...stage.training },
		...(stage.loraRank === undefined ? {} : { loraRank: stage.loraRank }),
		learningRates: stage.learningRates,
		schedule: stage.schedule,
		warmup: stage.warmup,
		globalBatch: stage.globalBatch,
		...(stage.microBatch === undefined
			? {}
			: { microBatch: stage.microBatch, accumulation: stage.accumulation }),
		epochs: stage.epochs,
		steps: stage.steps,
		visualTokensPerSample: rounded(stage.visualTokens),
		textTokensPerSample: stage.textTokens,
		totalTokens: Math.round(stage.totalTokens),
		...roundedHours(stage),
		...(stage.memory === undefined
			? {}
			: { memoryPerAcceleratorAtLeastGb: rounded(stage.memory.total / 1e9) }),
		...(stage.cost === undefined ? {} : { costUsd: rounded(stage.cost) }),
	};
}

/** Absent when the model's parameters are unknown. */
function roundedHours({ acceleratorHours }: { readonly acceleratorHours?: number }) {
	return acceleratorHours === undefined ? {} : { acceleratorHours: rounded(acceleratorHours) };
}

/** Rounded to at least four significant digits, without floating-point noise. */
function rounded(value: number): number {
	return Number(value.toPrecision(Math.max(4, Math.ceil(Math.log10(Math.abs(value) + 1)))));
}
