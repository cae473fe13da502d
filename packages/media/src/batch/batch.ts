/** Turns many files into tensors: a pool of threads, order preserved, bounded memory, failures reported per sample. */

import { availableParallelism } from "node:os";
import { OnevisionError } from "@onevision/base";
import { startThread } from "@onevision/base/node";
import type { Checkpoint, ItemLayout } from "@onevision/core";
import type { Tensors } from "../preprocess/pieces.ts";
import { type ProcessorOptions, resolveProcessor } from "../preprocess/processor.ts";
import { loadSharp } from "../sharp.ts";
import type { DecodeOptions } from "./files.ts";
import { type Outcome, runInOrder } from "./pool.ts";
import {
	type BatchAnswer,
	type BatchSetup,
	type BatchTask,
	buffersOf,
	type Refusal,
	refusalOf,
} from "./protocol.ts";
import { layOutSample } from "./sample.ts";

export interface BatchOptions extends ProcessorOptions {
	/**
	 * Number of threads, default one per core. They share libuv's threads for decoding: four, unless UV_THREADPOOL_SIZE
	 * is larger.
	 */
	readonly threads?: number;
	/** Maximum seconds per sample, default 120. After that, its thread is replaced. */
	readonly timeoutSeconds?: number;
	readonly decode?: DecodeOptions;
	/**
	 * Reuses the memory of earlier samples: a result's tensors are valid only until the next result is requested. Twice
	 * as fast for large images.
	 */
	readonly reuseMemory?: boolean;
}

/** A sample's tensors, or the reason it has none. */
export type BatchResult =
	| { readonly files: readonly string[]; readonly tensors: Tensors; readonly layouts: readonly ItemLayout[] }
	| { readonly files: readonly string[]; readonly error: OnevisionError };

const TIMEOUT_SECONDS = 120;
const MAX_TIMEOUT_SECONDS = 86_400;

/**
 * Makes the tensors of samples and yields them in order. A sample is the image files of one conversation, or one
 * video file. Holds only a few samples per thread. Throws as `createProcessor` does for the model and options; a
 * problem with a sample is returned as its result.
 */
export async function* preprocessSamples(
	checkpoint: string | Checkpoint,
	samples: Iterable<readonly string[]>,
	options: BatchOptions = {},
): AsyncGenerator<BatchResult, void> {
	const {
		threads = availableParallelism(),
		timeoutSeconds = TIMEOUT_SECONDS,
		decode = {},
		...rest
	} = options;
	const { reuseMemory = false, ...processor } = rest;
	assertWhole("threads", threads);
	if (!(timeoutSeconds > 0 && timeoutSeconds <= MAX_TIMEOUT_SECONDS)) {
		throw new OnevisionError(
			"invalid-input",
			`timeoutSeconds ${timeoutSeconds}: expected seconds above 0, at most ${MAX_TIMEOUT_SECONDS}`,
		);
	}
	const { counter, recipe } = resolveProcessor(checkpoint, processor);
	const setup: BatchSetup = { recipe, decode, checkpoint, processor };
	const started: (readonly string[])[] = [];
	const spare: Tensors[] = [];
	async function* tasks(): AsyncGenerator<BatchTask | Refusal> {
		for (const files of samples) {
			started.push(files);
			try {
				const sample = await layOutSample(files, counter, decode);
				const reuse = spare.pop();
				yield reuse === undefined ? { sample } : { sample, reuse };
			} catch (error) {
				yield refusalOf(error);
			}
		}
	}
	const outcomes = runInOrder<BatchTask | Refusal, BatchAnswer>(tasks(), {
		start: () => startThread("./worker.ts", import.meta.url, { workerData: setup }),
		answered: (task) => ("sample" in task ? undefined : task),
		threads,
		timeoutSeconds,
		transfer: (task) => ("reuse" in task && task.reuse !== undefined ? buffersOf(task.reuse) : []),
	});
	// The batch already uses one thread per core; more threads inside each decoder would only compete with them.
	const sharp = await loadSharp();
	const concurrency = sharp.concurrency();
	sharp.concurrency(1);
	try {
		for await (const outcome of outcomes) {
			const result = resultOf(started.shift() ?? [], outcome, timeoutSeconds);
			yield result;
			if (reuseMemory && "tensors" in result && !isHandedOn(result.tensors)) spare.push(result.tensors);
		}
	} finally {
		sharp.concurrency(concurrency);
	}
}

/** Whether the consumer has transferred a tensor's memory elsewhere. */
function isHandedOn(tensors: Tensors): boolean {
	return Object.values(tensors).some(({ data, shape }) => data.length === 0 && !shape.includes(0));
}

function assertWhole(name: string, value: number): void {
	if (Number.isInteger(value) && value >= 1 && value <= 256) return;
	throw new OnevisionError("invalid-input", `${name} ${value}: expected a whole number from 1 to 256`);
}

function resultOf(
	files: readonly string[],
	outcome: Outcome<BatchAnswer>,
	timeoutSeconds: number,
): BatchResult {
	const failed = (code: OnevisionError["code"], message: string): BatchResult => ({
		files,
		error: new OnevisionError(code, message),
	});
	const names = files.join(", ");
	if (outcome.kind === "timeout") {
		return failed(
			"over-limit",
			`${names}: took longer than ${timeoutSeconds} s; leave it out or allow more time`,
		);
	}
	if (outcome.kind === "died") {
		return failed(
			"unreadable-file",
			`${names}: ended the thread that decoded it (${outcome.why}); leave it out`,
		);
	}
	const { answer } = outcome;
	if ("tensors" in answer) return { files, tensors: answer.tensors, layouts: answer.layouts };
	// Any other error is a bug, possibly ours; keep its message.
	return failed(
		answer.code ?? "unreadable-file",
		answer.code === undefined ? `${names}: internal: ${answer.message}` : answer.message,
	);
}
