/** Builds the plan from allocation, joint budget, contrast, extrapolation, curriculum, cost, skills and rules. */

import { OnevisionError } from "@onevision/base";
import { knownModelOf, type Model } from "../cost/model.ts";
import { estimateRequest, type RequestCost } from "../cost/request.ts";
import { type Counter, createCounterFrom } from "../count.ts";
import type { Settings } from "../families/family.ts";
import type { Checkpoint } from "../families/index.ts";
import { familyById } from "../families/index.ts";
import type { SampleLayout } from "../layout.ts";
import { durationSeconds, type Sample, SCENARIOS, type Scenario, type VideoItem } from "../sample.ts";
import { type AllocationQuestion, type AllocationResult, limitImages } from "./allocate.ts";
import { type CurriculumPlan, planCurriculum, type ScenarioLoad, scenarioLoad } from "./curriculum.ts";
import { compareFixedAndDynamic, type FixedAgainstDynamic } from "./dynamic.ts";
import { type Extrapolation, extrapolate } from "./extrapolate.ts";
import { type JointPlan, planJoint, withinSample } from "./joint.ts";
import { type MediaProfile, mergeEqual, presentScenarios, profileMedia } from "./media-profile.ts";
import { type PasteBlock, pasteBlocks } from "./paste.ts";
import { type PlanRequest, planRequestSchema } from "./request.ts";
import { resolvePlanRequest } from "./resolve.ts";
import type { ResolvedPlanRequest } from "./resolved.ts";
import { applyRules, type Finding } from "./rules.ts";
import { CONTEXT_RISK_ABOVE, planScenario, type ScenarioPlan } from "./scenario.ts";
import { expectSkills, type SkillPlan } from "./skills.ts";
import { statistics } from "./statistics.ts";
import { trainedFramesOf } from "./trained.ts";

/** Cost of one request of a scenario, for its median sample. */
export interface ScenarioCost {
	readonly scenario: Scenario;
	readonly cost: RequestCost;
}

export interface Plan {
	/** Version of this format. */
	readonly version: 2;
	readonly request: ResolvedPlanRequest;
	readonly scenarios: readonly ScenarioPlan[];
	/** Expected visual tokens per sample over the mix. */
	readonly expectedTokens: number;
	readonly joint: JointPlan;
	readonly fixedAgainstDynamic: FixedAgainstDynamic;
	/** Absent when the mix has no video, or when the model's context length is unknown. */
	readonly extrapolation?: Extrapolation;
	readonly curriculum: CurriculumPlan;
	/** Absent when the widths of the language model are unknown. */
	readonly costs?: readonly ScenarioCost[];
	readonly skills: readonly SkillPlan[];
	/** The chosen settings in the form that the tools running the model accept. */
	readonly paste: readonly PasteBlock[];
	readonly findings: readonly Finding[];
	/** Whether any reject or refusal applies that was not overridden. */
	readonly refused: boolean;
}

/**
 * Answers a plan request. `files` are the samples read from the user's media, if any. Scenarios without files are
 * planned on the request's description, or else on assumed sizes, and the plan says so. `checkpoint` overrides the
 * request's model.
 *
 * @throws OnevisionError when the request cannot be understood. A plan that should not be carried out is returned with
 * `refused` set instead.
 */
export function plan(given: PlanRequest, files: readonly Sample[] = [], checkpoint?: Checkpoint): Plan {
	return planWithFrontiers(given, files, checkpoint).plan;
}

/** A plan with everything it was chosen from. */
export interface PlanWithFrontiers {
	readonly plan: Plan;
	/** Per planned scenario, the preferred allocation at each level of mean tokens, ascending. */
	readonly frontiers: readonly {
		readonly scenario: Scenario;
		readonly points: readonly AllocationResult[];
	}[];
}

