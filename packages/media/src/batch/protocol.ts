/** What the threads of a batch are told and what they answer. */

import { type ErrorCode, OnevisionError } from "@onevision/base";
import type { Checkpoint, ItemLayout } from "@onevision/core";
import type { Tensors } from "../preprocess/pieces.ts";
import type { ProcessorOptions } from "../preprocess/processor.ts";
import type { Recipe } from "../preprocess/recipe.ts";
import type { DecodeOptions } from "./files.ts";
import type { LaidOutSample } from "./sample.ts";

/** Given to every thread at its start. */
export interface BatchSetup {
	readonly recipe: Recipe;
	readonly decode: DecodeOptions;
	/** For a video, which the thread lays out itself once its frames are listed. */
	readonly checkpoint: string | Checkpoint;
	readonly processor: ProcessorOptions;
}

/** One sample, laid out. */
export interface BatchTask {
	readonly sample: LaidOutSample;
	/** Tensors no longer needed; handed over, not copied. */
	readonly reuse?: Tensors;
}

/** A sample's tensors, handed over, or the error of one of its files. */
export type BatchAnswer = { readonly tensors: Tensors; readonly layouts: readonly ItemLayout[] } | Refusal;

/** `code` is missing where the error is none of ours. */
export interface Refusal {
	readonly code: ErrorCode | undefined;
	readonly message: string;
}

export function refusalOf(error: unknown): Refusal {
	const message = error instanceof Error ? error.message : String(error);
	return { code: error instanceof OnevisionError ? error.code : undefined, message };
}

/** The memory of tensors, each piece once. */
export function buffersOf(tensors: Tensors): ArrayBuffer[] {
	const buffers = new Set<ArrayBuffer>();
	for (const { data } of Object.values(tensors)) {
		if (data.buffer instanceof ArrayBuffer) buffers.add(data.buffer);
	}
	return [...buffers];
}
