/** What the threads of a batch are told and what they answer. */

import type { ErrorCode } from "@onevision/base";
import type { Checkpoint, ItemLayout } from "@onevision/core";
import type { Tensors } from "../preprocess/pieces.ts";
import type { ProcessorOptions } from "../preprocess/processor.ts";
import type { DecodeOptions } from "./sample.ts";

/** Given to every thread at its start. */
export interface BatchSetup {
	readonly checkpoint: string | Checkpoint;
	readonly processor: ProcessorOptions;
	readonly decode: DecodeOptions;
}

/** One sample: images of one conversation, or one video. */
export interface BatchTask {
	readonly files: readonly string[];
	/** Tensors no longer needed; handed over, not copied. */
	readonly reuse?: Tensors;
}

/** A sample's tensors, handed over, or the error of one of its files. */
export type BatchAnswer =
	| { readonly tensors: Tensors; readonly layouts: readonly ItemLayout[] }
	| { readonly code: ErrorCode | undefined; readonly message: string };

/** The memory of tensors, each piece once. */
export function buffersOf(tensors: Tensors): ArrayBuffer[] {
	const buffers = new Set<ArrayBuffer>();
	for (const { data } of Object.values(tensors)) {
		if (data.buffer instanceof ArrayBuffer) buffers.add(data.buffer);
	}
	return [...buffers];
}
