/**
 * Two interleaved spirals, told apart by a small network. Run with `npx tsx -C source examples/graph-mlp.ts`.
 * The whole of training in one file: a graph, its loss, a plan, a session in a worker thread, and a loop.
 */

import { fileURLToPath } from "node:url";
import {
	createRandom,
	float32,
	Graph,
	type Initializer,
	initialValues,
	int64,
	linear,
	maskedCrossEntropy,
	ops,
	planTraining,
	type Random,
	startSession,
	startState,
	type Tensors,
	type Value,
} from "@onevision/graph/node";

const BATCH = 256;
const WIDTH = 64;

function dense(x: Value, name: string, width: number): Value {
	const inputs = x.shape.at(-1) ?? 1;
	const spread: Initializer = { kind: "normal", deviation: Math.sqrt(2 / inputs) };
	const weight = x.graph.parameter(`${name}.weight`, [inputs, width], spread);
	return linear(x, weight, x.graph.parameter(`${name}.bias`, [width], { kind: "constant", value: 0 }));
}

/** Points [batch, 2] and the spiral each lies on. */
function spirals(random: Random): Tensors {
	const points = new Float32Array(2 * BATCH);
	const labels = Array.from({ length: BATCH }, (_, i) => {
		const arm = random.integer(2);
		const turn = 0.3 + 2.7 * random.uniform();
		const angle = Math.PI * (turn + arm);
		points[2 * i] = (turn / 3) * Math.cos(angle) + 0.02 * random.normal();
		points[2 * i + 1] = (turn / 3) * Math.sin(angle) + 0.02 * random.normal();
		return arm;
	});
	return { x: float32([BATCH, 2], points), y: int64([BATCH], labels) };
}

/** Trains for so many steps and returns the share of new points told apart. */
export async function trainMlp(steps: number, log: (line: string) => void = () => {}): Promise<number> {
	const graph = new Graph("spirals");
	const x = graph.input("x", "float32", { batch: BATCH, coordinates: 2 });
	const hidden = ops.Gelu(dense(ops.Gelu(dense(x, "first", WIDTH)), "second", WIDTH));
	const logits = dense(hidden, "last", 2);
	const labels = graph.input("y", "int64", { batch: BATCH });
	const { sum, count } = maskedCrossEntropy(logits, labels);
	const hits = ops.Cast(ops.Equal(ops.ArgMax(logits, 1, false), labels), "float32");
	const plan = planTraining({
		loss: sum,
		count,
		metrics: { accuracy: ops.ReduceSum(hits, { keepdims: false }) },
		learningRate: { kind: "cosine", peak: 0.01, warmupSteps: 20, steps },
	});
	const random = createRandom(1);
	const session = await startSession(plan, startState(plan, initialValues(graph.parameters, random)), {
		threads: 1,
	});
	for (let step = 1; step <= steps; step++) {
		const { loss } = await session.update([spirals(random)]);
		if (step % 100 === 0) log(`step ${step}: loss ${loss.toFixed(3)}`);
	}
	const { metrics } = await session.evaluate([
		spirals(random),
		spirals(random),
		spirals(random),
		spirals(random),
	]);
	await session.close();
	return metrics.accuracy ?? 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const accuracy = await trainMlp(500, console.log);
	console.log(`${(100 * accuracy).toFixed(0)} % of new points told apart`);
}
