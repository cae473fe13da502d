/** A processor's tensors go into a graph's session as they are. */

import { numbersOf, type Tensor } from "@onevision/base";
import { encodeModel, Graph, nodeRuntime, ops } from "@onevision/graph/node";
import { createProcessor, type FloatType } from "@onevision/media";
import { expect, test } from "vitest";

const width = 56;
const height = 84;
const image = {
	width,
	height,
	data: Uint8Array.from({ length: 3 * width * height }, (_, i) => (i * 37) % 256),
};

function processed(dtype: FloatType): Readonly<Record<string, Tensor>> {
	return createProcessor("qwen2.5-vl-7b", { dtype }).images([[image]]).tensors;
}

/** The pixels as float32 and the patches of the grid, both computed by onnxruntime. */
async function run({ pixel_values: pixels, image_grid_thw: grid }: Readonly<Record<string, Tensor>>) {
	if (pixels === undefined || grid === undefined) throw new Error("the processor has made other tensors");
	const graph = new Graph();
	const x = graph.input("pixel_values", pixels.dtype, pixels.shape);
	const sizes = graph.input("image_grid_thw", grid.dtype, grid.shape);
	const [time, rows, cols] = ops.Split(sizes, [1, 1, 1], 1);
	if (time === undefined || rows === undefined || cols === undefined)
		throw new Error("internal: a split of three");
	const program = await nodeRuntime({ threads: 1 }).load(
		encodeModel({ pixels: ops.Cast(x, "float32"), patches: ops.Mul(ops.Mul(time, rows), cols) }),
	);
	try {
		return await program.run({ pixel_values: pixels, image_grid_thw: grid });
	} finally {
		await program.close();
	}
}

test.each(["float32", "float16"] as const)("pixels as %s and a grid of int64", async (dtype) => {
	const tensors = processed(dtype);
	expect([tensors.pixel_values?.dtype, tensors.image_grid_thw?.dtype]).toEqual([dtype, "int64"]);
	const { pixels, patches } = await run(tensors);
	expect(pixels?.data).toEqual(Float32Array.from(numbersOf(tensors.pixel_values as Tensor)));
	expect(patches?.data).toEqual(BigInt64Array.of(BigInt(tensors.pixel_values?.shape[0] ?? 0)));
});

test("bfloat16 is refused with what to do instead", async () => {
	const tensors = processed("bfloat16");
	await expect(run(tensors)).rejects.toThrow(
		"graph: input pixel_values is bfloat16, which onnxruntime cannot take from JavaScript; declare float16 or float32",
	);
	const graph = new Graph();
	const x = graph.input("x", "float32", [1]);
	const program = await nodeRuntime({ threads: 1 }).load(encodeModel({ y: ops.Neg(x) }));
	await expect(
		program.run({ x: { dtype: "bfloat16", shape: [1], data: Uint16Array.of(0) } }),
	).rejects.toThrow(
		"run: x is bfloat16, which onnxruntime cannot take from JavaScript; give it as float16 or float32",
	);
	await program.close();
});