/** Same as `plan`, with the frontiers: what a chart of the choice shows. */
export function planWithFrontiers(
	given: PlanRequest,
	files: readonly Sample[] = [],
	checkpoint?: Checkpoint,
): PlanWithFrontiers {
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
		planned.map(({ plan: { scenario, share }, search: { frontier } }) => ({
			scenario,
			share,
			priority: request.priorities[scenario],
			frontier,
			choosable: withinSample(frontier, request.fit, longest),
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
	const answer: Plan = {
		version: 2,
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
		skills: expectSkills({ scenarios, curriculum, trainedOn: trainedScenarios(request) }),
		paste: pasteBlocks(request, scenarios),
		findings,
		refused: findings.some(({ severity, overridden }) => severity !== "warn" && !overridden),
	};
	return {
		plan: answer,
		frontiers: planned.map(({ plan: { scenario }, search }) => ({ scenario, points: search.frontier })),
	};
}

/** Scenarios the checkpoint was trained on before the plan's first stage. */
function trainedScenarios({ checkpoint, curriculum }: ResolvedPlanRequest): readonly Scenario[] | "unknown" {
	if (curriculum.done.length === 0) return [];
	if (checkpoint.trainedThrough === undefined) return "unknown";
	return checkpoint.trainedThrough === "single-image" ? ["single-image"] : SCENARIOS;
}

/** Scenarios in the mix that the family accepts. */
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
	const { inference, purpose, checkpoint } = request;
	const seconds = inference.seconds ?? p95;
	const own = countOwnClip(request, video.chosen.allocation.settings, seconds);
	if (own === undefined && inference.frames === undefined) return undefined;
	const asked = { frames: inference.frames ?? own?.frames ?? 0, seconds };
	const trainedFrames =
		inference.trainedFrames ??
		(purpose === "deploy"
			? trainedFramesOf(checkpoint)
			: countOwnClip(request, video.chosen.allocation.settings, inference.trainedSeconds ?? p95)?.frames);
	const trainedSeconds = inference.trainedSeconds ?? (purpose === "deploy" ? undefined : p95);
	return extrapolate({
		trained: {
			...(trainedFrames === undefined ? {} : { frames: trainedFrames }),
			...(trainedSeconds === undefined ? {} : { seconds: trainedSeconds }),
		},
		asked,
		contextTokens,
		textTokens: request.textTokens.prompt + request.textTokens.answer,
		countFrames: (count) =>
			count === own?.frames
				? own.contextTokens
				: countClip(request, video.chosen.allocation.settings, count, seconds),
	});
}

/** Frame rate of the representative clip used for extrapolation. */
const CLIP_FPS = 30;

/** Frames and context tokens of a 720p clip under the plan's settings. `undefined` when the family refuses it. */
function countOwnClip(
	request: ResolvedPlanRequest,
	settings: Settings,
	seconds: number,
): { readonly frames: number; readonly contextTokens: number } | undefined {
	const frames = Math.max(1, Math.round(seconds * CLIP_FPS));
	return countVideo(request, settings, { kind: "video", width: 1280, height: 720, frames, fps: CLIP_FPS });
}

/**
 * Context tokens of a 720p clip of which this many frames are used, set through whichever knob bounds frames.
 * `undefined` when the family refuses the clip or takes a different number; families that pair or group frames may
 * round.
 */
function countClip(
	request: ResolvedPlanRequest,
	settings: Settings,
	frames: number,
	seconds: number,
): number | undefined {
	const { checkpoint } = request;
	const knob = familyById(checkpoint.family)
		.knobs(checkpoint.constants)
		.video.find(({ bound }) => bound === "frames");
	const counted = countVideo(
		request,
		knob === undefined ? settings : { ...settings, [knob.setting]: frames },
		{ kind: "video", width: 1280, height: 720, frames, fps: frames / seconds },
	);
	if (counted === undefined || Math.abs(counted.frames - frames) > FRAME_ROUNDING) return undefined;
	return counted.contextTokens;
}

/** Tolerance for families that round frames to pairs, or to the groups of four or eight they pool over time. */
const FRAME_ROUNDING = 7;

function countVideo(
	{ checkpoint, parity }: ResolvedPlanRequest,
	settings: Settings,
	clip: VideoItem,
): { readonly frames: number; readonly contextTokens: number } | undefined {
	try {
		const counter = createCounterFrom(checkpoint, {
			...settings,
			...(parity === undefined ? {} : { parity }),
		});
		const { items, contextTokens } = counter.count({ media: [clip] });
		return { frames: items[0]?.frames ?? 0, contextTokens };
	} catch (error) {
		if (error instanceof OnevisionError) return undefined;
		throw error;
	}
}

/** The curriculum needs a load for every scenario in its stages, including those the mix leaves out. */
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
			// A checkpoint may refuse what its family accepts. The mix does not ask for this scenario, so the stage omits it.
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
			offload: hardware.offload,
		},
		training: request.training,
		pricePerHour: hardware.pricePerHour,
	});
}

/** Cost of the sample with the scenario's median tokens. */
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

/** The layout of the first sample with this many visual tokens. */
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
			// Samples the family refuses were counted as left out; the median is among the others.
			if (!(error instanceof OnevisionError)) throw error;
		}
	}
	throw new Error("internal: no sample has the median's tokens");
}
