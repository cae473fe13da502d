/** A small model for tests of training: learns the exclusive or of the signs of two numbers. */

import { float32, int64 } from "@onevision/base";
import { Graph } from "../graph.ts";
import { linear } from "../layers/linear.ts";
import { maskedCrossEntropy } from "../layers/loss.ts";
import { Tanh } from "../ops.ts";
import { createRandom, initialValues } from "../random.ts";
import type { Tensors } from "../runtime.ts";
import { planTraining, type TrainingRequest } from "../train/plan.ts";
import { startState } from "../train/state.ts";

export const BATCH = 32;

export function xorGraph(batch = BATCH) {
	const graph = new Graph("xor");
	const x = graph.input("x", "float32", { batch, features: 2 });
	const hidden = Tanh(
		linear(
			x,
			graph.parameter("hidden.weight", [2, 16], { kind: "uniform", bound: 1 }),
			graph.parameter("hidden.bias", [16], { kind: "constant", value: 0 }),
		),
	);
	const logits = linear(hidden, graph.parameter("out.weight", [16, 2], { kind: "uniform", bound: 0.3 }));
	const loss = maskedCrossEntropy(logits, graph.input("y", "int64", { batch }));
	return { graph, logits, ...loss };
}

/** A plan and a start for it, the same each time. */
export function xorTraining(request: Partial<TrainingRequest> = {}, batch = BATCH) {
	const { graph, sum, count } = xorGraph(batch);
	const plan = planTraining({ loss: sum, count, learningRate: 0.02, ...request });
	return { plan, state: startState(plan, initialValues(graph.parameters, createRandom(7))) };
}

/** The batch of one step, always the same. */
export function xorBatch(step: number, batch = BATCH): Tensors {
	const random = createRandom(1000 + step);
	const x = Float32Array.from({ length: 2 * batch }, () => 2 * random.uniform() - 1);
	const y = Array.from({ length: batch }, (_, i) => Number((x[2 * i] ?? 0) > 0 !== (x[2 * i + 1] ?? 0) > 0));
	return { x: float32([batch, 2], x), y: int64([batch], y) };
}
