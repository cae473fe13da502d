/** Turns a request into a fully specified one: looks up names, fills in defaults and rejects contradictions. */

import { nearest, OnevisionError } from "@onevision/base";
import { checkpointById, resolveCheckpointId } from "../checkpoints.ts";
import { DEFAULT_REQUEST_BATCH } from "../cost/request.ts";
import { resolveSettings } from "../count.ts";
import { HARDWARE, type Hardware } from "../facts/hardware.ts";
import { LANGUAGE_MODELS, type LanguageModel, type LanguageModelId } from "../facts/language-models.ts";
import { TOWERS, type Tower, type TowerId } from "../facts/towers.ts";
import type { Checkpoint } from "../families/index.ts";
import { SCENARIOS, type Scenario } from "../sample.ts";
import { DEFAULT_TRANSFER_SAMPLES, STAGE_IDS, STAGES, type StageId } from "./curriculum.ts";
import { fidelityModel } from "./fidelity.ts";
import { LIMITS, type PlanRequest } from "./request.ts";
import type { ResolvedPlanRequest } from "./resolved.ts";
import { RULE_IDS, type RuleId } from "./rule-ids.ts";

const DEFAULT_BUDGET = 3500;
/** Model id for plans whose model is described rather than named. */
const CUSTOM = "custom";
const DEFAULT_MODEL = "llava-onevision-qwen2-7b-ov";
const DEFAULT_MIX: Readonly<Record<Scenario, number>> = { "single-image": 40, "multi-image": 30, video: 30 };
const DEFAULT_HARDWARE = "h100-sxm";

/** Throws `unknown-name` or `invalid-input`, naming the key. `given` overrides the request's model. */
export function resolvePlanRequest(asked: PlanRequest, given?: Checkpoint): ResolvedPlanRequest {
	const budget = asked.budget ?? DEFAULT_BUDGET;
	const { model, checkpoint } =
		given === undefined ? resolveModel(asked.model) : { model: given.title, checkpoint: given };
	const parity =
		asked.parity === undefined ? undefined : resolveSettings(checkpoint, { parity: asked.parity }).parity;
	return {
		budget,
		mix: resolveMix(asked.mix),
		model,
		checkpoint,
		...(parity === undefined ? {} : { parity }),
		purpose: asked.purpose ?? "train",
		fit: asked.fit ?? "p95",
		meanTokens: asked.meanTokens ?? budget,
		priorities: {
			"single-image": asked.priorities?.["single-image"] ?? 1,
			"multi-image": asked.priorities?.["multi-image"] ?? 1,
			video: asked.priorities?.video ?? 1,
		},
		limits: resolveLimits(asked.limits),
		fidelity: fidelityModel(asked.fidelity),
		textTokens: { prompt: asked.textTokens?.prompt ?? 128, answer: asked.textTokens?.answer ?? 128 },
		curriculum: resolveCurriculum(asked.curriculum, checkpoint, model),
		training: {
			method: asked.training?.method ?? "full",
			loraRank: asked.training?.loraRank ?? DEFAULT_LORA_RANK,
			freeze: asked.training?.freeze ?? [],
		},
		hardware: resolveHardware(asked.hardware),
		inference: asked.inference ?? {},
		allow: (asked.allow ?? []).map(resolveRuleId),
	};
}

/** Shares summing to 1, from percentages or fractions. Throws when they sum to neither 100 nor 1. */
export function resolveMix(asked: PlanRequest["mix"]): Readonly<Record<Scenario, number>> {
	const mix = asked ?? DEFAULT_MIX;
	const total = SCENARIOS.reduce((sum, scenario) => sum + (mix[scenario] ?? 0), 0);
	const whole = [100, 1].find((sum) => Math.abs(total - sum) < 1e-6 * sum);
	if (whole === undefined) {
		throw new OnevisionError(
			"invalid-input",
			`mix sums to ${Number(total.toFixed(6))}: give percent that sum to 100, or fractions that sum to 1 (single-image, multi-image, video)`,
		);
	}
	const share = (scenario: Scenario): number => (mix[scenario] ?? 0) / total;
	return {
		"single-image": share("single-image"),
		"multi-image": share("multi-image"),
		video: share("video"),
	};
}

