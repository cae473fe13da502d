/**
 * Data parallelism on one machine: several copies of a model, each in a thread of its own, compute several batches at
 * once. On small models that uses the cores better than several threads in each operator, which wait for one another
 * after every node.
 */

import type { TensorData } from "../dtype.ts";
import type { Tensors } from "../runtime.ts";
import type { Tensor } from "../tensor.ts";
import type { TrainingPlan } from "../train/plan.ts";
import { type Replica, type ReplicaSetup, startReplica } from "../train/replica.ts";
import { sharesOf, stateFor } from "../train/share.ts";
import { checkState, type TrainingState } from "../train/state.ts";
import { type Training, trainingOver } from "../train/training.ts";
import { buffersIn, Caller } from "./calls.ts";
import type { ReplicaCalls } from "./protocol.ts";
import { type NodeRuntimeOptions, nodeRuntime } from "./runtime.ts";
import { startThread } from "./threads.ts";

/**
 * Starts a run over `count` replicas: one in this thread, the others in threads of their own. Throws `runtime`, or what
 * does not fit about `state`.
 */
export async function startReplicas(
	plan: TrainingPlan,
	state: TrainingState,
	count: number,
	options: NodeRuntimeOptions,
): Promise<Training> {
	const checked = checkState(plan, state);
	const runtime = count === 1 ? options : { threads: 1, ...options };
	const starts = sharesOf(plan, count).map((share, index) => {
		const setup = { plan, count, index, state: stateFor(share, checked) };
		return index === 0 ? startReplica(setup, nodeRuntime(runtime)) : startElsewhere(setup, runtime);
	});
	const started = await Promise.allSettled(starts);
	const replicas = started.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
	const failed = started.find((each) => each.status === "rejected");
	if (failed === undefined) return trainingOver(plan, replicas, checked.step);
	await Promise.all(replicas.map((replica) => replica.close()));
	throw failed.reason;
}

/** A replica in a thread of its own. */
export async function startElsewhere(setup: ReplicaSetup, runtime: NodeRuntimeOptions): Promise<Replica> {
	const thread = new Caller<ReplicaCalls>(startThread("replica"), "a replica");
	try {
		await thread.call("start", { setup, runtime });
		return remote(thread);
	} catch (error) {
		await thread.stop();
		throw error;
	}
}

/** Arrays of requests go to the thread; batches, which belong to the caller, are copied. */
function remote(thread: Caller<ReplicaCalls>): Replica {
	let spare: Tensors = {};
	return {
		run: async (request) => {
			const batch = copied(request.batch, spare);
			spare = {};
			const own = { ...request, batch };
			const { answer, batch: memory } = await thread.call("run", own, buffersIn(own));
			spare = memory;
			return answer;
		},
		add: (request) => thread.call("add", request, buffersIn(request)),
		update: (request) => thread.call("update", request, buffersIn(request)),
		state: () => thread.call("state", undefined),
		restore: (state) => thread.call("restore", state),
		close: () => thread.stop(),
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
