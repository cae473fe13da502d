/**
 * Initial values of a model trained from scratch: each parameter from a seed of its own name, so that models of one seed
 * agree in all parameters they share.
 */

import { elementCount, float32, type Tensor } from "@onevision/base";
import type { Tensors } from "@onevision/graph";
import { trainingGraph } from "@onevision/model/training";
import type { LabModel } from "../model/snapshot.ts";
import { randomOf } from "../random.ts";

/** Deviation of embeddings: tokens, positions, newline. */
const EMBEDDING_DEVIATION = 0.5;

/** Of every parameter, whatever batches it is trained with. */
export function initialParametersOf({ architecture }: LabModel, seed: number): Tensors {
	const pooling = { stride: 1, mode: "bilinear" } as const;
	const { graph } = trainingGraph(architecture, { views: 1, sequences: 1, length: 1, answers: 1, pooling });
	return Object.fromEntries(graph.parameters.map(({ name, shape }) => [name, initial(name, shape, seed)]));
}

/** Norms start at 1, biases at 0, weights at 1/√inputs (LeCun et al. 1998), which keeps activations near one. */
function initial(name: string, shape: readonly number[], seed: number): Tensor {
	const values = new Float32Array(elementCount(shape));
	if (name.endsWith(".bias")) return float32(shape, values);
	if (/norm\d?\.weight$/.test(name)) return float32(shape, values.fill(1));
	const inputs = elementCount(shape.slice(1));
	const isEmbedding = /embed|image_newline/.test(name) && !name.includes("patch_embedding");
	const deviation = isEmbedding ? EMBEDDING_DEVIATION : 1 / Math.sqrt(inputs);
	const random = randomOf("parameter", seed, name);
	return float32(
		shape,
		values.map(() => deviation * random.normal()),
	);
}
