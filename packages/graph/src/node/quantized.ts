/** Weights quantized once, into a file beside their source; see derived.ts. */

import { OnevisionError } from "@onevision/base";
import {
	type Quantized,
	type QuantizedFormat,
	quantize,
	quantizedNames,
	quantizedShapes,
} from "../quantize.ts";
import { floatsOf, isFloatType, type SafetensorsDType } from "../safetensors.ts";
import { bytesOf, type DerivedOptions, type DerivedTensor, derive, floatTensor, pieces } from "./derived.ts";
import type { StoredTensor, StoredWeights } from "./weights.ts";

export interface QuantizeOptions extends DerivedOptions {
	/** Names the file, and stands for the formats of its tensors: other formats need another name. */
	readonly recipe: string;
	/** How a weight [out, in] of a linear layer is quantized; `undefined` stores a tensor of floats as float32. */
	readonly formatOf: (name: string) => QuantizedFormat | undefined;
	/** Tensors to leave out (default none): those that are read from the source, such as embeddings. */
	readonly leavesOut?: (name: string) => boolean;
}

/** Elements of a weight that are rounded at once. */
const ROUNDED = 2 ** 20;

/**
 * The weights quantized, made once: under the names of `quantizedNames`, beside them the others as float32, so that a model
 * maps everything from one file. Throws `shape-mismatch` for a tensor to quantize that is no matrix of floats, and as
 * `float32Weights` does.
 */
export async function quantizedWeights(
	weights: StoredWeights,
	options: QuantizeOptions,
): Promise<StoredWeights> {
	const { recipe, formatOf, leavesOut = () => false } = options;
	const tensors = [...weights.tensors]
		.filter(([name]) => !leavesOut(name))
		.flatMap(([name, tensor]) => {
			const format = formatOf(name);
			return format === undefined
				? [[name, floatTensor(tensor)] as const]
				: quantizedPair(name, tensor, format);
		});
	return derive(weights, recipe, new Map(tensors), options);
}

function quantizedPair(
	name: string,
	tensor: StoredTensor,
	format: QuantizedFormat,
): readonly (readonly [string, DerivedTensor])[] {
	const [outputs = 0, inputs = 0] = tensor.shape;
	if (tensor.shape.length !== 2 || !isFloatType(tensor.dtype)) {
		throw new OnevisionError(
			"shape-mismatch",
			`quantize: ${name} is ${tensor.dtype} [${tensor.shape.join(", ")}]; weights [out, in] of floats can be quantized`,
		);
	}
	const names = quantizedNames(name, format);
	const { weight, scales, dtype } = quantizedShapes(outputs, inputs, format);
	const part = (key: keyof Quantized, shape: readonly number[], stored: SafetensorsDType): DerivedTensor => ({
		dtype: stored,
		shape,
		reads: tensor.length,
		parts: () => quantizedParts(tensor, format, key),
	});
	return [
		[names.weight, part("weight", weight, dtype === "int8" ? "I8" : "U8")],
		[names.scales, part("scales", scales, "F32")],
	];
}

/** The codes, or the scales, of a weight. Blocks are rounded some rows at a time, columns over the whole weight. */
async function* quantizedParts(
	tensor: StoredTensor,
	format: QuantizedFormat,
	key: keyof Quantized,
): AsyncIterable<Uint8Array> {
	const { dtype, shape, length } = tensor;
	const [outputs = 0, inputs = 0] = shape;
	if (!isFloatType(dtype) || length === 0) return;
	const together = format === "int8-columns" ? outputs : Math.max(1, Math.floor(ROUNDED / inputs));
	for await (const piece of pieces(tensor, (together * length) / outputs)) {
		const values = floatsOf(dtype, piece);
		yield bytesOf(quantize(values, values.length / inputs, inputs, format)[key]);
	}
}
