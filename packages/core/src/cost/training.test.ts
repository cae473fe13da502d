/** Training passes: one forward pass, and backward only through the parts that gradients reach. */

import { describe, expect, test } from "vitest";
import { checkpointById } from "../checkpoints.ts";
import type { Part } from "../facts/curriculum.ts";
import { languageModelFlops, projectorFlops } from "./flops.ts";
import { modelOf } from "./model.ts";
import { fullTraining, isReached, type Training, trainableParameters, trainingFlops } from "./training.ts";

const model = modelOf(checkpointById("llava-onevision-qwen2-0.5b-ov").parts);
const load = { contextTokens: 1000, towerTokens: 729, towerFlops: 1e12 };
const tower = load.towerFlops;
const projector = projectorFlops(model.projector, load.towerTokens);
const language = languageModelFlops(model.languageModel, load.contextTokens, load.contextTokens);

const ALL: readonly Part[] = ["tower", "projector", "language-model"];

describe("forward passes' worth of work", () => {
	test.each<[string, readonly Part[], boolean, readonly [number, number, number]]>([
		["everything trained: three each", ALL, false, [3, 3, 3]],
		["everything trained, activations recomputed: four each", ALL, true, [4, 4, 4]],
		[
			"the projector alone: the tower forward, gradients through the language model",
			["projector"],
			false,
			[1, 3, 2],
		],
		["the projector alone, recomputed: not the tower", ["projector"], true, [1, 4, 3]],
		["the language model alone: nothing before it", ["language-model"], false, [1, 1, 3]],
		["the tower alone: gradients through all", ["tower"], false, [3, 2, 2]],
		["nothing trained: one forward", [], true, [1, 1, 1]],
	])("%s", (_name, trainable, recompute, [ofTower, ofProjector, ofLanguage]) => {
		expect(trainingFlops(model, load, fullTraining(trainable), recompute)).toBe(
			ofTower * tower + ofProjector * projector + ofLanguage * language,
		);
	});
});

test("trainable parameters are those of the named parts", () => {
	const { parameters } = model;
	expect(trainableParameters(model, fullTraining(["projector"]))).toBe(parameters.projector);
	expect(trainableParameters(model, fullTraining(ALL))).toBe(parameters.total);
	expect(trainableParameters(model, fullTraining([]))).toBe(0);
});

describe("LoRA", () => {
	const lora = (loraRank: number): Training => ({
		parts: { tower: "frozen", projector: "frozen", "language-model": "lora" },
		loraRank,
	});
	// peft 0.15 prints "trainable params: 20,185,088" for Qwen2.5-7B, rank 8 on q, k, v, o, gate, up and down.
	test("Qwen2 7B at rank 8 has 20,185,088 adapter parameters", () => {
		const seven = modelOf(checkpointById("llava-onevision-qwen2-7b-ov").parts);
		expect(trainableParameters(seven, lora(8))).toBe(20_185_088);
		expect(trainableParameters(seven, lora(16))).toBe(2 * 20_185_088);
	});
	test("spares the gradients of weights, not those of activations", () => {
		const adapters = 6 * load.contextTokens * trainableParameters(model, lora(8));
		expect(trainingFlops(model, load, lora(8), false)).toBeCloseTo(
			tower + projector + 2 * language + adapters,
			-3,
		);
	});
	test("reaches no part before the first that trains", () => {
		expect(isReached(lora(8), "language-model")).toBe(true);
		expect(isReached(lora(8), "tower")).toBe(false);
		expect(isReached(fullTraining(["tower"]), "language-model")).toBe(true);
		expect(isReached(fullTraining([]), "language-model")).toBe(false);
	});
});
