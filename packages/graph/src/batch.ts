/** Splits a batch into parts. */

import { elementCount, OnevisionError, type Tensor } from "@onevision/base";
import type { Tensors } from "./runtime.ts";

/**
 * Splits every tensor of a batch into `parts` equal views along its first axis. Throws `shape-mismatch` when that axis is
 * not a multiple of `parts`.
 */
export function splitBatch(batch: Tensors, parts: number): Tensors[] {
	for (const [name, { shape }] of Object.entries(batch)) {
		if (!(Number.isInteger(parts) && parts >= 1 && Number.isInteger((shape[0] ?? 0.5) / parts))) {
			throw new OnevisionError(
				"shape-mismatch",
				`splitBatch: ${name} [${shape.join(", ")}] is not divisible into ${parts} parts`,
			);
		}
	}
	return Array.from({ length: parts }, (_, part) =>
		Object.fromEntries(Object.entries(batch).map(([name, each]) => [name, partOf(each, part, parts)])),
	);
}

function partOf({ dtype, shape, data }: Tensor, part: number, parts: number): Tensor {
	const [first = 0, ...rest] = shape;
	const size = (first / parts) * elementCount(rest);
	return { dtype, shape: [first / parts, ...rest], data: data.subarray(part * size, (part + 1) * size) };
}
