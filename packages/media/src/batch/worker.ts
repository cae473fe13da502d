/** A thread of a batch: makes one sample after another and hands its tensors over. */

import { parentPort, workerData } from "node:worker_threads";
import { OnevisionError } from "@onevision/base";
import { createProcessor } from "../preprocess/processor.ts";
import { END, HOLD } from "./pool.ts";
import { type BatchAnswer, type BatchSetup, type BatchTask, buffersOf } from "./protocol.ts";
import { processSample } from "./sample.ts";

const { checkpoint, processor: options, decode } = workerData as BatchSetup;
const processor = createProcessor(checkpoint, options);

const ending = new AbortController();

parentPort?.on("message", async (message: BatchTask | typeof END) => {
	if (message === END) {
		ending.abort(new Error("the batch has ended"));
		parentPort?.close();
		return;
	}
	const { files, reuse } = message;
	try {
		const old = reuse && { tensors: reuse, layouts: [] };
		const { tensors, layouts } = await processSample(files, processor, decode, {
			...(old === undefined ? {} : { reuse: old }),
			signal: ending.signal,
			onVideo: () => parentPort?.postMessage(HOLD),
		});
		const answer: BatchAnswer = { tensors, layouts: layouts.flat() };
		parentPort?.postMessage(answer, buffersOf(tensors));
	} catch (error) {
		const message = error instanceof Error ? error.message : String(error);
		const answer: BatchAnswer = { code: error instanceof OnevisionError ? error.code : undefined, message };
		parentPort?.postMessage(answer);
	}
});
