/**
 * The curriculum: alignment, knowledge, single-image, OneVision, task transfer. Facts about the first four are the
 * paper's (facts/curriculum.ts); task transfer continues with the user's own mix. Costs follow from the plan's
 * allocation.
 */

import { towerFlops } from "../cost/flops.ts";
import {
	estimateTrainingMemory,
	largestMicroBatch,
	type TrainingMemory,
	type TrainingSetup,
} from "../cost/memory.ts";
import { knownModelOf, type Model } from "../cost/model.ts";
import {
	fullTraining,
	PARTS,
	type Training,
	type Tuning,
	trainableParameters,
	trainingFlops,
} from "../cost/training.ts";
import { ONE_VISION_MIXTURE, ONEVISION_STAGES, type Part, type StageFacts } from "../facts/curriculum.ts";
import type { Hardware } from "../facts/hardware.ts";
import { TOWERS, type Tower } from "../facts/towers.ts";
import type { ModelParts } from "../families/checkpoint.ts";
import type { Checkpoint } from "../families/index.ts";
import { SCENARIOS, type Scenario } from "../sample.ts";
import type { AllocationResult } from "./allocate.ts";

export const STAGE_IDS = ["alignment", "knowledge", "single-image", "onevision", "task-transfer"] as const;
export type StageId = (typeof STAGE_IDS)[number];

/** Shares of the scenarios in one stage. They sum to 1. */
export type Mixture = Readonly<Record<Scenario, number>>;

/** Compute a stage needs. */
export interface StageCompute {
	/** `microBatch`: samples per accelerator and pass. `accumulation`: passes per step. */
	readonly microBatch: number;
	readonly accumulation: number;
	readonly trainableParameters: number;
	/** FLOPs for the whole stage. */
	readonly flops: number;
	readonly acceleratorHours: number;
	/** Wall-clock hours on the requested number of accelerators. */
	readonly hours: number;
	readonly memory: TrainingMemory;
	/** Whether `memory.total` fits in one accelerator's memory. */
	readonly fitsMemory: boolean;
	/** USD. Absent when no price is given. */
	readonly cost?: number;
}

/** One stage. Its compute is absent when the widths of the language model are unknown. */
export interface StagePlan extends Partial<StageCompute> {
	readonly stage: StageId;
	readonly title: string;
	/** What the stage teaches, in one sentence. */
	readonly purpose: string;
	readonly samples: number;
	readonly samplesSource: string;
	readonly mixture: Mixture;
	/** How each part is trained. */
	readonly training: Training["parts"];
	/** LoRA rank. Absent when no part is trained with LoRA. */
	readonly loraRank?: number;
	/** Trained parts, from input to output. */
	readonly trainable: readonly Part[];
	readonly learningRates: { readonly [P in Part]?: number };
	readonly globalBatch: number;
	readonly epochs: number;
	readonly steps: number;
	readonly schedule: string;
	readonly warmup: number;
	/** Mean visual tokens per sample. */
	readonly visualTokens: number;
	readonly textTokens: number;
	/** Tokens over the whole stage, all epochs included. */
	readonly totalTokens: number;
}

export interface CurriculumPlan {
	readonly stages: readonly StagePlan[];
	readonly total: {
		readonly samples: number;
		readonly steps: number;
		readonly tokens: number;
	} & Partial<Pick<StageCompute, "flops" | "acceleratorHours" | "hours" | "cost">>;
}

/** The load a scenario puts on the model, as means per sample under its chosen allocation. */
export interface ScenarioLoad {
	readonly visualTokens: number;
	readonly contextTokens: number;
	readonly towerTokens: number;
	readonly maxContextTokens: number;
	/** Tower tokens of the largest sample if known, otherwise those of the mean sample. */
	readonly maxTowerTokens: number;
}

