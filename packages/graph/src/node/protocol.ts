/** Calls between threads: of a session to its worker, of the worker to its replicas, of any thread to the spawner. */

import type { MessagePort } from "node:worker_threads";
import type { Tensors } from "../runtime.ts";
import type { TrainingPlan } from "../train/plan.ts";
import type {
	AddRequest,
	AddResponse,
	ReplicaSetup,
	RunRequest,
	RunResponse,
	UpdateRequest,
} from "../train/replica.ts";
import type { TrainingState } from "../train/state.ts";
import type { Evaluation, StepReport } from "../train/training.ts";
import type { Ending } from "./calls.ts";
import type { NodeRuntimeOptions } from "./runtime.ts";

/** Modules of this folder that run as threads. */
export type ThreadModule = "worker" | "replica" | "spawner" | "inference-worker";

/** A thread to start, and the port it serves. */
export interface Start {
	readonly module: ThreadModule;
	readonly port: MessagePort;
}

/** Threads are identified by number. */
export interface SpawnerCalls {
	readonly spawn: { readonly request: Start; readonly response: number };
	readonly ending: { readonly request: number; readonly response: Ending };
	readonly stop: { readonly request: number; readonly response: undefined };
}

/** A session's first request. */
export interface WorkerStart {
	readonly plan: TrainingPlan;
	readonly state: TrainingState;
	readonly runtime: NodeRuntimeOptions;
	readonly replicas: number;
}

export interface SessionCalls {
	readonly start: { readonly request: WorkerStart; readonly response: number };
	readonly update: { readonly request: readonly Tensors[]; readonly response: StepReport };
	readonly evaluate: { readonly request: readonly Tensors[]; readonly response: Evaluation };
	readonly state: { readonly request: undefined; readonly response: TrainingState };
	readonly restore: { readonly request: TrainingState; readonly response: number };
	readonly save: { readonly request: string; readonly response: number };
	readonly close: { readonly request: undefined; readonly response: undefined };
}

/** A replica in a thread of its own. */
export interface ReplicaCalls {
	readonly start: {
		readonly request: { readonly setup: ReplicaSetup; readonly runtime: NodeRuntimeOptions };
		readonly response: undefined;
	};
	readonly run: { readonly request: RunRequest; readonly response: RunResponse };
	readonly add: { readonly request: AddRequest; readonly response: AddResponse };
	readonly update: { readonly request: UpdateRequest; readonly response: readonly Float32Array[] };
	readonly state: { readonly request: undefined; readonly response: Omit<TrainingState, "step"> };
	readonly restore: { readonly request: TrainingState; readonly response: undefined };
}
