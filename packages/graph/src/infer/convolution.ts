/** Shapes of 2-D convolutions, NCHW, one group. */

import { OnevisionError } from "@onevision/base";
import { addExtents, floorDivideExtent, multiplyExtents } from "../extent.ts";
import type { AttributesOf, OpName } from "../operators.ts";
import type { Dim } from "../shape.ts";
import type { NodeSpec } from "../value.ts";
import { type InferRule, inputAt, mismatch, sameFloats } from "./rule.ts";

/** Attributes of a convolution, along rows and columns; `pads` is top, left, bottom, right. */
export interface Window {
	readonly strides: readonly [number, number];
	readonly dilations: readonly [number, number];
	readonly pads: readonly [number, number, number, number];
	readonly outputPadding: readonly [number, number];
}

/** The attributes with ONNX's defaults. Throws `invalid-input`. */
export function windowOf(op: OpName, attributes: AttributesOf<"ConvTranspose">): Window {
	const list = (name: keyof AttributesOf<"ConvTranspose">, length: number, fill: number, least: number) => {
		const values = attributes[name] ?? new Array<number>(length).fill(fill);
		if (values.length !== length || values.some((value) => !Number.isInteger(value) || value < least)) {
			throw new OnevisionError(
				"invalid-input",
				`${op}: ${name} must be ${length} integers of at least ${least}, got [${values.join(", ")}]`,
			);
		}
		return values;
	};
	const [down = 1, right = 1] = list("strides", 2, 1, 1);
	const [rows = 1, cols = 1] = list("dilations", 2, 1, 1);
	const [top = 0, left = 0, bottom = 0, end = 0] = list("pads", 4, 0, 0);
	const [below = 0, beside = 0] = list("output_padding", 2, 0, 0);
	return {
		strides: [down, right],
		dilations: [rows, cols],
		pads: [top, left, bottom, end],
		outputPadding: [below, beside],
	};
}

type FourDims = readonly [Dim, Dim, Dim, Dim];

function operands(node: NodeSpec) {
	const dtype = sameFloats(node);
	const [x, weight] = [inputAt(node, 0).dims, inputAt(node, 1).dims];
	if (x.length !== 4 || weight.length !== 4) {
		throw mismatch(node, "needs [batch, channels, rows, cols] and a kernel of four dimensions");
	}
	const [batch, channels, rows, cols] = x as unknown as FourDims;
	const [outer, inner, kernelRows, kernelCols] = weight as unknown as FourDims;
	return { dtype, batch, channels, rows, cols, outer, inner, kernel: [kernelRows, kernelCols] as const };
}

function checkKernel(node: NodeSpec<"Conv"> | NodeSpec<"ConvTranspose">, kernel: readonly Dim[]): void {
	const asked = node.attributes.kernel_shape;
	if (asked !== undefined && kernel.some(({ size }, i) => size !== asked[i])) {
		throw mismatch(node, `kernel_shape [${asked.join(", ")}] differs from the kernel`);
	}
}

function checkBias(node: NodeSpec, { size }: Dim): void {
	const bias = node.inputs[2];
	if (bias !== undefined && (bias.dims.length !== 1 || bias.dims[0]?.size !== size)) {
		throw mismatch(node, "bias must have one element for each output channel");
	}
}

/** Rows or columns of the input that a kernel covers. */
function reach(node: NodeSpec, kernel: Dim | undefined, dilation = 1): number {
	const size = kernel?.size;
	if (typeof size !== "number") throw mismatch(node, "the kernel must be static");
	return (size - 1) * dilation + 1;
}

export const convolutionRules = {
	Conv: (node) => {
		const { dtype, batch, channels, rows, cols, outer, inner, kernel } = operands(node);
		if (channels.size !== inner.size) throw mismatch(node, "channels differ");
		checkKernel(node, kernel);
		checkBias(node, outer);
		const { strides, dilations, pads } = windowOf("Conv", node.attributes);
		const sides = [rows, cols].map(({ size }, i) => {
			const free = addExtents(
				size,
				(pads[i] ?? 0) + (pads[i + 2] ?? 0) - reach(node, kernel[i], dilations[i]),
			);
			return addExtents(floorDivideExtent(free, strides[i] ?? 1), 1);
		});
		if (sides.some((side) => typeof side === "number" && side < 1))
			throw mismatch(node, "the kernel is larger than its input");
		return [{ dtype, dims: [batch, outer, ...sides.map((size) => ({ size }))] }];
	},
	ConvTranspose: (node) => {
		const { dtype, batch, channels, rows, cols, outer, inner, kernel } = operands(node);
		if (channels.size !== outer.size) throw mismatch(node, "channels differ");
		checkKernel(node, kernel);
		checkBias(node, inner);
		const { strides, dilations, pads, outputPadding } = windowOf("ConvTranspose", node.attributes);
		const sides = [rows, cols].map(({ size }, i) => {
			const padding = (pads[i] ?? 0) + (pads[i + 2] ?? 0);
			const more = (outputPadding[i] ?? 0) + reach(node, kernel[i], dilations[i]) - padding;
			return addExtents(multiplyExtents(strides[i] ?? 1, addExtents(size, -1)), more);
		});
		if (sides.some((side) => typeof side === "number" && side < 1))
			throw mismatch(node, "pads are larger than the output");
		return [{ dtype, dims: [batch, inner, ...sides.map((size) => ({ size }))] }];
	},
} satisfies { readonly [N in OpName]?: InferRule<N> };
