/** Training passes: one forward, and backward only through what gradients reach. */

import { describe, expect, test } from "vitest";
import { checkpointById } from "../checkpoints/index.ts";
import type { Part } from "../facts/curriculum.ts";
import { languageModelFlops, projectorFlops } from "./flops.ts";
import { modelOf } from "./model.ts";
import { trainableParameters, trainingFlops } from "./training.ts";

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
		expect(trainingFlops(model, load, trainable, recompute)).toBe(
			ofTower * tower + ofProjector * projector + ofLanguage * language,
		);
	});
});

test("trainable parameters are those of the named parts", () => {
	const { parameters } = model;
	expect(trainableParameters(model, ["projector"])).toBe(parameters.projector);
	expect(trainableParameters(model, ALL)).toBe(parameters.total);
	expect(trainableParameters(model, [])).toBe(0);
});
