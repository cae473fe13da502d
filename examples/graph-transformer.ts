/**
 * A causal transformer that learns to say a row of letters backwards: "KDQ>QDK". Run with
 * `npx tsx -C source examples/graph-transformer.ts [checkpoint.safetensors]`; with a checkpoint it can be stopped and
 * started again. Only the letters after the mark count in the loss.
 */

import { fileURLToPath } from "node:url";
import {
	attention,
	createRandom,
	Graph,
	IGNORED,
	initialValues,
	int64,
	linear,
	maskedCrossEntropy,
	mergeHeads,
	ops,
	planTraining,
	rotaryEmbedding,
	rotaryTables,
	silu,
	splitHeads,
	startSession,
	startState,
	type Tensors,
	train,
	type Value,
} from "@onevision/graph/node";

const LETTERS = 26;
const MARK = 26;
const LENGTH = 8;
/** Letters, mark, letters backwards but for the last, which is only predicted. */
const SEQ = 2 * LENGTH;
const [BATCH, DIM, HEADS, LAYERS] = [64, 64, 4, 2];

function dense(x: Value, name: string, width: number): Value {
	const inputs = x.shape.at(-1) ?? 1;
	return linear(
		x,
		x.graph.parameter(name, [inputs, width], { kind: "normal", deviation: 1 / Math.sqrt(inputs) }),
	);
}

function norm(x: Value, name: string): Value {
	return ops.RMSNormalization(x, x.graph.parameter(name, [DIM], { kind: "constant", value: 1 }), {
		epsilon: 1e-6,
	});
}

/** Rotary causal attention and a gated feed-forward layer, each after a norm and beside a residual path. */
function block(x: Value, name: string, cos: Value, sin: Value): Value {
	const normed = norm(x, `${name}.norm1`);
	const [q, k, v] = ["q", "k", "v"].map((part) =>
		splitHeads(dense(normed, `${name}.${part}`, DIM), HEADS),
	) as [Value, Value, Value];
	const mixed = attention(rotaryEmbedding(q, cos, sin), rotaryEmbedding(k, cos, sin), v, { kind: "causal" });
	const attended = ops.Add(x, dense(mergeHeads(mixed), `${name}.out`, DIM));
	const inner = norm(attended, `${name}.norm2`);
	const gated = ops.Mul(silu(dense(inner, `${name}.gate`, 2 * DIM)), dense(inner, `${name}.up`, 2 * DIM));
	return ops.Add(attended, dense(gated, `${name}.down`, DIM));
}

function model() {
	const graph = new Graph("backwards");
	const ids = graph.input("ids", "int64", { batch: BATCH, seq: SEQ });
	const tables = rotaryTables(SEQ, DIM / HEADS);
	const [cos, sin] = [graph.constant(tables.cos), graph.constant(tables.sin)];
	let x = ops.Gather(graph.parameter("embedding", [LETTERS + 1, DIM], { kind: "normal", deviation: 1 }), ids);
	for (let layer = 0; layer < LAYERS; layer++) x = block(x, `layer${layer}`, cos, sin);
	const logits = dense(norm(x, "norm"), "head", LETTERS);
	const targets = graph.input("targets", "int64", { batch: BATCH, seq: SEQ });
	const right = ops.Cast(ops.Equal(ops.ArgMax(logits, 2, false), targets), "float32");
	return { graph, ...maskedCrossEntropy(logits, targets), right: ops.ReduceSum(right, { keepdims: false }) };
}

/** The batch of one step, the same whenever it is asked for. */
function batchOf(step: number): Tensors {
	const random = createRandom(step);
	const rows = Array.from({ length: BATCH }, () => {
		const letters = Array.from({ length: LENGTH }, () => random.integer(LETTERS));
		const text = [...letters, MARK, ...[...letters].reverse()];
		return { ids: text.slice(0, SEQ), targets: text.slice(1).map((id, i) => (i < LENGTH ? IGNORED : id)) };
	});
	return {
		ids: int64(
			[BATCH, SEQ],
			rows.flatMap(({ ids }) => ids),
		),
		targets: int64(
			[BATCH, SEQ],
			rows.flatMap(({ targets }) => targets),
		),
	};
}

/** Trains up to so many steps, from a checkpoint if there is one, and returns the share of letters it then gets right. */
export async function trainTransformer(
	steps: number,
	{ checkpoint, log = () => {} }: { checkpoint?: string; log?: (line: string) => void } = {},
): Promise<number> {
	const { graph, sum, count, right } = model();
	const plan = planTraining({
		loss: sum,
		count,
		metrics: { accuracy: right },
		learningRate: { kind: "cosine", peak: 0.003, warmupSteps: 30, steps },
		clipNorm: 1,
	});
	const start = startState(plan, initialValues(graph.parameters, createRandom(0)));
	const session = await startSession(plan, start, { threads: 1 });
	await train(session, {
		steps,
		batches: (step) => [batchOf(step)],
		...(checkpoint === undefined ? {} : { checkpoint: { path: checkpoint, every: 50 } }),
		onStep: ({ step, loss, metrics }) => {
			if (step % 50 === 0)
				log(
					`step ${step}: loss ${loss.toFixed(3)}, ${(100 * (metrics.accuracy ?? 0)).toFixed(0)} % of letters`,
				);
		},
	});
	const { metrics } = await session.evaluate([batchOf(-1), batchOf(-2)]);
	await session.close();
	return metrics.accuracy ?? 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const [checkpoint] = process.argv.slice(2);
	const options = checkpoint === undefined ? {} : { checkpoint };
	const accuracy = await trainTransformer(400, { ...options, log: console.log });
	console.log(`${(100 * accuracy).toFixed(0)} % of the letters of new rows are right`);
}
