/** Messages between a batch and its threads. */

import { type ErrorCode, OnevisionError } from "@onevision/base";
import type { Checkpoint, ItemLayout } from "@onevision/core";
import type { Tensors } from "../preprocess/pieces.ts";
import type { ProcessorOptions } from "../preprocess/processor.ts";
import type { Recipe } from "../preprocess/recipe.ts";
import type { DecodeOptions } from "./files.ts";
import type { LaidOutSample } from "./sample.ts";

/** Passed to every thread at start. */
export interface BatchSetup {
	readonly recipe: Recipe;
	readonly decode: DecodeOptions;
	/** For videos: the thread lays one out itself after listing its frames. */
	readonly checkpoint: string | Checkpoint;
	readonly processor: ProcessorOptions;
}

/** One sample with its layout. */
export interface BatchTask {
	readonly sample: LaidOutSample;
	/** Tensors no longer needed, transferred so that their memory is reused. */
	readonly reuse?: Tensors;
}

/** A sample's tensors, transferred, or the error of one of its files. */
export type BatchAnswer = { readonly tensors: Tensors; readonly layouts: readonly ItemLayout[] } | Refusal;

/** `code` is absent if the error is not an OnevisionError. */
export interface Refusal {
	readonly code: ErrorCode | undefined;
	readonly message: string;
}

export function refusalOf(error: unknown): Refusal {
	const message = error instanceof Error ? error.message : String(error);
	return { code: error instanceof OnevisionError ? error.code : undefined, message };
}

/** The distinct buffers behind some tensors. */
export function buffersOf(tensors: Tensors): ArrayBuffer[] {
	const buffers = new Set<ArrayBuffer>();
	for (const { data } of Object.values(tensors)) {
		if (data.buffer instanceof ArrayBuffer) buffers.add(data.buffer);
	}
	return [...buffers];
}
