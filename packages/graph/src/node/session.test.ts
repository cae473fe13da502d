/** Training in a worker thread: learning, saving, resuming bit for bit, and what goes wrong. */

import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { float32, tensor } from "@onevision/base";
import { afterAll, describe, expect, test } from "vitest";
import { Graph } from "../graph.ts";
import * as ops from "../ops.ts";
import { createRandom, initialValues } from "../random.ts";
import { xorBatch, xorGraph, xorTraining } from "../testing/xor.ts";
import { planTraining } from "../train/plan.ts";
import { startReplica } from "../train/replica.ts";
import { encodeState, startState, type TrainingState } from "../train/state.ts";
import { loadCheckpoint, saveCheckpoint } from "./files.ts";
import { startInThread } from "./replicas.ts";
import { nodeRuntime } from "./runtime.ts";
import { startSession, type TrainingSession } from "./session.ts";
import { train } from "./train.ts";

const folder = mkdtempSync(join(tmpdir(), "graph-session-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function withSession<T>(
	run: (session: TrainingSession) => Promise<T>,
	{ plan, state } = xorTraining(),
): Promise<T> {
	const session = await startSession(plan, state, { threads: 1 });
	try {
		return await run(session);
	} finally {
		await session.close();
	}
}

async function losses(
	session: TrainingSession,
	steps: number,
	batches = (step: number) => [xorBatch(step)],
): Promise<number[]> {
	const curve: number[] = [];
	await train(session, {
		steps,
		batches,
		onStep: ({ loss }) => curve.push(loss),
	});
	return curve;
}

test("a small network learns the exclusive or", async () => {
	const report = await withSession(async (session) => {
		await losses(session, 300);
		return session.evaluate([xorBatch(5000), xorBatch(5001)]);
	});
	expect(report.count).toBe(64);
	expect(report.loss).toBeLessThan(0.15);
});

test("the caller's event loop runs on while a step computes", async () => {
	const batch = 4096;
	const { plan, state } = xorTraining({}, batch);
	const longest = await withSession(
		async (session) => {
			const feeds = xorBatch(1, batch);
			const work = session.update(Array.from({ length: 100 }, () => feeds));
			let [last, gap, ticks, done] = [performance.now(), 0, 0, false];
			void work.then(() => {
				done = true;
			});
			while (!done) {
				await new Promise((resolve) => setTimeout(resolve, 1));
				const now = performance.now();
				gap = Math.max(gap, now - last);
				last = now;
				ticks++;
			}
			return { ticks };
		},
		{ plan, state },
	);
	// A blocked loop would see the step's end at its first tick.
	expect(longest.ticks).toBeGreaterThan(3);
});

describe("checkpoints", () => {
	test("a resumed run equals an uninterrupted one, bit for bit", async () => {
		const path = join(folder, "resume.safetensors");
		const whole = await withSession(async (session) => ({
			curve: await losses(session, 20),
			state: encodeState(await session.state()),
		}));
		const head = await withSession(async (session) => {
			const curve = await losses(session, 7);
			expect(await session.save(path)).toBe(7);
			return curve;
		});
		const tail = await withSession(async (session) => {
			expect(await session.load(path)).toBe(7);
			return { curve: await losses(session, 20), state: encodeState(await session.state()) };
		});
		expect([...head, ...tail.curve]).toEqual(whole.curve);
		expect(Buffer.from(tail.state).equals(Buffer.from(whole.state))).toBe(true);
		expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
	});

	test("a killed run goes on to the same curve, with as many replicas or others", async () => {
		const path = join(folder, "killed.safetensors");
		const expected = await withSession((session) =>
			losses(session, 24, (step) => [xorBatch(step), xorBatch(-step)]),
		);
		const seen = new Map<number, number>();
		await runUntil(path, 1, 5, seen);
		await runUntil(path, 2, 10, seen);
		await runUntil(path, 2, undefined, seen);
		expect([...seen.keys()]).toEqual(Array.from({ length: 24 }, (_, i) => i + 1));
		expect([...seen.values()]).toEqual(expected);
	}, 120_000);

	test.each([
		[
			"empty",
			() => Buffer.alloc(0),
			"safetensors: 0 bytes are too few for a header; the file is damaged or of another format",
		],
		["cut", (bytes: Buffer) => bytes.subarray(0, bytes.length - 3), undefined],
		["not a checkpoint", () => Buffer.from("hello world, this is no checkpoint"), undefined],
	])("a file that is %s is refused in one line", async (name, damage, message) => {
		const path = join(folder, `${name}.safetensors`);
		writeFileSync(path, damage(Buffer.from(encodeState(xorTraining().state))));
		const error = await loadCheckpoint(path).then(
			() => undefined,
			(reason: Error) => reason,
		);
		expect(error).toMatchObject({ code: "unreadable-file" });
		expect(error?.message).toMatch(/^[^\n]*safetensors: [^\n]+$/);
		if (message !== undefined) expect(error?.message).toBe(`${path}: ${message}`);
	});

	test("a checkpoint of another model names what differs", async () => {
		const path = join(folder, "other.safetensors");
		const { state } = xorTraining();
		await saveCheckpoint(path, {
			...state,
			parameters: { ...state.parameters, "hidden.bias": float32([8], new Float32Array(8)) },
		});
		await withSession(async (session) => {
			await expect(session.load(path)).rejects.toThrowErrorMatchingInlineSnapshot(
				`[OnevisionError: state: parameter hidden.bias is float32 [16], got float32 [8]]`,
			);
		});
		await expect(saveCheckpoint(join(folder, "no", "such.safetensors"), state)).rejects.toMatchObject({
			code: "unwritable-file",
		});
		await expect(loadCheckpoint(join(folder, "missing"))).rejects.toMatchObject({ code: "unreadable-file" });
	});
});

/** Runs the training process and kills it, without warning, once it has printed `killAfter` steps. */
async function runUntil(
	path: string,
	replicas: number,
	killAfter: number | undefined,
	seen: Map<number, number>,
): Promise<void> {
	const script = fileURLToPath(new URL("../testing/killed.ts", import.meta.url));
	const child = spawn(process.execPath, ["--import", "tsx", script, path, "24", `${replicas}`], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	let lines = 0;
	for await (const line of createInterface({ input: child.stdout })) {
		const { step, loss } = JSON.parse(line) as { step: number; loss: number };
		// A step done again after a crash must have the loss it had before.
		expect(seen.get(step) ?? loss).toBe(loss);
		seen.set(step, loss);
		lines++;
		if (lines === killAfter) child.kill("SIGKILL");
	}
	if (killAfter === undefined) expect(child.signalCode).toBeNull();
}

describe("a loss that is not finite", () => {
	test("stops with its step; the last checkpoint and the parameters stay", async () => {
		const path = join(folder, "finite.safetensors");
		await withSession(async (session) => {
			const run = train(session, {
				steps: 10,
				checkpoint: { path, every: 2 },
				batches: (step) => {
					const batch = xorBatch(step);
					if (step === 6) (batch.x?.data as Float32Array)[3] = Number.NaN;
					return [batch];
				},
			});
			await expect(run).rejects.toMatchObject({
				code: "non-finite",
				step: 6,
				message: "step 6: the loss is NaN; nothing was updated; lower the learning rate or check the batch",
			});
			expect(session.step).toBe(5);
			const { loss } = await session.evaluate([xorBatch(1)]);
			expect(Number.isFinite(loss)).toBe(true);
		});
		expect((await loadCheckpoint(path)).step).toBe(4);
		expect(readFileSync(path).length).toBeGreaterThan(500);
	});
});

test("threads and how they wait change no loss beyond rounding", async () => {
	const { plan, state } = xorTraining();
	const curves: number[][] = [];
	for (const runtime of [{ threads: 1 }, { threads: 2, spin: false }, { threads: 2, spin: true }]) {
		const session = await startSession(plan, state, runtime);
		curves.push(await losses(session, 5));
		await session.close();
	}
	for (const curve of curves)
		for (const [i, loss] of curve.entries()) expect(loss).toBeCloseTo(curves[0]?.[i] ?? 0, 5);
});

// onnxruntime flushes them on x86 alone.
test.runIf(process.arch === "x64")("all threads of all sessions flush denormal numbers", async () => {
	const graph = new Graph("denormal");
	const x = graph.input("x", "float32", []);
	const metrics = { denormal: ops.Mul(ops.Mul(ops.Mul(x, 1e-30), 1e-9), 1e30) };
	const loss = ops.Mul(x, graph.parameter("w", [], { kind: "constant", value: 1 }));
	const plan = planTraining({ loss, metrics, learningRate: 0.1 });
	const state = startState(plan, initialValues(graph.parameters, createRandom(0)));
	const batch = { x: float32([], [1]) };
	for (const replicas of [1, 3]) {
		const session = await startSession(plan, state, { replicas });
		const { metrics } = await session.update([batch, batch, batch]);
		expect(metrics).toEqual({ denormal: 0 });
		await session.close();
	}
});

describe("replicas", () => {
	const batches = Array.from({ length: 5 }, (_, i) => xorBatch(i + 1));

	function trainingOf(frozen: string | undefined) {
		const { graph, sum, count } = xorGraph();
		const parameters = frozen === undefined ? [] : [graph.value(frozen)];
		const groups = [{ name: "still", parameters, frozen: true }];
		const plan = planTraining({ loss: sum, count, groups, learningRate: 0.02, clipNorm: 0.1 });
		return { plan, state: startState(plan, initialValues(graph.parameters, createRandom(7))) };
	}

	test.each([
		["all learned", undefined],
		["some frozen", "hidden.bias"],
	] as const)("%s: updates, evaluations and resumed runs have the same bits, however many there are", async (_name, frozen) => {
		const { plan, state } = trainingOf(frozen);
		const hex = (each: TrainingState) => Buffer.from(encodeState(each)).toString("hex");
		const runs = await Promise.all(
			// Five are more than there are parameters.
			[1, 2, 3, 5].map(async (replicas) => {
				const session = await startSession(plan, state, { threads: 1, replicas });
				const steps = async (from: number) => {
					const reports = [];
					for (let step = from; step < 4; step++) reports.push(await session.update(batches.slice(step)));
					return reports;
				};
				const first = await session.update(batches);
				const saved = await session.state();
				const rest = await steps(1);
				const evaluation = await session.evaluate(batches);
				const last = hex(await session.state());
				// The second time new values are still on their way to the replicas.
				for (let again = 0; again < 2; again++) {
					await session.restore(saved);
					expect(await steps(1)).toEqual(rest);
					expect(hex(await session.state())).toBe(last);
				}
				await session.close();
				return { first, rest, evaluation, saved: hex(saved), last };
			}),
		);
		expect(runs[0]?.first.loss).not.toBe(runs[0]?.evaluation.loss);
		for (const run of runs) expect(run).toEqual(runs[0]);
	});

	test("a batch that fails stops the update, whichever replica has it; the run goes on", async () => {
		const { plan, state } = xorTraining();
		const session = await startSession(plan, state, { replicas: 2 });
		const { x } = xorBatch(1);
		for (const wrong of [
			[{ x }, batches[0]],
			[batches[0], { x }],
		]) {
			await expect(session.update(wrong as never)).rejects.toMatchObject({
				code: "unknown-name",
				message: "run: y is not fed",
			});
		}
		expect((await session.update(batches)).step).toBe(1);
		await session.close();
		await expect(session.update(batches)).rejects.toMatchObject({ code: "runtime" });
	});

	test("a replica that has ended says so", async () => {
		const setup = { ...xorTraining(), count: 1, index: 0 };
		const [here, there] = [await startReplica(setup, nodeRuntime()), await startInThread(setup, {})];
		const request = () => ({ batch: xorBatch(1), values: [], gradients: { memory: [], accumulate: true } });
		expect(await there.run(request())).toEqual(await here.run(request()));
		const twice = request();
		await there.run(twice);
		// Its memory is gone: the replica cannot know whose request that is, and ends.
		await expect(there.run(twice)).rejects.toMatchObject({ code: "runtime" });
		await there.close();
		await expect(there.run(request())).rejects.toMatchObject({
			code: "runtime",
			message: expect.stringContaining("training: a replica has ended ("),
		});
		await here.close();
	});

	test("a number of replicas that is none is refused", async () => {
		const { plan, state } = xorTraining();
		for (const replicas of [0, 1.5, Number.NaN]) {
			await expect(startSession(plan, state, { replicas })).rejects.toMatchObject({ code: "invalid-input" });
		}
		await expect(startSession(plan, state, { replicas: 2, threads: 0 })).rejects.toMatchObject({
			code: "invalid-input",
		});
	});
});

test("a batch may be of Node's buffers, which hand out views", async () => {
	const graph = new Graph("masked");
	const x = graph.input("x", "float32", [4]);
	const chosen = ops.Where(
		graph.input("mask", "bool", [4]),
		ops.Mul(x, graph.parameter("w", [], { kind: "constant", value: 1 })),
		0,
	);
	const loss = ops.ReduceSum(chosen, { keepdims: false });
	const plan = planTraining({ loss, learningRate: 0.1 });
	const state = startState(plan, initialValues(graph.parameters, createRandom(0)));
	const session = await startSession(plan, state, { replicas: 3 });
	const whole = Buffer.allocUnsafeSlow(12).fill(1);
	const batches = [0, 4, 8].map((from) => ({
		x: float32([4], [1, 2, 3, 4]),
		mask: tensor("bool", [4], whole.subarray(from, from + 4)),
	}));
	await session.update(batches);
	expect((await session.update(batches)).step).toBe(2);
	expect(whole).toEqual(Buffer.alloc(12, 1));
	await session.close();
});

test("batches stay the caller's; a session may be closed twice", async () => {
	const { plan, state } = xorTraining();
	const session = await startSession(plan, state, { replicas: 2 });
	const batch = xorBatch(1);
	const first = await session.update([batch, batch]);
	expect(batch).toEqual(xorBatch(1));
	const { loss } = await session.evaluate([batch, batch]);
	expect(loss).toBeLessThan(first.loss);
	await Promise.all([session.close(), session.close()]);
	await session.close();
	await expect(session.evaluate([batch])).rejects.toMatchObject({
		code: "runtime",
		message: "training: the worker thread has ended (exit 1)",
	});
});

test("errors keep their code on the way from the worker", async () => {
	await withSession(async (session) => {
		await expect(session.update([{ x: float32([32, 2], new Float32Array(64)) }])).rejects.toMatchObject({
			code: "unknown-name",
			message: "run: y is not fed",
		});
		await expect(session.update([])).rejects.toMatchObject({ code: "invalid-input" });
		const { x, y } = xorBatch(1);
		await expect(
			session.update([{ x: float32([31, 2], new Float32Array(62)), y } as never]),
		).rejects.toMatchObject({
			code: "shape-mismatch",
			message: "run: x is float32 [32, 2], got float32 [31, 2]",
		});
		expect((await session.update([{ x, y } as never])).step).toBe(1);
	});
	expect(xorGraph().graph.parameters.map(({ name }) => name)).toEqual([
		"hidden.weight",
		"hidden.bias",
		"out.weight",
	]);
});
