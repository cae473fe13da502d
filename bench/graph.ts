/**
 * One training step (loss, gradients, AdamW) of a causal transformer and of a small ViT, as users run it: in a worker
 * thread. Beside it, in turns, the same step in PyTorch eager and the speed of a plain matrix product in onnxruntime.
 * jax-js and TensorFlow.js take part where `npm run bench:setup` has installed them.
 */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
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
	splitBatch,
	startSession,
	startState,
	type Tensors,
} from "@onevision/graph/node";
import { type Model, transformer, vit } from "../packages/graph/src/testing/models.ts";

const ROUNDS = 20;
/** Steps of a round, one right after the other: work that a step leaves for later counts in the next. */
const STEPS = 4;
/** Milliseconds between engines: threads that wait for more work keep their cores busy for a while. */
const PAUSE = 200;
/** Rounds of engines that take seconds; the first of them compiles. */
const SLOW_ROUNDS = 3;

const TRANSFORMER = { batch: 16, seq: 128, dim: 192, heads: 6, layers: 4, vocabulary: 512 };
const VIT = { batch: 16, image: 128, patch: 16, dim: 192, heads: 6, layers: 4, classes: 100 };

interface Engine {
	readonly name: string;
	readonly rounds: number;
	/** Loss and milliseconds of one step. */
	step(): Promise<{ loss: number; milliseconds: number }>;
	stop(): void;
}

interface Task {
	readonly name: "transformer" | "vit";
	readonly sizes: Readonly<Record<string, number>>;
	/** The model for its part of the batch. */
	build(replicas: number): Model;
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
		build: (replicas) => transformer({ ...TRANSFORMER, batch: TRANSFORMER.batch / replicas }, 4 / replicas),
		tokens: TRANSFORMER.batch * TRANSFORMER.seq,
		batch: () => ({
			x: int64([16, 128], integers(16 * 128, TRANSFORMER.vocabulary)),
			y: int64([16, 128], integers(16 * 128, TRANSFORMER.vocabulary)),
		}),
	},
	{
		name: "vit",
		sizes: VIT,
		build: (replicas) => vit({ ...VIT, batch: VIT.batch / replicas }, 2 / replicas),
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
	const model = task.build(threads);
	const plan = planTraining({ loss: model.sum, count: model.count, learningRate: 1e-3 });
	const state = startState(plan, initialValues(model.graph.parameters, createRandom(2)));
	const session = await startSession(plan, state, { threads: 1, replicas: threads });
	const batches = splitBatch(task.batch(), threads);
	return {
		name: "onevision",
		rounds: ROUNDS,
		step: async () => {
			const started = performance.now();
			const { loss } = await session.update(batches);
			return { loss, milliseconds: performance.now() - started };
		},
		stop: () => void session.close(),
	};
}

/** An engine in a process of its own that answers each line with the loss and seconds of a step. */
function peer(name: string, command: string, args: readonly string[], rounds = ROUNDS): Engine {
	const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
	const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	return {
		name,
		rounds,
		step: async () => {
			child.stdin.write("step\n");
			const { value, done } = await lines.next();
			if (done) throw new Error(`the peer ${name} ended; is it installed?`);
			const { loss, seconds } = JSON.parse(value) as { loss: number; seconds: number };
			return { loss, milliseconds: seconds * 1000 };
		},
		stop: () => void child.stdin.end(),
	};
}

const PYTORCH = "PyTorch eager";

/** Whoever is installed: PyTorch for every task, the JavaScript engines for the transformer on their one thread. */
function peers(python: string | undefined, { name, sizes }: Task, threads: number): Engine[] {
	const file = (script: string) => fileURLToPath(new URL(script, import.meta.url));
	const given = JSON.stringify(sizes);
	const torch =
		python === undefined
			? []
			: [peer(PYTORCH, python, [file("graph_peer.py"), name, given, String(threads)])];
	const folder = file("peers");
	if (!existsSync(file("peers/node_modules/@jax-js/jax")) || name !== "transformer" || threads !== 1)
		return torch;
	return [
		...torch,
		peer("jax-js, without optimizer", process.execPath, [file("graph-jax.mjs"), folder, given], SLOW_ROUNDS),
		peer("TensorFlow.js", process.execPath, [file("graph-tfjs.mjs"), folder, given], SLOW_ROUNDS),
	];
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
		rounds: ROUNDS,
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
	const engines = [await ours(task, threads), ...peers(python, task, threads), await product(threads)];
	const times = engines.map((): number[] => []);
	const losses = engines.map(() => 0);
	for (let round = 0; round < ROUNDS; round++) {
		for (const [i, engine] of engines.entries()) {
			if (round >= engine.rounds) continue;
			await setTimeout(PAUSE);
			const { loss, milliseconds } = await several(engine);
			times[i]?.push(milliseconds);
			losses[i] = loss;
		}
	}
	for (const engine of engines) engine.stop();
	report(task, threads, engines, times, losses);
}

/** The last loss of a round, and milliseconds of one step on average. Engines that take seconds do one step. */
async function several(engine: Engine): Promise<{ loss: number; milliseconds: number }> {
	const steps = engine.rounds < ROUNDS ? 1 : STEPS;
	let loss = Number.NaN;
	let total = 0;
	for (let step = 0; step < steps; step++) {
		const done = await engine.step();
		loss = done.loss;
		total += done.milliseconds;
	}
	return { loss, milliseconds: total / steps };
}

function report(
	task: Task,
	threads: number,
	engines: readonly Engine[],
	times: readonly (readonly number[])[],
	losses: readonly number[],
): void {
	const best = times.map((each) => Math.min(...each));
	const rate = (2 * 2048 * 768 * 192) / (best.at(-1) ?? 1) / 1e6;
	const gigaflops = operations(task) / 1e9;
	console.log(
		`  ${task.name}, ${threads} thread${threads === 1 ? "" : "s"}: ${gigaflops.toFixed(1)} GFLOP a step, plain product ${rate.toFixed(0)} GFLOP/s`,
	);
	const [own = [], ...others] = times;
	engines.slice(0, -1).forEach(({ name, rounds }, i) => {
		const milliseconds = best[i] ?? 0;
		const ratio = i === 0 ? "" : `, onevision takes ${comparison(own, others[i - 1] ?? [])}`;
		const flops = (gigaflops / milliseconds) * 1000;
		console.log(
			`    ${name}: ${milliseconds.toFixed(0)} ms, ${flops.toFixed(0)} GFLOP/s${ratio}; loss ${(losses[i] ?? 0).toFixed(3)} after ${rounds < ROUNDS ? rounds : rounds * STEPS} steps`,
		);
	});
}

/** The ratio of the best times, and the median of that in each round. */
function comparison(own: readonly number[], other: readonly number[]): string {
	const ratios = other.map((milliseconds, round) => (own[round] ?? 0) / milliseconds).sort((a, b) => a - b);
	const median = ratios[ratios.length >> 1] ?? Number.NaN;
	return `${(Math.min(...own) / Math.min(...other)).toFixed(2)}× its time (median of rounds ${median.toFixed(2)}×)`;
}