export interface CurriculumQuestion {
	readonly checkpoint: Checkpoint;
	readonly order: readonly StageId[];
	readonly samples: Readonly<Record<StageId, number>>;
	readonly samplesSource: Readonly<Record<StageId, string>>;
	readonly mix: Mixture;
	readonly globalBatch: number | undefined;
	readonly epochs: number;
	readonly textTokens: number;
	/** `undefined` for a scenario the model cannot take. The other scenarios then absorb its share. */
	readonly loads: Readonly<Record<Scenario, ScenarioLoad | undefined>>;
	readonly hardware: Hardware;
	readonly trainingEfficiency: number;
	/** When `microBatch` is undefined, the largest that fits is used. */
	readonly setup: Omit<TrainingSetup, "microBatch"> & { readonly microBatch: number | undefined };
	/** The user's changes to which parts are trained. Alignment always trains as published. */
	readonly training: {
		readonly method: "full" | "lora";
		readonly loraRank: number;
		readonly freeze: readonly Part[];
	};
	readonly pricePerHour: number | undefined;
}

/** Maximum samples per accelerator and pass to try. */
const MAX_MICRO_BATCH = 64;

/** Learning rates from LLaVA's own LoRA script: haotian-liu/LLaVA scripts/v1_5/finetune_lora.sh. */
const LORA_RATES = { "language-model": 2e-4, projector: 2e-5 } as const;

/** Default samples for the task-transfer stage: a tenth of the OneVision stage, a common fine-tuning size. */
export const DEFAULT_TRANSFER_SAMPLES = 160_000;

const ONLY_SINGLE: Mixture = { "single-image": 1, "multi-image": 0, video: 0 };

/** The OneVision stage's own mixture. The figure's shares sum to 1.001, so they are normalized to 1. */
export const ONEVISION_MIXTURE: Mixture = normalize({
	"single-image": ONE_VISION_MIXTURE["single-image"].value,
	"multi-image": ONE_VISION_MIXTURE["multi-image"].value,
	video: ONE_VISION_MIXTURE.video.value,
});

interface StageRule {
	readonly facts: StageFacts;
	readonly purpose: string;
	readonly mixture: (mix: Mixture) => Mixture;
	/** Whether each image is one tile, as in alignment. Otherwise the plan's allocation applies. */
	readonly overviewOnly: boolean;
}

/** Every stage. The type makes a missing stage a compile error. */
export const STAGES: Readonly<Record<StageId, StageRule>> = {
	alignment: {
		facts: ONEVISION_STAGES.alignment,
		purpose: "the projector learns to write tower features as language-model embeddings",
		mixture: () => ONLY_SINGLE,
		overviewOnly: true,
	},
	knowledge: {
		facts: ONEVISION_STAGES.knowledge,
		purpose: "the whole model takes in detailed captions, documents and language",
		mixture: () => ONLY_SINGLE,
		overviewOnly: false,
	},
	"single-image": {
		facts: ONEVISION_STAGES["single-image"],
		purpose: "perception, OCR and fine detail on high-resolution AnyRes input",
		mixture: () => ONLY_SINGLE,
		overviewOnly: false,
	},
	onevision: {
		facts: ONEVISION_STAGES["one-vision"],
		purpose: "all three scenarios on one token budget; skills cross between them",
		mixture: () => ONEVISION_MIXTURE,
		overviewOnly: false,
	},
	"task-transfer": {
		facts: ONEVISION_STAGES["one-vision"],
		purpose: "the product's own mix of tasks, from the OneVision weights",
		mixture: (mix) => mix,
		overviewOnly: false,
	},
};

/** Plans every stage, in the requested order. */
export function planCurriculum(question: CurriculumQuestion): CurriculumPlan {
	const model = knownModelOf(question.checkpoint.parts);
	const stages = question.order.map((stage) => planStage(stage, model, question));
	const sum = (pick: (stage: StagePlan) => number): number =>
		stages.reduce((total, stage) => total + pick(stage), 0);
	return {
		stages,
		total: {
			samples: sum(({ samples }) => samples),
			steps: sum(({ steps }) => steps),
			tokens: sum(({ totalTokens }) => totalTokens),
			...(model === undefined
				? {}
				: {
						flops: sum(({ flops = 0 }) => flops),
						acceleratorHours: sum(({ acceleratorHours = 0 }) => acceleratorHours),
						hours: sum(({ hours = 0 }) => hours),
						...(question.pricePerHour === undefined ? {} : { cost: sum(({ cost = 0 }) => cost) }),
					}),
		},
	};
}

