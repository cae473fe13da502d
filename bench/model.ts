/**
 * What a vision-language model spends its time in, at the shapes of LLaVA-OneVision 0.5B with random weights: the tower on
 * one view, the decoder's prefill, and one token after a cache. Beside it, in turns, the same layers in PyTorch eager
 * (transformers' own modules, SDPA, float32). Float32 weights are mapped from a file, quantized ones packed, and models run in a worker, as users run them.
 * `BENCH_LAYERS` sets how many layers are built (default 4): ratios of a few layers are those of all, the output head aside.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { writeAtomically } from "@onevision/base/node";
import {
	cacheEntries,
	createRandom,
	declareProjection,
	encodeModel,
	entryOf,
	externalWeights,
	float32,
	Graph,
	type Inference,
	openWeights,
	type Precision,
	quantizedWeights,
	type Residual,
	type StoredWeights,
	safetensorsParts,
	startInference,
	sumOf,
	type Tensor,
	type Tensors,
	type Value,
	visionBlock,
} from "@onevision/graph/node";
import { buildDecoder, type DecoderSizes, rotaryRows } from "../packages/graph/src/testing/decoder.ts";
import { startPython } from "./peer.ts";

const ROUNDS = 5;
/** Milliseconds between engines. */
const PAUSE = 100;
const LAYERS = Number(process.env.BENCH_LAYERS ?? 4);

const TOWER = { layers: LAYERS, width: 1152, heads: 16, mlp: 4304, patches: 729 };
const DECODER: DecoderSizes = {
	layers: LAYERS,
	width: 896,
	heads: 14,
	kvHeads: 2,
	dim: 64,
	mlp: 4864,
	vocabulary: 128,
};

/** What is measured, and the tokens it is measured at. */
const TASKS = [
	{ name: "tower", tokens: TOWER.patches, precisions: ["float32", "int8-columns"] },
	{ name: "prefill", tokens: 1500, precisions: ["float32", "int8-columns"] },
	{ name: "decode", tokens: 1500, precisions: ["float32", "int4"] },
	{ name: "decode", tokens: 3500, precisions: ["float32", "int4"] },
] as const satisfies readonly { name: string; tokens: number; precisions: readonly Precision[] }[];

type Task = (typeof TASKS)[number];

interface Engine {
	readonly name: string;
	/** Milliseconds of one run. */
	run(): Promise<number>;
	stop(): Promise<void>;
}

const random = createRandom(1);
/** Normal numbers, from which all tensors are filled: what they are does not change the time. */
const NUMBERS = Float32Array.from({ length: 2 ** 20 }, () => random.normal() * 0.02);

function filled(shape: readonly number[]): Tensor {
	const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
	for (let at = 0; at < values.length; at += NUMBERS.length) {
		values.set(NUMBERS.subarray(0, Math.min(NUMBERS.length, values.length - at)), at);
	}
	return float32(shape, values);
}

/** The tower's blocks over embedded patches. */
function buildTower(precision: Precision) {
	const graph = new Graph("tower");
	const { layers, width, heads, mlp } = TOWER;
	const x = graph.input("x", "float32", [1, "patches", width]);
	const norm = (name: string) => ({
		kind: "layer" as const,
		scale: graph.shared(`${name}.weight`, [width]),
		bias: graph.shared(`${name}.bias`, [width]),
		epsilon: 1e-6,
	});
	let stream: Residual = { x };
	for (let layer = 0; layer < layers; layer++) {
		const declare = (name: string, inputs: number, outputs: number) =>
			declareProjection(graph, `${layer}.${name}`, { inputs, outputs, hasBias: true, precision });
		const weights = {
			norm1: norm(`${layer}.norm1`),
			query: declare("query", width, width),
			key: declare("key", width, width),
			value: declare("value", width, width),
			out: declare("out", width, width),
			norm2: norm(`${layer}.norm2`),
			up: declare("up", width, mlp),
			down: declare("down", mlp, width),
		};
		stream = visionBlock(stream, weights, { heads, activation: "gelu_pytorch_tanh", form: "fused" });
	}
	return { graph, outputs: { y: sumOf(stream) }, binding: undefined };
}

function build({ name }: Task, precision: Precision) {
	if (name === "tower") return buildTower(precision);
	return buildDecoder({ ...DECODER, precision }, name, name === "decode" ? 1 : "seq");
}

/** A file with random weights for the float32 graph of a task. */
async function writeWeights(folder: string, task: Task): Promise<StoredWeights> {
	const path = join(folder, `${task.name === "tower" ? "tower" : "decoder"}.safetensors`);
	const { parameters } = build(task, "float32").graph;
	const tensors = new Map(parameters.map(({ name, shape }) => [name, entryOf(filled(shape))] as const));
	await writeAtomically(path, safetensorsParts({ tensors, metadata: {} }));
	return openWeights(path);
}