function resolveModel(asked: PlanRequest["model"]): {
	readonly model: string;
	readonly checkpoint: Checkpoint;
} {
	if (asked === undefined || typeof asked === "string") {
		const id = resolveCheckpointId(asked ?? DEFAULT_MODEL);
		return { model: id, checkpoint: checkpointById(id) };
	}
	const towerId = lookUp("model.tower", asked.tower, idsOf(TOWERS));
	const languageModelId = lookUp("model.languageModel", asked.languageModel, idsOf(LANGUAGE_MODELS));
	const tower: Tower = TOWERS[towerId];
	const languageModel: LanguageModel = LANGUAGE_MODELS[languageModelId];
	const tile = asked.tile ?? tower.imageSize;
	if (tile === undefined) {
		throw new OnevisionError(
			"invalid-input",
			`model.tile: missing; ${tower.name} has no fixed input size, so say the side of a tile in px`,
		);
	}
	if (tile < 2 * tower.patchSize) {
		throw new OnevisionError(
			"invalid-input",
			`model.tile ${tile}: below two patches of ${tower.name}; give at least ${2 * tower.patchSize} px`,
		);
	}
	return {
		model: CUSTOM,
		checkpoint: customCheckpoint(towerId, tower, languageModelId, languageModel, tile, asked),
	};
}

type CustomModel = Exclude<NonNullable<PlanRequest["model"]>, string>;

/** A LLaVA-OneVision recipe with any tower and language model. */
function customCheckpoint(
	towerId: TowerId,
	tower: Tower,
	languageModelId: LanguageModelId,
	languageModel: LanguageModel,
	tile: number,
	asked: CustomModel,
): Checkpoint {
	const kind = asked.projector ?? "mlp2x-gelu";
	return {
		title: `${tower.name} + ${languageModel.name}`,
		family: "llava-onevision",
		aliases: [],
		constants: {
			tile,
			patch: tower.patchSize,
			maxGridSide: asked.maxGridSide ?? 6,
			anyresMax: 9,
			trainedFrames: 32,
		},
		parts: {
			tower: towerId,
			projector: { kind },
			languageModel: languageModelId,
		},
		contextTokens: asked.contextTokens ?? languageModel.contextTokens,
		source: "as asked; a LLaVA-OneVision recipe (arXiv 2408.03326)",
	};
}

/** A missing end of a range defaults to the widest value a request may set. */
function resolveLimits(asked: PlanRequest["limits"] = {}): ResolvedPlanRequest["limits"] {
	const entries = Object.entries(asked).map(
		([key, { min = 1, max = LIMITS[key as keyof typeof LIMITS] }]) => {
			if (min <= max) return [key, { min, max }] as const;
			throw new OnevisionError("invalid-input", `limits.${key}: min ${min} is above max ${max}; swap them`);
		},
	);
	return Object.fromEntries(entries);
}

/** LoRA rank from LLaVA's own script: haotian-liu/LLaVA scripts/v1_5/finetune_lora.sh (`lora_r 128`). */
const DEFAULT_LORA_RANK = 128;

/**
 * Stages a checkpoint has already completed: none for an unreleased model, all but task transfer for a released one. A
 * row can say that training stopped earlier (LLaVA-OneVision's single-image checkpoints).
 */
function stagesBehind(checkpoint: Checkpoint, model: string): readonly StageId[] {
	if (model === CUSTOM) return [];
	return STAGE_IDS.slice(0, STAGE_IDS.indexOf(checkpoint.trainedThrough ?? "onevision") + 1);
}

