/**
 * Data parallelism on one machine: several copies of a model, each in a thread of its own, compute several batches at
 * once. On small models that uses the cores better than several threads in each operator, which wait for one another
 * after every node.
 */

import { setImmediate as nextTurn } from "node:timers/promises";
import type { TensorData } from "../dtype.ts";
import { assertInternal, present } from "../errors.ts";
import type { LoadOptions, Program, Runtime, Tensors } from "../runtime.ts";
import type { Tensor } from "../tensor.ts";
import { Caller } from "./calls.ts";
import type { ReplicaCalls, ReplicaRun, ReplicaStart } from "./protocol.ts";
import { type NodeRuntimeOptions, nodeRuntime } from "./runtime.ts";
import { startThread } from "./threads.ts";

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
			await nextTurn();
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
		share: (feeds) => {
			for (const program of programs) program.share(feeds);
		},
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

/** A program in a worker thread. Feeds are copied; their memory and that of the outputs is used again by the next run. */
async function startReplica(start: ReplicaStart): Promise<Program> {
	const worker = new Caller<ReplicaCalls>(startThread("replica"), "a replica");
	try {
		const names = await worker.call("start", start);
		return { ...names, concurrency: 1, ...remote(worker) };
	} catch (error) {
		await worker.stop();
		throw error;
	}
}

function remote(worker: Caller<ReplicaCalls>): Pick<Program, "share" | "run" | "close"> {
	let spare: ReplicaRun = { feeds: {}, outputs: {} };
	let former: Tensors = {};
	let waiting: Tensors | undefined;
	let handed: Promise<void> = Promise.resolve();
	/** Hands over what is to be shared: when this thread has nothing else to do, and before the next run in any case. */
	const hand = () => {
		if (waiting === undefined) return;
		const feeds = copied(waiting, former);
		waiting = undefined;
		former = {};
		handed = worker.call("share", feeds, buffersOf(feeds)).then((tensors) => {
			former = tensors;
		});
		handed.catch(() => undefined); // The next run throws it.
	};
	return {
		share: (feeds) => {
			waiting = feeds;
			setImmediate(hand);
		},
		run: async (feeds) => {
			hand();
			const run = { feeds: copied(feeds, spare.feeds), outputs: spare.outputs };
			spare = { feeds: {}, outputs: {} };
			const moved = [...buffersOf(run.feeds), ...buffersOf(run.outputs)];
			[spare] = await Promise.all([worker.call("run", run, moved), handed]);
			return spare.outputs;
		},
		close: () => worker.stop(),
	};
}

/** Copies of tensors, in the memory of `spare` where that fits. */
function copied(tensors: Tensors, spare: Tensors): Tensors {
	return Object.fromEntries(
		Object.entries(tensors).map(([name, tensor]) => [name, { ...tensor, data: copyOf(tensor, spare[name]) }]),
	);
}

function copyOf({ dtype, data }: Tensor, spare: Tensor | undefined): TensorData {
	if (spare?.dtype !== dtype || spare.data.length !== data.length) return data.slice();
	(spare.data.set as (values: TensorData) => void)(data);
	return spare.data;
}

/** The memory of tensors that nothing else uses. */
export function buffersOf(tensors: Tensors): ArrayBuffer[] {
	return Object.values(tensors).map(({ data }) => data.buffer as ArrayBuffer);
}