/** Weights of products are matrices; norms and biases are not. */
async function weightsIn(
	stored: StoredWeights,
	precision: Precision,
	folder: string,
): Promise<StoredWeights> {
	if (precision === "float32") return stored;
	const formatOf = (name: string) => (stored.tensors.get(name)?.shape.length === 2 ? precision : undefined);
	return quantizedWeights(stored, { recipe: precision, folder, formatOf });
}

/** Quantized products are slow on weights that are not packed. */
function packs(precision: Precision): boolean {
	return precision !== "float32";
}

async function ours(
	session: Inference,
	task: Task,
	precision: Precision,
	stored: StoredWeights,
): Promise<Engine> {
	const { outputs, binding } = build(task, precision);
	const { external, folder } = externalWeights(Object.fromEntries(stored.tensors));
	const model = encodeModel(outputs as Readonly<Record<string, Value>>, { external });
	const program = await session.load(model, {
		folder,
		prepack: packs(precision),
		...(binding && { binding }),
	});
	const { layers, width, kvHeads, dim } = DECODER;
	const spec = { entries: cacheEntries(layers), heads: kvHeads, dim, capacity: task.tokens + 1 };
	const cache = binding === undefined ? undefined : await session.allocate(spec);
	const rows = task.name === "decode" ? 1 : task.tokens;
	const feeds: Tensors =
		task.name === "tower"
			? { x: filled([1, task.tokens, TOWER.width]) }
			: { x: filled([1, rows, width]), ...rotaryRows(task.tokens - rows, rows, dim) };
	if (task.name === "decode" && cache !== undefined)
		await fill(session, stored, precision, cache, task.tokens);
	return {
		name: `onevision ${precision}`,
		run: async () => {
			const before = cache?.length ?? 0;
			const started = performance.now();
			await program.run(feeds, cache === undefined ? {} : { cache, rows });
			const milliseconds = performance.now() - started;
			cache?.truncate(before);
			return milliseconds;
		},
		stop: async () => {
			await program.close();
			await cache?.close();
		},
	};
}

/** Fills a cache by a prefill of `tokens`. */
async function fill(
	session: Inference,
	stored: StoredWeights,
	precision: Precision,
	cache: Awaited<ReturnType<Inference["allocate"]>>,
	tokens: number,
): Promise<void> {
	const { outputs, binding } = buildDecoder({ ...DECODER, precision }, "prefill", "seq");
	if (binding === undefined) return;
	const { external, folder } = externalWeights(Object.fromEntries(stored.tensors));
	const prefill = await session.load(encodeModel(outputs, { external }), {
		folder,
		prepack: packs(precision),
		binding,
	});
	for (let done = 0; done < tokens; done += 500) {
		const rows = Math.min(500, tokens - done);
		const feeds = { x: filled([1, rows, DECODER.width]), ...rotaryRows(done, rows, DECODER.dim) };
		await prefill.run(feeds, { cache, rows });
	}
	await prefill.close();
}

function pytorch(python: string, task: Task, threads: number): Engine {
	const sizes = JSON.stringify(task.name === "tower" ? TOWER : DECODER);
	const peer = startPython(python, "model_peer.py", [task.name, sizes, String(task.tokens), String(threads)]);
	return {
		name: "PyTorch eager",
		run: async () => Number(await peer.ask("run")) * 1000,
		stop: async () => peer.stop(),
	};
}

export async function benchModel(python: string | undefined): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), "onevision-bench-model-"));
	try {
		console.log(`  ${LAYERS} layers, ms of a run, best of ${ROUNDS}, waiting threads asleep`);
		for (const threads of [1, 2]) {
			for (const task of TASKS) await compare(task, threads, folder, python);
		}
	} finally {
		await rm(folder, { recursive: true });
	}
}

async function compare(
	task: Task,
	threads: number,
	folder: string,
	python: string | undefined,
): Promise<void> {
	const session = await startInference({ threads, spin: false });
	const stored = await writeWeights(folder, task);
	const engines: Engine[] = python === undefined ? [] : [pytorch(python, task, threads)];
	for (const precision of task.precisions) {
		engines.push(
			await ours(session, task, precision, await weightsIn(stored, precision, join(folder, task.name))),
		);
	}
	const best = engines.map(() => Number.POSITIVE_INFINITY);
	for (let round = 0; round <= ROUNDS; round++) {
		for (const [i, engine] of engines.entries()) {
			await setTimeout(PAUSE);
			const milliseconds = await engine.run();
			// The first round warms up: memory is mapped, kernels are chosen.
			if (round > 0) best[i] = Math.min(best[i] ?? milliseconds, milliseconds);
		}
	}
	for (const engine of engines) await engine.stop();
	await session.close();
	const [base = Number.NaN] = best;
	const figures = engines.map(({ name }, i) => {
		const time = best[i] ?? Number.NaN;
		const ratio = python === undefined || i === 0 ? "" : ` (${(time / base).toFixed(2)}×)`;
		return `${name} ${time.toFixed(1)}${ratio}`;
	});
	console.log(`  ${task.name}, ${task.tokens} tokens, ${threads} threads: ${figures.join(", ")}`);
}