function resolveCurriculum(
	asked: PlanRequest["curriculum"],
	checkpoint: Checkpoint,
	model: string,
): ResolvedPlanRequest["curriculum"] {
	// Training the alignment stage means starting from scratch. A stage that is trained again does not count as completed.
	const fromScratch = asked?.start === "scratch" || asked?.order?.includes("alignment") === true;
	const done = fromScratch
		? []
		: stagesBehind(checkpoint, model).filter((stage) => asked?.order?.includes(stage) !== true);
	const order = asked?.order ?? STAGE_IDS.filter((stage) => !done.includes(stage));
	const repeated = order.find((stage, index) => order.indexOf(stage) !== index);
	if (repeated !== undefined) {
		throw new OnevisionError(
			"invalid-input",
			`curriculum.order: ${repeated} is there twice; name each stage once`,
		);
	}
	const samplesOf = (stage: StageId): number =>
		asked?.samples?.[stage] ??
		(stage === "task-transfer" ? DEFAULT_TRANSFER_SAMPLES : STAGES[stage].facts.samples.value);
	const sourceOf = (stage: StageId): string => {
		if (asked?.samples?.[stage] !== undefined) return "as asked";
		return stage === "task-transfer"
			? "assumed: a tenth of the OneVision stage"
			: STAGES[stage].facts.samples.source;
	};
	const byStage = <T>(of: (stage: StageId) => T): Readonly<Record<StageId, T>> => ({
		alignment: of("alignment"),
		knowledge: of("knowledge"),
		"single-image": of("single-image"),
		onevision: of("onevision"),
		"task-transfer": of("task-transfer"),
	});
	return {
		done,
		order,
		samples: byStage(samplesOf),
		samplesSource: byStage(sourceOf),
		...(asked?.globalBatch === undefined ? {} : { globalBatch: asked.globalBatch }),
		epochs: asked?.epochs ?? 1,
	};
}

function resolveHardware(asked: PlanRequest["hardware"]): ResolvedPlanRequest["hardware"] {
	const id = lookUp("hardware.accelerator", asked?.accelerator ?? DEFAULT_HARDWARE, idsOf(HARDWARE));
	const facts: Hardware = HARDWARE[id];
	const price = asked?.pricePerHour ?? facts.pricePerHour?.value;
	const priceSource = asked?.pricePerHour === undefined ? facts.pricePerHour?.source : "as asked";
	return {
		id,
		facts,
		count: asked?.count ?? 8,
		...(price === undefined || priceSource === undefined ? {} : { pricePerHour: price, priceSource }),
		trainingEfficiency: asked?.trainingEfficiency ?? 0.4,
		prefillEfficiency: asked?.prefillEfficiency ?? 0.5,
		zeroStage: asked?.zeroStage ?? 3,
		...(asked?.microBatch === undefined ? {} : { microBatch: asked.microBatch }),
		activationCheckpointing: asked?.activationCheckpointing ?? true,
		offload: asked?.offload ?? "none",
		requestBatch: asked?.requestBatch ?? DEFAULT_REQUEST_BATCH,
		assumed: (["accelerator", "count", "pricePerHour", "requestBatch"] as const).filter(
			(key) => asked?.[key] === undefined,
		),
	};
}

function resolveRuleId(id: string): RuleId {
	return lookUp("allow", id, RULE_IDS);
}

/** The ids of a table. */
function idsOf<T extends string>(table: Readonly<Record<T, unknown>>): T[] {
	return Object.keys(table) as T[];
}

/** The id that matches `asked`, ignoring case. Throws `unknown-name`, suggesting the nearest id. */
function lookUp<T extends string>(path: string, asked: string, ids: readonly T[]): T {
	const found = ids.find((id) => id.toLowerCase() === asked.toLowerCase());
	if (found !== undefined) return found;
	const hint = nearest(asked, ids);
	throw new OnevisionError(
		"unknown-name",
		`${path}: ${JSON.stringify(asked.slice(0, 80))} is not known${hint === undefined ? "." : `; did you mean ${hint}?`} Known: ${ids.join(", ")}`,
	);
}
