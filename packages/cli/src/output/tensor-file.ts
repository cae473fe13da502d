/** Writes tensors to a safetensors file, atomically, with their origin in its metadata. */

import { DTYPES, formatBytes, type Tensor } from "@onevision/base";
import { safetensorsHead } from "@onevision/graph";
import type { Tensors } from "@onevision/media";
import type { BatchPlan } from "@onevision/media/node";
import type { Terminal } from "../terminal.ts";
import { assertRoom, writeOutput } from "./place.ts";

/** Names, types and shapes of the tensors in a file. */
export type TensorShapes = Readonly<Record<string, Pick<Tensor, "dtype" | "shape">>>;

/** Files of at least this many bytes are announced before they are written. */
const LARGE_BYTES = 1e9;
/** Maximum bytes per write; a single view of memory cannot hold 4 GiB or more. */
const MAX_BYTES_AT_ONCE = 2 ** 30;

/**
 * Writes a batch of any size while it is computed. Returns the bytes written. Throws `unwritable-file` before
 * computing anything if the disk lacks space, and the errors of computing the batch.
 */
export async function writeBatch(
	terminal: Terminal,
	out: string,
	plan: BatchPlan,
	metadata: Readonly<Record<string, unknown>>,
): Promise<number> {
	const head = headOf(plan.tensors, metadata);
	const size = head.length + plan.bytes;
	await assertRoom(terminal, out, size);
	if (size >= LARGE_BYTES) terminal.err(`onevision: writing ${formatBytes(size)} to ${out}\n`);
	async function* parts() {
		yield head;
		yield* plan.chunks();
	}
	await writeOutput(terminal, out, parts());
	return size;
}

/** Writes tensors from memory, inside the folder `within`. Returns the bytes written. Throws `unwritable-file`. */
export async function writeTensors(
	terminal: Terminal,
	out: string,
	tensors: Tensors,
	metadata: Readonly<Record<string, unknown>>,
	within: string,
): Promise<number> {
	const parts = [headOf(tensors, metadata), ...Object.values(tensors).flatMap(viewsOf)];
	await writeOutput(terminal, out, parts, within);
	return parts.reduce((sum, { length }) => sum + length, 0);
}

function headOf(tensors: TensorShapes, metadata: Readonly<Record<string, unknown>>): Uint8Array {
	const entries = Object.entries(tensors).map(
		([name, { dtype, shape }]) => [name, { dtype: DTYPES[dtype].safetensors, shape }] as const,
	);
	// The format stores only strings: encode everything else as JSON.
	const texts = Object.entries(metadata).map(([key, value]) => [
		key,
		typeof value === "string" ? value : JSON.stringify(value),
	]);
	return safetensorsHead(new Map(entries), Object.fromEntries(texts));
}

function viewsOf({ data: { buffer, byteOffset, byteLength } }: Tensor): Uint8Array[] {
	return Array.from({ length: Math.ceil(byteLength / MAX_BYTES_AT_ONCE) }, (_, index) => {
		const at = index * MAX_BYTES_AT_ONCE;
		return new Uint8Array(buffer, byteOffset + at, Math.min(MAX_BYTES_AT_ONCE, byteLength - at));
	});
}

/** `pixel_values float32 [1, 16, 3, 384, 384]`, for people. */
export function describeTensors(tensors: TensorShapes): string[] {
	return Object.entries(tensors).map(([name, { dtype, shape }]) => `${name} ${dtype} [${shape.join(", ")}]`);
}
