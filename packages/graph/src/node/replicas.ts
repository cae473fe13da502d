/**
 * Data parallelism on one machine: several copies of a model, each in a thread of its own, compute several batches at
 * once. On small models that uses the cores better than several threads in each operator, which wait for one another
 * after every node.
 */

import { setImmediate } from "node:timers/promises";
import { assertInternal, present } from "../errors.ts";
import type { LoadOptions, Program, Runtime, Tensors } from "../runtime.ts";
import { Caller } from "./calls.ts";
import { createWorker } from "./create-worker.ts";
import type { ReplicaCalls, ReplicaStart } from "./protocol.ts";
import { type NodeRuntimeOptions, nodeRuntime } from "./runtime.ts";

/** A runtime whose programs take `replicas` runs at a time: one in this thread, the others in worker threads. */
export function replicatedRuntime(replicas: number, options: NodeRuntimeOptions): Runtime {
	const runtime = { threads: 1, ...options };
	const own = nodeRuntime(runtime);
	return {
		load: async (model, load: LoadOptions = {}) => {
			const loads = [
				own.load(model, load).then(afterOthers),
				...Array.from({ length: replicas - 1 }, () => startReplica({ model, load, runtime })),
			];
			const loaded = await Promise.allSettled(loads);
			const programs = loaded.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
			const failed = loaded.find((each) => each.status === "rejected");
			if (failed === undefined) return sharedOut(programs);
			await Promise.all(programs.map((program) => program.close()));
			throw failed.reason;
		},
	};
}

/** A program of this thread, which blocks it, begins when the others have been asked. */
function afterOthers(program: Program): Program {
	return {
		...program,
		run: async (feeds, into) => {
			await setImmediate();
			return program.run(feeds, into);
		},
	};
}

/** Several programs of one model as one. */
function sharedOut(programs: readonly Program[]): Program {
	const busy = new Set<Program>();
	const { inputs, outputs } = present(programs[0], "program");
	return {
		inputs,
		outputs,
		concurrency: programs.length,
		run: async (feeds, into) => {
			const program = programs.find((each) => !busy.has(each));
			assertInternal(program !== undefined, "more runs at a time than there are replicas");
			busy.add(program);
			try {
				return await program.run(feeds, into);
			} finally {
				busy.delete(program);
			}
		},
		close: async () => {
			await Promise.all(programs.map((program) => program.close()));
		},
	};
}

/** A program in a worker thread. Feeds are copied, since parameters change while it may still read them. */
async function startReplica(start: ReplicaStart): Promise<Program> {
	const worker = new Caller<ReplicaCalls>(createWorker("replica", start), "a replica");
	try {
		const { inputs, outputs } = await worker.call("start", undefined);
		return {
			inputs,
			outputs,
			concurrency: 1,
			run: (feeds) => {
				const copied = Object.fromEntries(
					Object.entries(feeds).map(([name, tensor]) => [name, { ...tensor, data: tensor.data.slice() }]),
				);
				return worker.call("run", copied, buffersOf(copied));
			},
			close: () => worker.stop(),
		};
	} catch (error) {
		await worker.stop();
		throw error;
	}
}

/** The memory of tensors that nothing else uses. */
export function buffersOf(tensors: Tensors): ArrayBuffer[] {
	return Object.values(tensors).map(({ data }) => data.buffer as ArrayBuffer);
}
