/** The plan: one answer put together from allocation, joint budget, contrast, extrapolation, curriculum, cost, skills and rules. */

import type { Checkpoint } from "../checkpoints/checkpoint.ts";
import { knownModelOf, type Model } from "../cost/model.ts";
import { estimateRequest, type RequestCost } from "../cost/request.ts";
import { type Counter, createCounterFrom } from "../count.ts";
import { OnevisionError } from "../errors.ts";
import type { Settings } from "../families/family.ts";
import { familyById } from "../families/index.ts";
import type { SampleLayout } from "../layout.ts";
import { durationSeconds, type Sample, SCENARIOS, type Scenario } from "../sample.ts";
import { type AllocationQuestion, type AllocationResult, limitImages } from "./allocate.ts";
import { type CurriculumPlan, planCurriculum, type ScenarioLoad, scenarioLoad } from "./curriculum.ts";
import { compareFixedAndDynamic, type FixedAgainstDynamic } from "./dynamic.ts";
import { type Extrapolation, extrapolate } from "./extrapolate.ts";
import { type JointPlan, planJoint, withinSample } from "./joint.ts";
import { type MediaProfile, mergeEqual, presentScenarios, profileMedia } from "./media-profile.ts";
import { type PlanRequest, planRequestSchema } from "./request.ts";
import { type ResolvedPlanRequest, resolvePlanRequest } from "./resolve.ts";
import { applyRules, type Finding, MOST_FULL_FRAMES } from "./rules.ts";
import { CONTEXT_RISK_ABOVE, planScenario, type ScenarioPlan } from "./scenario.ts";
import { expectSkills, type SkillPlan } from "./skills.ts";
import { statistics } from "./statistics.ts";

/** What one request of a scenario costs, for its median sample. */
export interface ScenarioCost {
	readonly scenario: Scenario;
	readonly cost: RequestCost;
}

export interface Plan {
	/** Version of this format. */
	readonly version: 1;
	readonly request: ResolvedPlanRequest;
	readonly scenarios: readonly ScenarioPlan[];
	/** Visual tokens per sample expected over the mix. */
	readonly expectedTokens: number;
	readonly joint: JointPlan;
	readonly fixedAgainstDynamic: FixedAgainstDynamic;
	/** Absent when the mix has no video, and where the model's context is not known. */
	readonly extrapolation?: Extrapolation;
	readonly curriculum: CurriculumPlan;
	/** Absent where the widths of the language model are not known. */
	readonly costs?: readonly ScenarioCost[];
	readonly skills: readonly SkillPlan[];
	readonly findings: readonly Finding[];
	/** Whether a reject or refusal stands that was not overridden. */
	readonly refused: boolean;
}

/**
 * Answers a plan request. `files` are the samples read from the user's media, if any; scenarios without any are planned
 * on what the request describes, else on assumed sizes, and say so. `checkpoint` takes the place of the request's model.
 *
 * @throws OnevisionError for a request that can't be understood; a plan that should not be carried out is returned with
 * `refused` set instead
 */
