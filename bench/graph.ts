/**
 * One training step (loss, gradients, AdamW) of a causal transformer and of a small ViT, as users run it: in a worker
 * thread. Beside it the same step in PyTorch eager, in turns, and the speed of a plain matrix product in onnxruntime.
 */

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import {
	createRandom,
	encodeModel,
	float32,
	Graph,
	initialValues,
	int64,
	nodeRuntime,
	ops,
	planTraining,
	startSession,
	startState,
	type Tensors,
} from "@onevision/graph/node";
import { type Model, transformer, vit } from "../packages/graph/src/testing/models.ts";

const ROUNDS = 12;

const TRANSFORMER = { batch: 16, seq: 128, dim: 192, heads: 6, layers: 4, vocabulary: 512 };
const VIT = { batch: 16, image: 128, patch: 16, dim: 192, heads: 6, layers: 4, classes: 100 };

interface Engine {
	readonly name: string;
	/** Loss and milliseconds of one step. */
	step(): Promise<{ loss: number; milliseconds: number }>;
	stop(): void;
}

interface Task {
	readonly name: "transformer" | "vit";
	readonly sizes: Readonly<Record<string, number>>;
	build(): Model;
	/** Tokens a step sees. */
	readonly tokens: number;
	batch(): Tensors;
}

const random = createRandom(1);
const integers = (length: number, below: number) => Array.from({ length }, () => random.integer(below));

const TASKS: readonly Task[] = [
	{
		name: "transformer",
		sizes: TRANSFORMER,
		build: () => transformer(TRANSFORMER, 4),
		tokens: TRANSFORMER.batch * TRANSFORMER.seq,
		batch: () => ({
			x: int64([16, 128], integers(16 * 128, TRANSFORMER.vocabulary)),
			y: int64([16, 128], integers(16 * 128, TRANSFORMER.vocabulary)),
		}),
	},
	{
		name: "vit",
		sizes: VIT,
		build: () => vit(VIT, 2),
		tokens: VIT.batch * 64,
		batch: () => ({
			x: float32(
				[16, 3, 128, 128],
				Float32Array.from({ length: 16 * 3 * 128 * 128 }, () => random.normal()),
			),
			y: int64([16], integers(16, VIT.classes)),
		}),
	},
];

/** Multiply-adds of the matrix products, two operations each, forward once and backward twice. */
function operations(task: Task): number {
	const { dim = 0, layers = 0, seq = 64, vocabulary, patch = 0, classes = 0, batch = 0 } = task.sizes;
	const linear = task.tokens * layers * 12 * dim * dim;
	const attention = 2 * task.tokens * layers * seq * dim;
	const ends =
		vocabulary === undefined
			? task.tokens * 3 * patch * patch * dim + batch * classes * dim
			: task.tokens * vocabulary * dim;
	return 3 * 2 * (linear + attention + ends);
}

async function ours(task: Task, threads: number): Promise<Engine> {
	const model = task.build();
	const plan = planTraining({ loss: model.sum, count: model.count, learningRate: 1e-3 });
	const state = startState(plan, initialValues(model.graph.parameters, createRandom(2)));
	const session = await startSession(plan, state, { threads });
	const batch = task.batch();
	return {
		name: "onevision",
		step: async () => {
			const started = performance.now();
			const { loss } = await session.update([batch]);
			return { loss, milliseconds: performance.now() - started };
		},
		stop: () => void session.close(),
	};
}

function pytorch(python: string, task: Task, threads: number): Engine {
	const script = fileURLToPath(new URL("graph_peer.py", import.meta.url));
	const args = [script, task.name, JSON.stringify(task.sizes), String(threads)];
	const child = spawn(python, args, { stdio: ["pipe", "pipe", "inherit"] });
	const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	return {
		name: "PyTorch eager",
		step: async () => {
			child.stdin.write("step\n");
			const { value, done } = await lines.next();
			if (done) throw new Error("the PyTorch peer ended; is oracle/requirements.txt installed?");
			const { loss, seconds } = JSON.parse(value) as { loss: number; seconds: number };
			return { loss, milliseconds: seconds * 1000 };
		},
		stop: () => void child.stdin.end(),
	};
}

/** A large product alone, as the ceiling: [2048, 768] by [768, 192]. */
async function product(threads: number): Promise<Engine> {
	const graph = new Graph("product");
	const y = ops.Gemm(graph.input("a", "float32", [2048, 768]), graph.input("b", "float32", [768, 192]));
	const program = await nodeRuntime({ threads }).load(encodeModel({ y }));
	const feeds = {
		a: float32([2048, 768], new Float32Array(2048 * 768).fill(0.5)),
		b: float32([768, 192], new Float32Array(768 * 192).fill(0.5)),
	};
	return {
		name: "plain product",
		step: async () => {
			const started = performance.now();
			for (let i = 0; i < 10; i++) await program.run(feeds);
			return { loss: 0, milliseconds: (performance.now() - started) / 10 };
		},
		stop: () => void program.close(),
	};
}

export async function benchGraph(python: string | undefined): Promise<void> {
	for (const task of TASKS) for (const threads of [1, 2]) await compare(task, threads, python);
}

async function compare(task: Task, threads: number, python: string | undefined): Promise<void> {
	const engines = [
		await ours(task, threads),
		...(python === undefined ? [] : [pytorch(python, task, threads)]),
		await product(threads),
	];
	const best = engines.map(() => Number.POSITIVE_INFINITY);
	const losses = engines.map(() => 0);
	for (let round = 0; round < ROUNDS; round++) {
		for (const [i, engine] of engines.entries()) {
			const { loss, milliseconds } = await engine.step();
			best[i] = Math.min(best[i] ?? milliseconds, milliseconds);
			losses[i] = loss;
		}
	}
	for (const engine of engines) engine.stop();
	const rate = (2 * 2048 * 768 * 192) / (best.at(-1) ?? 1) / 1e6;
	console.log(
		`  ${task.name}, ${threads} thread${threads === 1 ? "" : "s"}: ${(operations(task) / 1e9).toFixed(1)} GFLOP a step, plain product ${rate.toFixed(0)} GFLOP/s`,
	);
	const peer = engines.findIndex(({ name }) => name === "PyTorch eager");
	engines.slice(0, -1).forEach(({ name }, i) => {
		const milliseconds = best[i] ?? 0;
		const ratio =
			peer === -1 || peer === i ? "" : `, ${(milliseconds / (best[peer] ?? 1)).toFixed(2)}× PyTorch's time`;
		const flops = operations(task) / milliseconds / 1e6;
		console.log(
			`    ${name}: ${milliseconds.toFixed(0)} ms, ${flops.toFixed(0)} GFLOP/s${ratio}, loss ${(losses[i] ?? 0).toFixed(3)} after ${ROUNDS} steps`,
		);
	});
}