function planStage(stage: StageId, model: Model | undefined, question: CurriculumQuestion): StagePlan {
	const rule = STAGES[stage];
	const { facts } = rule;
	const mixture = restrict(rule.mixture(question.mix), question.loads);
	const load = stageLoad(rule, mixture, question);
	const samples = question.samples[stage];
	const globalBatch = question.globalBatch ?? facts.globalBatch.value;
	const seen = samples * question.epochs;
	const training = stageTraining(stage, facts.trainable.value, question.training);
	const compute =
		model === undefined ? undefined : computeOf(model, load, training, { seen, globalBatch }, question);
	const trainable = PARTS.filter((part) => training.parts[part] !== "frozen");
	return {
		stage,
		title: stage === "task-transfer" ? "Stage 3, task transfer (TT)" : facts.name,
		purpose: rule.purpose,
		samples,
		samplesSource: question.samplesSource[stage],
		mixture,
		training: training.parts,
		...(PARTS.some((part) => training.parts[part] === "lora") ? { loraRank: training.loraRank } : {}),
		trainable,
		learningRates: learningRates(facts, training),
		globalBatch,
		epochs: question.epochs,
		steps: Math.ceil(seen / globalBatch),
		schedule: facts.schedule.value,
		warmup: facts.warmup.value,
		visualTokens: load.visualTokens,
		textTokens: question.textTokens,
		totalTokens: seen * load.contextTokens,
		...compute,
	};
}

/** The compute for `seen` samples with a stage's mean load. */
function computeOf(
	model: Model,
	load: MeanLoad,
	training: Training,
	{ seen, globalBatch }: { readonly seen: number; readonly globalBatch: number },
	question: CurriculumQuestion,
): StageCompute {
	const { setup, hardware } = question;
	// Tower attention stays within a view, so its cost is proportional to the number of views.
	const forward = (load.towerTokens / load.patches) * towerFlops(model.tower, load.patches);
	const flopsPerSample = trainingFlops(
		model,
		{ contextTokens: load.contextTokens, towerTokens: load.towerTokens, towerFlops: forward },
		training,
		setup.activationCheckpointing,
	);
	const flops = seen * flopsPerSample;
	const seconds = flops / (hardware.flopsPerSecond * question.trainingEfficiency);
	const acceleratorHours = seconds / 3600;
	const memoryOf = (microBatch: number): TrainingMemory =>
		estimateTrainingMemory(
			model,
			training,
			{ contextTokens: load.maxContextTokens, towerTokens: load.maxTowerTokens },
			{ ...setup, microBatch },
		);
	const perAccelerator = Math.max(1, Math.floor(globalBatch / setup.accelerators));
	const microBatch =
		setup.microBatch ??
		largestMicroBatch(memoryOf, hardware.memoryBytes, Math.min(MAX_MICRO_BATCH, perAccelerator));
	const memory = memoryOf(microBatch);
	return {
		microBatch,
		accumulation: Math.ceil(globalBatch / (setup.accelerators * microBatch)),
		trainableParameters: trainableParameters(model, training),
		flops,
		acceleratorHours,
		hours: acceleratorHours / setup.accelerators,
		memory,
		fitsMemory: memory.total <= hardware.memoryBytes,
		...(question.pricePerHour === undefined ? {} : { cost: acceleratorHours * question.pricePerHour }),
	};
}

/** What the stage trains, with the requested changes. Alignment trains only the projector, whatever was requested. */
function stageTraining(
	stage: StageId,
	trainable: readonly Part[],
	asked: CurriculumQuestion["training"],
): Training {
	const published = fullTraining(trainable);
	if (stage === "alignment") return published;
	const tuning = (part: Part): Tuning => {
		if (asked.freeze.includes(part)) return "frozen";
		if (asked.method === "full" || part === "projector") return published.parts[part];
		return part === "tower" ? "frozen" : "lora";
	};
	return {
		parts: {
			tower: tuning("tower"),
			projector: tuning("projector"),
			"language-model": tuning("language-model"),
		},
		loraRank: asked.method === "lora" ? asked.loraRank : 0,
	};
}

/** Learning rates of the trained parts: the stage's own, or those of a LoRA recipe. */
function learningRates(facts: StageFacts, { parts }: Training): { readonly [P in Part]?: number } {
	const withAdapters = PARTS.some((part) => parts[part] === "lora");
	const rates: { [P in Part]?: number } = {};
	for (const part of PARTS) {
		if (parts[part] === "frozen") continue;
		const rate = withAdapters && part !== "tower" ? LORA_RATES[part] : facts.learningRates[part]?.value;
		if (rate !== undefined) rates[part] = rate;
	}
	return rates;
}