export function plan(given: PlanRequest, files: readonly Sample[] = [], checkpoint?: Checkpoint): Plan {
	const asked = planRequestSchema.parse(given, "");
	const request = resolvePlanRequest(asked, checkpoint);
	const media = profileMedia(asked.media, files);
	const present = plannable(request);
	const planned = present.map((scenario) => {
		const question = questionFor(request, media, scenario);
		return {
			question,
			...planScenario(question, media[scenario], request.mix[scenario], request.budget, request.fit),
		};
	});
	const scenarios = planned.map(({ plan }) => plan);
	const longest = Math.max(request.budget, request.meanTokens) * CONTEXT_RISK_ABOVE;
	const joint = planJoint(
		planned.map(({ plan: { scenario, share }, frontier }) => ({
			scenario,
			share,
			priority: request.priorities[scenario],
			frontier: frontier.points,
			choosable: withinSample(frontier.points, request.fit, longest),
		})),
		request.meanTokens,
	);
	const extrapolation = planExtrapolation(request, media, scenarios);
	const curriculum = planStages(request, media, scenarios);
	const model = knownModelOf(request.checkpoint.parts);
	const findings = applyRules({
		request,
		scenarios,
		curriculum,
		...(extrapolation === undefined ? {} : { extrapolation }),
	});
	return {
		version: 1,
		request,
		scenarios,
		expectedTokens: scenarios.reduce((sum, { share, chosen }) => sum + share * chosen.visualTokens.mean, 0),
		joint,
		fixedAgainstDynamic: compareFixedAndDynamic(
			request.checkpoint,
			request.parity,
			planned.map(({ plan: { scenario, chosen }, question }) => ({
				scenario,
				allocation: chosen.allocation,
				fixed: chosen.visualTokens,
				samples: question.samples,
			})),
		),
		...(extrapolation === undefined ? {} : { extrapolation }),
		curriculum,
		...(model === undefined
			? {}
			: {
					costs: planned.map(({ plan: { scenario, chosen }, question }) => ({
						scenario,
						cost: costOfMedian(request, model, question, chosen),
					})),
				}),
		skills: expectSkills(scenarios, curriculum),
		findings,
		refused: findings.some(({ severity, overridden }) => severity !== "warn" && !overridden),
	};
}

/** Scenarios in the mix that the family takes. */
function plannable(request: ResolvedPlanRequest): Scenario[] {
	const { scenarios } = familyById(request.checkpoint.family);
	return presentScenarios(request.mix).filter((scenario) => scenarios.includes(scenario));
}

function questionFor(
	request: ResolvedPlanRequest,
	media: MediaProfile,
	scenario: Scenario,
): AllocationQuestion {
	return {
		checkpoint: request.checkpoint,
		parity: request.parity,
		scenario,
		samples: media[scenario].samples,
		deployOnly: request.purpose === "deploy",
		limits: request.limits,
		fidelity: request.fidelity,
		mostFullFrames: request.allow.includes("frames-at-full-density")
			? Number.POSITIVE_INFINITY
			: MOST_FULL_FRAMES,
	};
}

function planExtrapolation(
	request: ResolvedPlanRequest,
	media: MediaProfile,
	scenarios: readonly ScenarioPlan[],
): Extrapolation | undefined {
	const video = scenarios.find(({ scenario }) => scenario === "video");
	const { contextTokens } = request.checkpoint;
	if (video === undefined || contextTokens === undefined) return undefined;
	const durations = media.video.samples.flatMap(({ sample, weight }) =>
		sample.media.flatMap((item) => {
			const seconds = item.kind === "video" ? durationSeconds(item) : undefined;
			return seconds === undefined ? [] : [{ seconds, weight }];
		}),
	);
	const { p95 } =
		durations.length === 0
			? { p95: 30 }
			: statistics(
					durations.map(({ seconds }) => seconds),
					durations.map(({ weight }) => weight),
				);
	const planned = Number(video.chosen.allocation.settings.num_frames);
	const frames = Number.isFinite(planned) ? planned : (request.checkpoint.trainedFrames ?? 32);
	const { inference } = request;
	const trained = { frames: inference.trainedFrames ?? frames, seconds: inference.trainedSeconds ?? p95 };
	const asked = { frames: inference.frames ?? frames, seconds: inference.seconds ?? p95 };
	return extrapolate({
		trained,
		asked,
		contextTokens,
		textTokens: request.textTokens.prompt + request.textTokens.answer,
		countFrames: (count) => countClip(request, video.chosen.allocation.settings, count, asked.seconds),
	});
}

