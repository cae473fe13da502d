/** The schedule: steps, tokens and costs follow from samples and loads, and totals are sums. */

import { describe, expect, test } from "vitest";
import { checkpointById } from "../checkpoints.ts";
import { modelOf } from "../cost/model.ts";
import { fullTraining, trainableParameters } from "../cost/training.ts";
import { HARDWARE } from "../facts/hardware.ts";
import { SCENARIOS } from "../sample.ts";
import {
	type CurriculumQuestion,
	ONEVISION_MIXTURE,
	planCurriculum,
	type ScenarioLoad,
	STAGE_IDS,
	type StageCompute,
	type StageId,
	type StagePlan,
} from "./curriculum.ts";

const load = (visualTokens: number): ScenarioLoad => ({
	visualTokens,
	contextTokens: visualTokens + 10,
	towerTokens: 729 * 5,
	maxContextTokens: 2 * visualTokens,
	maxTowerTokens: 729 * 5,
});

const QUESTION: CurriculumQuestion = {
	checkpoint: checkpointById("llava-onevision-qwen2-7b-ov"),
	order: STAGE_IDS,
	samples: {
		alignment: 558_000,
		knowledge: 4_000_000,
		"single-image": 3_200_000,
		onevision: 1_600_000,
		"task-transfer": 1000,
	},
	samplesSource: { alignment: "", knowledge: "", "single-image": "", onevision: "", "task-transfer": "" },
	mix: { "single-image": 0.5, "multi-image": 0.25, video: 0.25 },
	globalBatch: undefined,
	epochs: 1,
	textTokens: 256,
	loads: { "single-image": load(3000), "multi-image": load(2000), video: load(1000) },
	hardware: HARDWARE["h100-sxm"],
	trainingEfficiency: 0.4,
	setup: { accelerators: 8, zeroStage: 3, microBatch: 1, activationCheckpointing: true, offload: "none" },
	training: { method: "full", loraRank: 128, freeze: [] },
	pricePerHour: 2,
};

const planned = planCurriculum(QUESTION);
/** A stage of a model with known widths. */
function stage(id: StageId, changes: Partial<CurriculumQuestion> = {}): StagePlan & StageCompute {
	const found = planCurriculum({ ...QUESTION, ...changes }).stages.find((one) => one.stage === id);
	if (found?.memory === undefined) throw new Error(`no stage ${id}, or nothing known of its compute`);
	return found as StagePlan & StageCompute;
}

test("stages are in the requested order, and only the requested ones", () => {
	expect(planned.stages.map(({ stage: id }) => id)).toEqual(STAGE_IDS);
	const order = ["single-image", "alignment"] as const;
	expect(planCurriculum({ ...QUESTION, order }).stages.map(({ stage: id }) => id)).toEqual(order);
});

test("every stage's mixture sums to 1", () => {
	for (const { mixture } of planned.stages) {
		expect(SCENARIOS.reduce((sum, scenario) => sum + mixture[scenario], 0)).toBeCloseTo(1, 12);
	}
});

describe("alignment", () => {
	const { projector } = modelOf(QUESTION.checkpoint.parts).parameters;
	const alignment = stage("alignment");
	test("trains the projector only, at 1e-3", () => {
		expect(alignment).toMatchObject({
			trainable: ["projector"],
			learningRates: { projector: 1e-3 },
			trainableParameters: projector,
		});
	});
	test("sees one tile of 729 tokens and the text, whatever the plan allocates", () => {
		expect(alignment.visualTokens).toBe(729);
		expect(alignment.totalTokens).toBe(558_000 * (729 + 256));
		expect(alignment.mixture).toEqual({ "single-image": 1, "multi-image": 0, video: 0 });
	});
});

describe("later stages", () => {
	test.each(STAGE_IDS.slice(1))("%s trains every part, the tower five times slower", (id) => {
		const { trainable, learningRates, trainableParameters: parameters } = stage(id);
		expect([...trainable].sort()).toEqual(["language-model", "projector", "tower"]);
		expect(learningRates).toEqual({ tower: 2e-6, projector: 1e-5, "language-model": 1e-5 });
		expect(parameters).toBe(trainableParameters(modelOf(QUESTION.checkpoint.parts), fullTraining(trainable)));
	});
	test("single images only until the OneVision stage", () => {
		for (const id of ["knowledge", "single-image"] as const) {
			expect(stage(id)).toMatchObject({ visualTokens: 3000, mixture: { "single-image": 1 } });
		}
	});
	test("the OneVision stage has the paper's mixture, task transfer the product's", () => {
		expect(stage("onevision").mixture).toEqual(ONEVISION_MIXTURE);
		expect(stage("task-transfer").mixture).toEqual(QUESTION.mix);
		expect(stage("task-transfer").visualTokens).toBe(0.5 * 3000 + 0.25 * 2000 + 0.25 * 1000);
	});
});