/** Mean load of a stage's samples, and the number of patches in one tile. */
interface MeanLoad extends ScenarioLoad {
	readonly patches: number;
}

/** Mean load of a stage's samples: its mixture over the scenarios or, in alignment, one tile per sample. */
function stageLoad(rule: StageRule, mixture: Mixture, question: CurriculumQuestion): MeanLoad {
	const { parts } = question.checkpoint;
	const patches = overviewPatches(parts);
	const tokens = overviewTokens(parts, patches, question.loads["single-image"]);
	const overview: ScenarioLoad = {
		visualTokens: tokens,
		contextTokens: tokens,
		towerTokens: patches,
		maxContextTokens: tokens,
		maxTowerTokens: patches,
	};
	const loadOf = (scenario: Scenario): ScenarioLoad | undefined =>
		rule.overviewOnly ? overview : question.loads[scenario];
	const mean = (pick: (load: ScenarioLoad) => number): number =>
		SCENARIOS.reduce((sum, scenario) => sum + mixture[scenario] * pick(loadOf(scenario) ?? NO_LOAD), 0);
	const towerTokens = mean((load) => load.towerTokens);
	const present = SCENARIOS.filter((scenario) => mixture[scenario] > 0);
	const longest = Math.max(...present.map((scenario) => (loadOf(scenario) ?? NO_LOAD).maxContextTokens));
	return {
		visualTokens: mean((load) => load.visualTokens),
		contextTokens: mean((load) => load.contextTokens) + question.textTokens,
		towerTokens,
		maxContextTokens: longest + question.textTokens,
		maxTowerTokens: Math.max(...present.map((scenario) => (loadOf(scenario) ?? NO_LOAD).maxTowerTokens)),
		patches,
	};
}

const NO_LOAD: ScenarioLoad = {
	visualTokens: 0,
	contextTokens: 0,
	towerTokens: 0,
	maxContextTokens: 0,
	maxTowerTokens: 0,
};

/** The mixture without the scenarios the model cannot take, or unchanged if it takes none of them. */
function restrict(mixture: Mixture, loads: CurriculumQuestion["loads"]): Mixture {
	const share = (scenario: Scenario): number => (loads[scenario] === undefined ? 0 : mixture[scenario]);
	const taken = {
		"single-image": share("single-image"),
		"multi-image": share("multi-image"),
		video: share("video"),
	};
	return SCENARIOS.every((scenario) => taken[scenario] === 0) ? mixture : normalize(taken);
}

/** Visual tokens of one tile: all patches, merged patches, or the number of queries of a query transformer. */
function overviewTokens(
	{ projector }: ModelParts,
	patches: number,
	single: ScenarioLoad | undefined,
): number {
	switch (projector.kind) {
		case "mlp2x-gelu":
		case "linear":
			return patches;
		case "patch-merger":
		case "pixel-shuffle":
			return Math.ceil(patches / projector.merge ** 2);
		case "q-former":
			return Math.min(patches, single?.visualTokens ?? patches);
	}
}

/** Patches of one tile. A native-resolution tower is assumed to see 27×27, LLaVA-OneVision's tile. */
function overviewPatches(parts: ModelParts): number {
	const tower: Tower = typeof parts.tower === "string" ? TOWERS[parts.tower] : parts.tower;
	const side = tower.imageSize === undefined ? 27 : Math.floor(tower.imageSize / tower.patchSize);
	return side * side;
}

/** The load of a scenario under its allocation. */
export function scenarioLoad(result: AllocationResult): ScenarioLoad {
	return {
		visualTokens: result.visualTokens.mean,
		contextTokens: result.visualTokens.mean + (result.contextTokens - result.visualTokens.max),
		towerTokens: result.towerTokens,
		maxContextTokens: result.contextTokens,
		maxTowerTokens: result.maxTowerTokens,
	};
}

function normalize(mixture: Mixture): Mixture {
	const total = SCENARIOS.reduce((sum, scenario) => sum + mixture[scenario], 0);
	return {
		"single-image": mixture["single-image"] / total,
		"multi-image": mixture["multi-image"] / total,
		video: mixture.video / total,
	};
}
