/** The worker thread of a training session: holds the run, answers one message after the other. */

import { parentPort, workerData } from "node:worker_threads";
import { assertInternal, GraphError } from "../errors.ts";
import { startTraining, type Training } from "../train/training.ts";
import { saveCheckpoint } from "./files.ts";
import type { Answer, CallName, Calls, Failure, Request, WorkerStart } from "./protocol.ts";
import { nodeRuntime } from "./runtime.ts";

type Handlers = {
	readonly [N in Exclude<CallName, "start">]: (
		training: Training,
		value: Calls[N]["asks"],
	) => Promise<Calls[N]["answers"]>;
};

const HANDLERS: Handlers = {
	update: (training, batches) => training.update(batches),
	evaluate: (training, batches) => training.evaluate(batches),
	state: (training) => training.state(),
	restore: async (training, state) => {
		await training.restore(state);
		return training.step;
	},
	save: async (training, path) => {
		await saveCheckpoint(path, await training.state());
		return training.step;
	},
	close: async (training) => {
		await training.close();
		return undefined;
	},
};

const { plan, state, runtime } = workerData as WorkerStart;
let training: Training | undefined;

async function answer({ name, value }: Request): Promise<Calls[CallName]["answers"]> {
	if (name === "start") {
		training = await startTraining(plan, state, nodeRuntime(runtime));
		return training.step;
	}
	assertInternal(training !== undefined, "the worker was asked before it was started");
	const handler = HANDLERS[name] as (
		training: Training,
		value: unknown,
	) => Promise<Calls[CallName]["answers"]>;
	return handler(training, value);
}

function failureOf(error: unknown): Failure {
	const known = error instanceof GraphError ? error : undefined;
	return {
		code: known?.code,
		message: error instanceof Error ? error.message : String(error),
		step: known?.step,
	};
}

/** Requests in order: one is answered before the next is begun. */
let last: Promise<void> = Promise.resolve();

parentPort?.on("message", (request: Request) => {
	last = last.then(async () => {
		let reply: Answer;
		try {
			reply = { id: request.id, value: await answer(request) };
		} catch (error) {
			reply = { id: request.id, failure: failureOf(error) };
		}
		parentPort?.postMessage(reply);
		if (request.name === "close") parentPort?.close();
	});
});
