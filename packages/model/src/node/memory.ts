/** Whether a model fits into memory, decided from the sizes of its weights before any is read. */

import { elementCount, formatBytes, OnevisionError } from "@onevision/base";
import { DTYPES } from "@onevision/graph";
import { availableMemory } from "@onevision/graph/node";
import type { Architecture } from "../architecture/architecture.ts";
import { type ModelGraphs, modelGraphs, storedOf } from "../modules/graphs.ts";
import { QUANTIZATIONS, type Quantization, quantizedPrecisions } from "../weights/quantization.ts";

/**
 * Throws `over-limit` when the weights need more than `available` bytes (default: what the machine has available, files in its
 * cache included), with what would fit. Weights that are mapped are there once; those that are packed, once for each graph.
 */
export function checkWeightMemory(
	label: string,
	architecture: Architecture,
	graphs: ModelGraphs,
	{ quantize, prepack }: { readonly quantize: Quantization | undefined; readonly prepack: boolean },
	available = availableMemory(),
): void {
	const bytes = weightBytes(graphs, quantize === undefined && !prepack);
	if (bytes <= available) return;
	const smaller = QUANTIZATIONS.map((each) => {
		const quantized = modelGraphs(architecture, quantizedPrecisions(each));
		return { name: `--quantize ${each}`, bytes: weightBytes(quantized, false) };
	}).filter((each) => each.bytes < bytes);
	const fitting = smaller.filter((each) => each.bytes <= available);
	const listed = (fitting.length > 0 ? fitting : smaller.slice(0, 1))
		.map((each) => `${each.name} needs ${formatBytes(each.bytes)}`)
		.join(", ");
	const instead =
		fitting.length > 0
			? listed
			: `use a smaller model${smaller.length === 0 ? "" : `; even ${smallestOf(smaller)}`}`;
	const what = quantize === undefined ? "float32 weights" : `${quantize} weights`;
	throw new OnevisionError(
		"over-limit",
		`${label}: its ${what} need ${formatBytes(bytes)} of memory, ${formatBytes(available)} are available; ${instead}`,
	);
}

function smallestOf(choices: readonly { readonly name: string; readonly bytes: number }[]): string {
	const [first] = [...choices].sort((a, b) => a.bytes - b.bytes);
	return first === undefined ? "" : `${first.name} needs ${formatBytes(first.bytes)}`;
}

function weightBytes(graphs: ModelGraphs, isMapped: boolean): number {
	const { vision, prefill, decode } = graphs;
	const loaded = new Set([vision.image.outputs, vision.video.outputs, prefill.outputs, decode.outputs]);
	const values = isMapped
		? storedOf(graphs)
		: [...loaded].flatMap((outputs) => Object.values(outputs)[0]?.graph.stored ?? []);
	return values.reduce((sum, { dtype, shape }) => sum + elementCount(shape) * DTYPES[dtype].bytes, 0);
}
