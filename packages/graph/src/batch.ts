/** Cutting a batch, for models that take a part of it at a time. */

import { elementCount, OnevisionError, type Tensor } from "@onevision/base";
import type { Tensors } from "./runtime.ts";

/**
 * A batch cut into `parts` equal ones along the first axis of every tensor. The parts are views of the batch's data.
 * Throws `shape-mismatch` when a tensor's first axis is no multiple of `parts`.
 */
export function splitBatch(batch: Tensors, parts: number): Tensors[] {
	for (const [name, { shape }] of Object.entries(batch)) {
		if (!(Number.isInteger(parts) && parts >= 1 && Number.isInteger((shape[0] ?? 0.5) / parts))) {
			throw new OnevisionError(
				"shape-mismatch",
				`splitBatch: ${name} [${shape.join(", ")}] cannot be cut into ${parts} equal parts`,
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
