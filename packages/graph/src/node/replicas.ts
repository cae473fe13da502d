/**
 * Data parallelism on one machine: replicas of a model run several batches at once, one thread each. On small models
 * this uses the cores better than threads within operators, which synchronize after every node.
 */

import type { TrainingPlan } from "../train/plan.ts";
import { type Replica, type ReplicaSetup, startReplica } from "../train/replica.ts";
import { sharesOf, stateFor } from "../train/share.ts";
import { checkState, type TrainingState } from "../train/state.ts";
import { type Training, trainWithReplicas } from "../train/training.ts";
import { buffersIn, Caller } from "./calls.ts";
import type { ReplicaCalls } from "./protocol.ts";
import { type NodeRuntimeOptions, nodeRuntime } from "./runtime.ts";
import { openThread } from "./threads.ts";

/**
 * Starts a run over `count` replicas: the first in this thread, the others in their own, to which batches are
 * transferred. Throws `runtime`, or what `startState` throws when `state` does not fit the plan.
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
		return index === 0 ? startReplica(setup, nodeRuntime(runtime)) : startInThread(setup, runtime);
	});
	const started = await Promise.allSettled(starts);
	const replicas = started.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
	const failed = started.find((each) => each.status === "rejected");
	if (failed === undefined) return trainWithReplicas(plan, replicas, checked.step);
	await Promise.all(replicas.map((replica) => replica.close()));
	throw failed.reason;
}

/** Starts a replica in its own thread. */
export async function startInThread(setup: ReplicaSetup, runtime: NodeRuntimeOptions): Promise<Replica> {
	const thread = new Caller<ReplicaCalls>(openThread("replica"), "a replica");
	try {
		await thread.call("start", { setup, runtime });
		return remote(thread);
	} catch (error) {
		await thread.stop();
		throw error;
	}
}

/** A replica in another thread. All arrays of a request are transferred, including those of its batch. */
function remote(thread: Caller<ReplicaCalls>): Replica {
	return {
		run: (request) => thread.call("run", request, buffersIn(request)),
		add: (request) => thread.call("add", request, buffersIn(request)),
		update: (request) => thread.call("update", request, buffersIn(request)),
		state: () => thread.call("state", undefined),
		restore: (state) => thread.call("restore", state),
		close: () => thread.stop(),
	};
}