describe("steps and tokens", () => {
	test("steps are samples times epochs over the batch, rounded up", () => {
		expect(stage("alignment").steps).toBe(Math.ceil(558_000 / 512));
		expect(stage("task-transfer").steps).toBe(Math.ceil(1000 / 256));
		expect(stage("task-transfer", { globalBatch: 10, epochs: 2.55 }).steps).toBe(255);
	});
	test("tokens are samples times epochs times context", () => {
		expect(stage("task-transfer", { epochs: 3 }).totalTokens).toBe(3 * 1000 * (2250 + 10 + 256));
	});
	test("no samples: no steps, no cost", () => {
		const samples = { ...QUESTION.samples, onevision: 0 };
		expect(stage("onevision", { samples })).toMatchObject({
			steps: 0,
			totalTokens: 0,
			flops: 0,
			hours: 0,
			cost: 0,
		});
	});
});

describe("time and money", () => {
	test("hours are FLOPs over the rate that is reached, shared by the accelerators", () => {
		const one = stage("single-image");
		expect(one.acceleratorHours).toBeCloseTo(one.flops / (989.4e12 * 0.4) / 3600, 6);
		expect(one.hours).toBe(one.acceleratorHours / 8);
		expect(one.cost).toBe(one.acceleratorHours * 2);
	});
	test("without a price there is no cost anywhere", () => {
		const free = planCurriculum({ ...QUESTION, pricePerHour: undefined });
		expect(free.total).not.toHaveProperty("cost");
		for (const one of free.stages) expect(one).not.toHaveProperty("cost");
	});
	test("twice the accelerators halve the hours and not the cost", () => {
		const setup = { ...QUESTION.setup, accelerators: 16 };
		const [eight, sixteen] = [stage("onevision"), stage("onevision", { setup })];
		expect(sixteen.hours).toBeCloseTo(eight.hours / 2, 9);
		expect(sixteen.cost).toBe(eight.cost);
	});
});

test("totals are the sums of the stages", () => {
	const sum = (pick: (one: StagePlan) => number): number =>
		planned.stages.reduce((total, one) => total + pick(one), 0);
	expect(planned.total).toEqual({
		samples: sum(({ samples }) => samples),
		steps: sum(({ steps }) => steps),
		tokens: sum(({ totalTokens }) => totalTokens),
		flops: sum(({ flops = 0 }) => flops),
		acceleratorHours: sum(({ acceleratorHours = 0 }) => acceleratorHours),
		hours: sum(({ hours = 0 }) => hours),
		cost: sum(({ cost }) => cost ?? 0),
	});
});

test("memory is that of the longest sample of the scenarios in the stage", () => {
	const short = { ...QUESTION.loads, video: { ...load(1000), maxContextTokens: 60_000 } };
	const grown = stage("onevision", { loads: short }).memory.activations;
	expect(stage("onevision", { loads: short }).memory.logits).toBeGreaterThan(
		stage("onevision").memory.logits,
	);
	expect(grown).toBeGreaterThan(stage("onevision").memory.activations);
	expect(stage("single-image", { loads: short }).memory).toEqual(stage("single-image").memory);
	expect(stage("onevision").fitsMemory).toBe(stage("onevision").memory.total <= 80e9);
});

describe("what trains, as asked", () => {
	const lora = { method: "lora", loraRank: 64, freeze: [] } as const;

	test("LoRA: adapters on the language model, the projector in full, the tower frozen, LLaVA's LoRA rates", () => {
		const one = stage("task-transfer", { training: lora });
		expect(one).toMatchObject({
			training: { tower: "frozen", projector: "full", "language-model": "lora" },
			loraRank: 64,
			trainable: ["projector", "language-model"],
			learningRates: { projector: 2e-5, "language-model": 2e-4 },
		});
		expect(one.flops).toBeLessThan(stage("task-transfer").flops);
		expect(one.memory.total).toBeLessThan(stage("task-transfer").memory.total);
	});
	test("alignment trains the projector, whatever is asked", () => {
		const asked = stage("alignment", { training: { ...lora, freeze: ["projector"] } });
		expect(asked.trainable).toEqual(["projector"]);
		expect(asked).not.toHaveProperty("loraRank");
	});
	test("a frozen tower costs no gradients: less work and fewer activations", () => {
		const frozen = stage("onevision", { training: { method: "full", loraRank: 128, freeze: ["tower"] } });
		expect(frozen.training.tower).toBe("frozen");
		expect(frozen.flops).toBeLessThan(stage("onevision").flops);
		expect(frozen.memory.activations).toBeLessThan(stage("onevision").memory.activations);
	});
});

describe("micro-batch", () => {
	const setup = { ...QUESTION.setup, microBatch: undefined };
	test("is the largest power of two whose memory fits, and steps accumulate to the global batch", () => {
		const one = stage("single-image", { setup });
		expect(one.fitsMemory).toBe(true);
		expect(one.accumulation).toBe(Math.ceil(256 / (8 * one.microBatch)));
		const twice = stage("single-image", { setup: { ...setup, microBatch: 2 * one.microBatch } });
		expect(twice.fitsMemory).toBe(false);
	});
	test("is never more than an accelerator's part of the global batch", () => {
		expect(stage("alignment", { setup, globalBatch: 16 }).microBatch).toBe(2);
	});
});
