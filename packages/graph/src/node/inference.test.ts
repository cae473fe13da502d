/** Models in a worker: weights mapped from files, rows kept between runs, cancellation, and what is refused. */

import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { float32, type Tensor } from "@onevision/base";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Graph } from "../graph.ts";
import { encodeModel } from "../onnx/model.ts";
import * as ops from "../ops.ts";
import { createRandom } from "../random.ts";
import { evaluate } from "../reference/evaluate.ts";
import { encodeSafetensors, entryOf } from "../safetensors.ts";
import { relative } from "../testing/check.ts";
import type { Value } from "../value.ts";
import { type Inference, startInference } from "./inference.ts";
import { checkMemory } from "./memory.ts";
import { nodeRuntime } from "./runtime.ts";
import { externalWeights, openWeights, storedTensor } from "./weights.ts";

let root = "";
let session: Inference;
beforeAll(async () => {
	root = await mkdtemp(join(tmpdir(), "onevision-inference-"));
	session = await startInference({ threads: 1, spin: false });
});
afterAll(async () => {
	await session.close();
	await rm(root, { recursive: true });
});

const random = createRandom(9);
function drawn(...shape: number[]): Tensor {
	const count = shape.reduce((product, size) => product * size, 1);
	return float32(
		shape,
		Float32Array.from({ length: count }, () => random.normal()),
	);
}

test("weights behind a link run as they lie in their file, packed or mapped", async () => {
	const weight = drawn(3, 4);
	const [blobs, snapshot] = [join(root, "blobs"), join(root, "snapshots")];
	await Promise.all([mkdir(blobs), mkdir(snapshot)]);
	const tensors = new Map([
		["pad", entryOf(float32([3], [1, 2, 3]))],
		["w", entryOf(weight)],
	]);
	await writeFile(join(blobs, "ab12"), encodeSafetensors({ tensors, metadata: {} }));
	await symlink(join(blobs, "ab12"), join(snapshot, "model.safetensors"));
	const graph = new Graph();
	const x = graph.input("x", "float32", ["rows", 4]);
	const y = ops.Gemm(x, graph.parameter("layer.weight", [3, 4]), undefined, { transB: 1 });
	const { external, folder } = externalWeights({
		"layer.weight": storedTensor(await openWeights(snapshot), "w"),
	});
	expect(folder).toBe(blobs);
	const model = encodeModel({ y }, { external });
	const feeds = { x: drawn(2, 4) };
	const [expected = new Float64Array()] = evaluate([y], { ...feeds, "layer.weight": weight });
	for (const prepack of [true, false]) {
		const program = await nodeRuntime({ threads: 1 }).load(model, { folder, prepack });
		const { y: actual } = await program.run(feeds);
		expect(relative(actual?.data as Float32Array, expected)).toBeLessThan(1e-6);
		await program.close();
	}
	await expect(nodeRuntime({ threads: 1 }).load(model, { folder: snapshot })).rejects.toMatchObject({
		code: "runtime",
	});
	const wrong = {
		...external,
		"layer.weight": { ...external["layer.weight"], shape: [4, 3] },
	} as typeof external;
	expect(() => encodeModel({ y }, { external: wrong })).toThrow(
		"layer.weight is float32 [3, 4], the weight float32 [4, 3]",
	);
});

const [HEADS, DIM] = [2, 4];

/** Two heads attend to their past and to one new row each: the past is read head by head, or whole. */
function attending(whole: boolean) {
	const graph = new Graph();
	const fresh = graph.input("fresh", "float32", [HEADS, "rows", DIM]);
	const past = whole ? graph.input("past", "float32", [1, HEADS, "past", DIM]) : undefined;
	const parts = past && ops.Split(ops.Reshape(past, [HEADS, "past", DIM]), [1, 1], 0);
	const mixed = ops.Split(fresh, [1, 1], 0).map((row, head) => {
		const own = ops.Reshape(row, ["rows", DIM]);
		const before =
			parts === undefined
				? graph.input(`past.${head}`, "float32", ["past", DIM])
				: ops.Reshape(parts[head] as Value, ["past", DIM]);
		const all = ops.Concat([before, own], 0);
		return ops.MatMul(ops.Softmax(ops.Gemm(own, all, undefined, { transB: 1 })), all);
	});
	return { y: ops.Concat(mixed, 1), grown: ops.Mul(fresh, 1) };
}

const BY_HEAD = {
	reads: { "past.0": { entry: "row", head: 0 }, "past.1": { entry: "row", head: 1 } },
	writes: { grown: "row" },
};
const WHOLE = { reads: { past: { entry: "row" } }, writes: { grown: "row" } };

