/**
 * Hard rejects, refusals and warnings. Each rule has an id, a reason and a source, and inspects the finished plan. A
 * reject or refusal stops the plan unless its id is in `allow`; the plan then records that it was overridden.
 */

import { formatInteger, formatPercent } from "@onevision/base";
import { createCounterFrom } from "../count.ts";
import { familyById } from "../families/index.ts";
import { SCENARIOS } from "../sample.ts";
import type { CurriculumPlan } from "./curriculum.ts";
import type { Extrapolation } from "./extrapolate.ts";
import type { ResolvedPlanRequest } from "./resolved.ts";
import { RULE_IDS, type RuleId } from "./rule-ids.ts";
import { CONTEXT_RISK_ABOVE, type ScenarioPlan, UNDER_TOKENIZED_BELOW } from "./scenario.ts";

export type Severity = "reject" | "refuse" | "warn";

/** Input to the rules. */
export interface RuleContext {
	readonly request: ResolvedPlanRequest;
	readonly scenarios: readonly ScenarioPlan[];
	readonly curriculum: CurriculumPlan;
	readonly extrapolation?: Extrapolation;
}

interface Rule {
	readonly severity: Severity;
	/** Why the rule exists. */
	readonly reason: string;
	readonly source: string;
	/** What is wrong with this plan and what to do about it, one line each. Empty when the plan satisfies the rule. */
	check(context: RuleContext): readonly string[];
}

export interface Finding {
	readonly rule: RuleId;
	readonly severity: Severity;
	readonly message: string;
	readonly reason: string;
	readonly source: string;
	/** Whether the request explicitly allowed it. */
	readonly overridden: boolean;
}

const LESSON = "the OneVision lesson's planner skill";
/** Minimum visual tokens planned for a sample with several images or frames. */
const MIN_BUDGET = 1024;
/**
 * Minimum frames at one feature per patch that the rule allows: four of 729 tokens, within the lesson's budget of
 * 3,500.
 */
const MIN_FULL_FRAMES = 4;
/** Share of single images from which a product counts as a single-image product. */
const SINGLE_IMAGE_PRODUCT = 0.8;
const SMALL_CONTEXT = 4096;
const MANY_TILES = 16;
const LITTLE_SINGLE_IMAGE = 0.1;

