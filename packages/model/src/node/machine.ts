/** What this machine does, measured in a moment: the rates that an estimate of a request's cost needs. */

import { totalmem } from "node:os";
import { float32 } from "@onevision/base";
import type { Hardware } from "@onevision/core";
import { encodeModel, Graph, ops } from "@onevision/graph";
import { nodeRuntime } from "@onevision/graph/node";

/** A product bound by arithmetic, and one bound by reading its weights: rows, inner and outer width. */
const COMPUTE = { rows: 256, inner: 1024, outer: 1024 } as const;
const STREAM = { rows: 1, inner: 4096, outer: 4096 } as const;
const RUNS = 4;

/** Rates of float32 matrix products with these threads: the best of a few runs. Takes about 0.2 s. */
export async function measureMachine(threads?: number): Promise<Hardware> {
	const compute = await secondsOf(COMPUTE, threads);
	const stream = await secondsOf(STREAM, threads);
	const { rows, inner, outer } = COMPUTE;
	return {
		name: "this machine",
		flopsPerSecond: (2 * rows * inner * outer) / compute,
		precision: "fp16",
		memoryBytes: totalmem(),
		bandwidthBytesPerSecond: (STREAM.inner * STREAM.outer * Float32Array.BYTES_PER_ELEMENT) / stream,
		source: "measured with onnxruntime: float32 products of 256x1024x1024 and 1x4096x4096",
	};
}

interface Product {
	readonly rows: number;
	readonly inner: number;
	readonly outer: number;
}

async function secondsOf({ rows, inner, outer }: Product, threads: number | undefined): Promise<number> {
	const graph = new Graph("product");
	const x = graph.input("x", "float32", [rows, inner]);
	const weight = graph.input("weight", "float32", [outer, inner]);
	const runtime = nodeRuntime({ spin: false, ...(threads === undefined ? {} : { threads }) });
	const program = await runtime.load(encodeModel({ y: ops.Gemm(x, weight, undefined, { transB: 1 }) }));
	const feeds = {
		x: float32([rows, inner], new Float32Array(rows * inner).fill(0.5)),
		weight: float32([outer, inner], new Float32Array(outer * inner).fill(0.25)),
	};
	let best = Number.POSITIVE_INFINITY;
	for (let run = 0; run < RUNS; run++) {
		const start = performance.now();
		await program.run(feeds);
		best = Math.min(best, performance.now() - start);
	}
	await program.close();
	return best / 1000;
}