test("a cache grows in the worker, whichever way it is read", async () => {
	const [byHead, whole] = [attending(false), attending(true)];
	const decode = await session.load(encodeModel(byHead), { binding: BY_HEAD });
	const prefill = await session.load(encodeModel(whole), { binding: WHOLE });
	expect([decode.inputs, decode.outputs]).toEqual([["fresh"], ["y"]]);
	const cache = await session.allocate({ entries: ["row"], heads: HEADS, dim: DIM, capacity: 6 });
	expect([cache.rowBytes, cache.bytes]).toEqual([32, 192]);
	const rows = [3, 1, 1, 1].map((count) => drawn(HEADS, count, DIM));
	/** The first `count` feeds of one head, one after the other. */
	const before = (count: number, head: number) =>
		rows.slice(0, count).flatMap(({ data, shape }) => {
			const length = (shape[1] ?? 0) * DIM;
			return [...(data as Float32Array).subarray(head * length, (head + 1) * length)];
		});
	for (const [i, fresh] of rows.entries()) {
		const model = i === 0 || i === 2 ? prefill : decode;
		const past = [before(i, 0), before(i, 1)].map((each) => float32([each.length / DIM, DIM], each));
		const [expected = new Float64Array()] = evaluate([byHead.y], {
			fresh,
			"past.0": past[0] as Tensor,
			"past.1": past[1] as Tensor,
		});
		const { y, ...others } = await model.run({ fresh }, { cache, rows: fresh.shape[1] ?? 1 });
		expect(others).toEqual({});
		expect(relative(y?.data as Float32Array, expected)).toBeLessThan(1e-6);
		expect(fresh.data.length).toBeGreaterThan(0);
	}
	expect(cache.length).toBe(6);
	const fresh = drawn(HEADS, 1, DIM);
	await expect(decode.run({ fresh }, { cache })).rejects.toThrow("cache: 6 rows and 1 more exceed its 6");
	// A prefix that is kept gives the same bits again.
	const one = await (async () => {
		cache.truncate(3);
		return decode.run({ fresh: rows[1] as Tensor }, { cache });
	})();
	cache.truncate(3);
	expect((await decode.run({ fresh: rows[1] as Tensor }, { cache })).y).toEqual(one.y);
	expect(() => cache.truncate(9)).toThrow("cache: cannot keep 9 of 4 rows");
	await expect(decode.run({ fresh })).rejects.toThrow("reads and extends a cache; give it one");
	await expect(prefill.run({ fresh }, { cache, rows: 2 })).rejects.toThrow(
		"cache: grown is [2, 1, 4], the rows to append are [2, 2, 4]",
	);
	expect(cache.length).toBe(4);
	await cache.close();
	await expect(decode.run({ fresh }, { cache })).rejects.toThrow("cache: it is closed");
	await decode.close();
});

test("a call that waits can be cancelled, errors do not end the session", async () => {
	const graph = new Graph();
	const model = await session.load(encodeModel({ y: ops.Neg(graph.input("x", "float32", ["rows"])) }));
	const stop = new AbortController();
	const x = float32([2], [1, 2]);
	const first = model.run({ x });
	const second = model.run({ x }, { signal: stop.signal });
	stop.abort(new Error("enough"));
	await expect(second).rejects.toThrow("enough");
	expect((await first).y?.data).toEqual(Float32Array.of(-1, -2));
	await expect(model.run({})).rejects.toMatchObject({ code: "unknown-name" });
	await expect(session.load(new Uint8Array(4))).rejects.toMatchObject({ code: "runtime" });
	expect((await model.run({ x })).y?.data).toEqual(Float32Array.of(-1, -2));
});

test("memory that is not there is refused before it is taken", async () => {
	const spec = { entries: ["key", "value"], heads: 8, dim: 128 };
	await expect(session.allocate({ ...spec, capacity: 2 ** 32 })).rejects.toMatchObject({
		code: "over-limit",
	});
	await expect(session.allocate({ ...spec, capacity: 0 })).rejects.toThrow(
		"capacity must be an integer of at least 1",
	);
	expect(() =>
		checkMemory(3 * 2 ** 30, "the model", "quantize it", 2 ** 30),
	).toThrowErrorMatchingInlineSnapshot(
		`[OnevisionError: the model needs 3.22 GB of memory, 1.07 GB are available; quantize it]`,
	);
});

test("a session that is closed rejects", async () => {
	const other = await startInference({ threads: 1 });
	const model = await other.load(encodeModel({ y: ops.Neg(new Graph().input("x", "float32", [1])) }));
	const x = float32([1], [1]);
	const [begun, waiting] = [model.run({ x }), model.run({ x })];
	const refused = expect(waiting).rejects.toThrow("inference: the session is closed");
	// The first call begins in the next microtask.
	await Promise.resolve();
	await other.close();
	expect((await begun).y?.data).toEqual(Float32Array.of(-1));
	await refused;
	await expect(model.run({ x })).rejects.toMatchObject({ code: "runtime" });
	await expect(startInference({ threads: 0 })).rejects.toMatchObject({ code: "invalid-input" });
});