export const RULES = {
	"single-image-first": {
		severity: "reject",
		reason:
			"several images and video build on perception that single-image training teaches; a reversed order was worst in controlled work",
		source: `${LESSON}; arXiv 2408.03326 (training strategy); arXiv 2603.27744 (reverse curriculum worst)`,
		check: ({ request: { curriculum, mix } }) => {
			const { order, done } = curriculum;
			if (done.includes("single-image")) return [];
			const single = order.indexOf("single-image");
			return order.flatMap((stage, index) => {
				const mixed = stage === "onevision" || (stage === "task-transfer" && mix["single-image"] < 1);
				return mixed && (single === -1 || index < single)
					? [`${stage} comes before single-image training; put single-image before it in curriculum.order`]
					: [];
			});
		},
	},
	"video-budget-single-image-product": {
		severity: "reject",
		reason: "a product that mostly sees single images gains nothing from tokens spent on video alone",
		source: LESSON,
		check: ({ request: { mix, priorities } }) =>
			mix["single-image"] >= SINGLE_IMAGE_PRODUCT &&
			mix.video > 0 &&
			priorities.video > 0 &&
			priorities["single-image"] === 0 &&
			(mix["multi-image"] === 0 || priorities["multi-image"] === 0)
				? [
						`all priority is on video while ${formatPercent(mix["single-image"])} of the mix is single images; raise priorities.single-image`,
					]
				: [],
	},
	"anyres-16-in-4k": {
		severity: "reject",
		reason: "16 tiles without pooling or a low cap are over 11,000 tokens, far over a 4k budget",
		source: LESSON,
		check: ({ request, scenarios }) => {
			const limit = Math.min(request.budget, contextOf(request));
			if ((request.limits.tiles?.min ?? 0) < MANY_TILES || limit > SMALL_CONTEXT) return [];
			const single = scenarios.find(({ scenario }) => scenario === "single-image");
			return single !== undefined && single.budgetShare > 1
				? [
						`grids of at least ${request.limits.tiles?.min} tiles leave ${Math.round(single.chosen.visualTokens[request.fit])} tokens for a limit of ${limit}; allow more pooling (limits.pooling) or fewer tiles (limits.tiles)`,
					]
				: [];
		},
	},
	"budget-below-1024": {
		severity: "refuse",
		reason:
			"below 1,024 tokens per sample several images or frames have too few tokens each to be told apart",
		source: LESSON,
		check: ({ request: { budget, mix } }) =>
			budget < MIN_BUDGET && mix["multi-image"] + mix.video > 0
				? [
						`budget ${budget} with ${formatPercent(mix["multi-image"] + mix.video)} multi-image or video; give at least ${MIN_BUDGET}`,
					]
				: [],
	},
	"frames-at-full-density": {
		severity: "refuse",
		reason:
			"frames without pooling cost as much as images: more of them than the budget holds leave nothing else to plan",
		source: `${LESSON} (more than 4 frames at 729 tokens in a budget of 3,500); the bound follows the budget`,
		check: ({ request }) => {
			const { limits, budget, mix } = request;
			const perFrame = tokensOfFullFrame(request);
			if (perFrame === undefined || request.purpose !== "train" || mix.video === 0) return [];
			const most = Math.max(MIN_FULL_FRAMES, Math.floor(budget / perFrame));
			const forced =
				(limits.frames?.min ?? 0) > most && (limits.pooling?.max ?? Number.POSITIVE_INFINITY) < 2;
			return forced
				? [
						`at least ${limits.frames?.min} frames without pooling, ${formatInteger(perFrame)} tokens each, in a budget of ${formatInteger(budget)}; allow limits.pooling.max 2 or at most ${most} frames`,
					]
				: [];
		},
	},
	"scenario-not-taken": {
		severity: "refuse",
		reason: "a model plans only what it can take in",
		source: "the family's processor",
		check: ({ request: { checkpoint, mix } }) => {
			const { scenarios, title } = familyById(checkpoint.family);
			const missing = SCENARIOS.filter((scenario) => mix[scenario] > 0 && !scenarios.includes(scenario));
			return missing.length === 0
				? []
				: [`${title} takes no ${missing.join(" and no ")}; leave it out of the mix or choose another model`];
		},
	},
	"no-single-image": {
		severity: "refuse",
		reason: "the curriculum and the fixed budget both rest on single images",
		source: LESSON,
		check: ({ request: { checkpoint, mix } }) =>
			// A model whose budget already follows the input is what the rule recommends.
			mix["single-image"] === 0 && !("max_pixels" in familyById(checkpoint.family).settings)
				? [
						"no single-image share in the mix; use a dynamic budget instead, e.g. --model qwen2.5-vl-7b, or give single-image a share",
					]
				: [],
	},
	"context-overflow": {
		severity: "reject",
		reason: "placeholders cut off by the context length fail in training and in serving",
		source: "huggingface/trl issues 5904 and 5927; the checkpoint's context length",
		check: ({ request, scenarios }) =>
			scenarios.flatMap(({ scenario, chosen }) => {
				const text = request.textTokens.prompt + request.textTokens.answer;
				const needed = chosen.visualTokens.p95 + (chosen.contextTokens - chosen.visualTokens.max) + text;
				return needed > contextOf(request)
					? [
							`${scenario}: ${formatInteger(Math.ceil(needed))} tokens (p95, with text) against a context of ${formatInteger(contextOf(request))}; lower the budget or choose a longer context`,
						]
					: [];
			}),
	},
	"context-overflow-largest": {
		severity: "warn",
		reason: "rare samples over the context are truncated or dropped by training frameworks",
		source: "huggingface/trl issues 5904 and 5927; the checkpoint's context length",
		check: ({ request, scenarios }) =>
			scenarios.flatMap(({ scenario, chosen }) => {
				const needed = chosen.contextTokens + request.textTokens.prompt + request.textTokens.answer;
				return needed > contextOf(request)
					? [
							`${scenario}: the largest sample needs ${formatInteger(needed)} tokens of ${formatInteger(contextOf(request))}; leave it out or set limits`,
						]
					: [];
			}),
	},
	"under-tokenized": {
		severity: "warn",
		reason: "a scenario far under the budget gives away detail that was paid for elsewhere",
		source: `${LESSON} (balance within 30 %)`,
		check: ({ scenarios }) =>
			scenarios
				.filter(({ budgetShare }) => budgetShare < UNDER_TOKENIZED_BELOW)
				.map(({ scenario, budgetShare, nextUp }) =>
					nextUp === undefined
						? `${scenario} uses ${formatPercent(budgetShare)} of the budget and no setting keeps clearly more on this media: the rest is free for other scenarios`
						: `${scenario} uses ${formatPercent(budgetShare)} of the budget; what keeps clearly more does not fit`,
				),
	},
	"over-budget": {
		severity: "warn",
		reason: "a scenario above the budget does not fit it, by however little",
		source: "this project",
		check: ({ request, scenarios }) =>
			scenarios
				.filter(({ status }) => status === "over-budget")
				.map(
					({ scenario, chosen, budgetShare }) =>
						`${scenario} needs ${formatInteger(Math.ceil(chosen.visualTokens[request.fit]))} tokens, ${formatPercent(budgetShare)} of the budget, at its smallest setting; raise the budget${request.purpose === "deploy" ? ", or plan to train, where more may be pooled" : " or allow more pooling"}`,
				),
	},
	"context-risk": {
		severity: "warn",
		reason: "a scenario far over the budget breaks the promise of one budget per sample",
		source: `${LESSON} (balance within 30 %)`,
		check: ({ scenarios }) =>
			scenarios
				.filter(({ budgetShare }) => budgetShare > CONTEXT_RISK_ABOVE)
				.map(
					({ scenario, budgetShare }) =>
						`${scenario} needs ${formatPercent(budgetShare)} of the budget at its smallest setting; raise the budget or pool more`,
				),
	},
	"little-single-image": {
		severity: "warn",
		reason: "perception learned in the single-image stage fades when task transfer hardly shows any",
		source: `${LESSON} refuses a share of zero; the threshold of ${formatPercent(LITTLE_SINGLE_IMAGE)} is this project's`,
		check: ({ request: { mix } }) =>
			mix["single-image"] > 0 && mix["single-image"] < LITTLE_SINGLE_IMAGE
				? [
						`only ${formatPercent(mix["single-image"])} single images in task transfer; keep ${formatPercent(LITTLE_SINGLE_IMAGE)} or watch image benchmarks`,
					]
				: [],
	},
	"assumed-media": {
		severity: "warn",
		reason: "a plan on assumed sizes is a guess; sizes decide token counts",
		source: "this project",
		check: ({ scenarios }) =>
			scenarios
				.filter(({ media }) => media.origin === "assumed")
				.map(({ scenario, media }) => `${scenario}: ${media.note}; give media to plan on your own`),
	},
	"images-left-out": {
		severity: "warn",
		reason: "a question about an image that was left out cannot be answered",
		source: "this project",
		check: ({ request, scenarios }) =>
			scenarios.flatMap(({ scenario, chosen: { allocation, kept } }) =>
				allocation.maxImages === undefined || kept.images > 0.9995
					? []
					: [
							`${scenario}: at most ${allocation.maxImages} images are used, ${formatPercent(1 - kept.images)} of all are left out; raise the budget${request.purpose === "deploy" ? "" : " or pool them (limits.pooling.min 2)"} to keep them`,
						],
			),
	},
	"samples-left-out": {
		severity: "warn",
		reason: "a sample the model refuses is no sample",
		source: "this project",
		check: ({ scenarios }) =>
			scenarios.flatMap(({ scenario, chosen }) =>
				chosen.leftOut.map(
					({ reason, samples }) =>
						`${scenario}: ${samples} sample${samples === 1 ? "" : "s"} left out: ${reason}`,
				),
			),
	},
	"memory-per-accelerator": {
		severity: "warn",
		reason: "a stage that does not fit runs out of memory on its longest sample",
		source: "estimate of cost/memory.ts (ZeRO, arXiv 1910.02054; activations, arXiv 2205.05198)",
		check: ({ request, curriculum }) => {
			const over = curriculum.stages.filter(({ fitsMemory }) => fitsMemory === false);
			const worst = over.reduce((most, { memory }) => Math.max(most, memory?.total ?? 0), 0);
			return over.length === 0 || request.purpose === "deploy"
				? []
				: [
						`${over.map(({ stage }) => stage).join(", ")}: at least ${(worst / 1e9).toFixed(0)} GB per accelerator on ${request.hardware.facts.name}; ${memoryAdvice(request)}`,
					];
		},
	},
	extrapolation: {
		severity: "warn",
		reason: "what was never seen in training is not learned by giving it a longer input",
		source: "this project's extrapolation (docs/extrapolation.md); arXiv 2410.02713, table 8",
		check: ({ extrapolation }) =>
			extrapolation === undefined || extrapolation.breaksFirst === "nothing" ? [] : [extrapolation.summary],
	},
	"untrained-settings": {
		severity: "warn",
		reason:
			"a released checkpoint may be run at other settings than it was trained with, at a loss nobody measured",
		source: "QwenLM/Qwen3-VL issue 2024 (train and serve pixel budgets)",
		check: ({ request, scenarios }) => {
			if (request.purpose !== "deploy") return [];
			return scenarios.flatMap(({ scenario, chosen }) =>
				chosen.untrained.length === 0
					? []
					: [
							`${scenario}: ${chosen.untrained.map(({ setting, value, trained }) => `${setting} ${value} (trained: ${trained})`).join(", ")}; measure before you ship`,
						],
			);
		},
	},
} as const satisfies Record<RuleId, Rule>;