/** Context tokens of a 720p clip of which exactly so many frames are used; `undefined` when the family refuses. */
function countClip(
	request: ResolvedPlanRequest,
	settings: Settings,
	frames: number,
	seconds: number,
): number | undefined {
	const { checkpoint, parity } = request;
	const byNumber = "num_frames" in familyById(checkpoint.family).settings ? { num_frames: frames } : {};
	const clip = { kind: "video", width: 1280, height: 720, frames, fps: frames / seconds } as const;
	try {
		const counter = createCounterFrom(checkpoint, {
			...settings,
			...byNumber,
			...(parity === undefined ? {} : { parity }),
		});
		return counter.count({ media: [clip] }).contextTokens;
	} catch (error) {
		if (error instanceof OnevisionError) return undefined;
		throw error;
	}
}

/** The curriculum needs a load for every scenario of its stages, also those the mix leaves out. */
function planStages(
	request: ResolvedPlanRequest,
	media: MediaProfile,
	scenarios: readonly ScenarioPlan[],
): CurriculumPlan {
	const family = familyById(request.checkpoint.family);
	const loadOf = (scenario: Scenario): ScenarioLoad | undefined => {
		const planned = scenarios.find((candidate) => candidate.scenario === scenario);
		if (planned !== undefined) return scenarioLoad(planned.chosen);
		if (!family.scenarios.includes(scenario)) return undefined;
		try {
			const question = questionFor(request, media, scenario);
			const { plan } = planScenario(question, media[scenario], 0, request.budget, request.fit);
			return scenarioLoad(plan.chosen);
		} catch (error) {
			// A checkpoint may refuse what its family takes; the mix does not ask for it, so the stage goes without.
			if (error instanceof OnevisionError) return undefined;
			throw error;
		}
	};
	const { curriculum, hardware } = request;
	const loads = Object.fromEntries(SCENARIOS.map((scenario) => [scenario, loadOf(scenario)])) as Record<
		Scenario,
		ScenarioLoad | undefined
	>;
	return planCurriculum({
		checkpoint: request.checkpoint,
		order: curriculum.order,
		samples: curriculum.samples,
		samplesSource: curriculum.samplesSource,
		mix: request.mix,
		globalBatch: curriculum.globalBatch,
		epochs: curriculum.epochs,
		textTokens: request.textTokens.prompt + request.textTokens.answer,
		loads,
		hardware: hardware.facts,
		trainingEfficiency: hardware.trainingEfficiency,
		setup: {
			accelerators: hardware.count,
			zeroStage: hardware.zeroStage,
			microBatch: hardware.microBatch,
			activationCheckpointing: hardware.activationCheckpointing,
		},
		pricePerHour: hardware.pricePerHour,
	});
}

/** Cost of the sample whose tokens are the scenario's median. */
function costOfMedian(
	request: ResolvedPlanRequest,
	model: Model,
	question: AllocationQuestion,
	chosen: AllocationResult,
): RequestCost {
	const { allocation, visualTokens } = chosen;
	const counter = createCounterFrom(request.checkpoint, {
		...allocation.settings,
		...(request.parity === undefined ? {} : { parity: request.parity }),
	});
	const { hardware, textTokens } = request;
	return estimateRequest(
		model,
		layoutWith(counter, allocation.maxImages, question, visualTokens.p50),
		{ promptTokens: textTokens.prompt, answerTokens: textTokens.answer },
		{
			hardware: hardware.facts,
			prefillEfficiency: hardware.prefillEfficiency,
			requestBatch: hardware.requestBatch,
			...(hardware.pricePerHour === undefined ? {} : { pricePerHour: hardware.pricePerHour }),
		},
	);
}

/** The layout of the first sample with so many visual tokens. */
function layoutWith(
	counter: Counter,
	maxImages: number | undefined,
	question: AllocationQuestion,
	visualTokens: number,
): SampleLayout {
	for (const { sample } of mergeEqual(question.samples)) {
		try {
			const layout = counter.count(limitImages(sample, maxImages));
			if (layout.visualTokens === visualTokens) return layout;
		} catch (error) {
			// A sample the family refuses was counted as left out; the median is among the others.
			if (!(error instanceof OnevisionError)) throw error;
		}
	}
	throw new Error("internal: no sample has the median's tokens");
}