/** Tokens of one unpooled frame. `undefined` for a family that does not pool frames. */
function tokensOfFullFrame({ checkpoint }: ResolvedPlanRequest): number | undefined {
	const knobs = familyById(checkpoint.family).knobs(checkpoint.constants).video;
	const pooling = knobs.find(({ bound }) => bound === "pooling");
	const frames = knobs.find(({ bound }) => bound === "frames");
	if (pooling === undefined || frames === undefined) return undefined;
	const clip = { kind: "video", width: 1280, height: 720, frames: 1, fps: 1 } as const;
	const counter = createCounterFrom(checkpoint, { [pooling.setting]: 1, [frames.setting]: 1 });
	return counter.count({ media: [clip] }).items[0]?.parts.grid;
}

/** The model's context length. When unknown, nothing exceeds it. */
function contextOf({ checkpoint }: ResolvedPlanRequest): number {
	return checkpoint.contextTokens ?? Number.POSITIVE_INFINITY;
}

/** Options that are still left to reduce memory. */
function memoryAdvice({ hardware, training }: ResolvedPlanRequest): string {
	const advice = [
		...(hardware.zeroStage < 3 ? ["raise hardware.zeroStage"] : []),
		...(hardware.activationCheckpointing ? [] : ["use hardware.activationCheckpointing"]),
		...((hardware.microBatch ?? 1) > 1 ? ["lower hardware.microBatch"] : []),
		...(training.method === "full" ? ["use training.method lora"] : []),
		...(hardware.offload === "none" ? ["use hardware.offload optimizer"] : []),
		"raise hardware.count",
	];
	return advice.join(", or ");
}

/** All findings of the rules, in table order. */
export function applyRules(context: RuleContext): Finding[] {
	return RULE_IDS.flatMap((rule) => {
		const { severity, reason, source, check }: Rule = RULES[rule];
		return check(context).map((message) => ({
			rule,
			severity,
			message,
			reason,
			source,
			overridden: severity !== "warn" && context.request.allow.includes(rule),
		}));
	});
}
