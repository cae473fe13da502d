/** What a training session asks of its worker thread, that of its replicas, and all of the spawner. */

import type { MessagePort } from "node:worker_threads";
import type { Tensors } from "../runtime.ts";
import type { TrainingPlan } from "../train/plan.ts";
import type {
	AddAnswer,
	AddRequest,
	ReplicaSetup,
	RunAnswer,
	RunRequest,
	UpdateRequest,
} from "../train/replica.ts";
import type { TrainingState } from "../train/state.ts";
import type { Evaluation, StepReport } from "../train/training.ts";
import type { Ending } from "./calls.ts";
import type { NodeRuntimeOptions } from "./runtime.ts";

/** Modules of this folder that run as threads. */
export type ThreadModule = "worker" | "replica" | "spawner";

/** A thread to be started, and the port that it answers on. */
export interface Start {
	readonly module: ThreadModule;
	readonly port: MessagePort;
}

/** Threads are known by number. */
export interface SpawnerCalls {
	readonly spawn: { readonly asks: Start; readonly answers: number };
	readonly ending: { readonly asks: number; readonly answers: Ending };
	readonly stop: { readonly asks: number; readonly answers: undefined };
}

/** What a session's worker needs first. */
export interface WorkerStart {
	readonly plan: TrainingPlan;
	readonly state: TrainingState;
	readonly runtime: NodeRuntimeOptions;
	readonly replicas: number;
}

export interface SessionCalls {
	readonly start: { readonly asks: WorkerStart; readonly answers: number };
	readonly update: { readonly asks: readonly Tensors[]; readonly answers: StepReport };
	readonly evaluate: { readonly asks: readonly Tensors[]; readonly answers: Evaluation };
	readonly state: { readonly asks: undefined; readonly answers: TrainingState };
	readonly restore: { readonly asks: TrainingState; readonly answers: number };
	readonly save: { readonly asks: string; readonly answers: number };
	readonly close: { readonly asks: undefined; readonly answers: undefined };
}

/** A replica in a thread of its own. */
export interface ReplicaCalls {
	readonly start: {
		readonly asks: { readonly setup: ReplicaSetup; readonly runtime: NodeRuntimeOptions };
		readonly answers: undefined;
	};
	readonly run: { readonly asks: RunRequest; readonly answers: RunAnswer };
	readonly add: { readonly asks: AddRequest; readonly answers: AddAnswer };
	readonly update: { readonly asks: UpdateRequest; readonly answers: readonly Float32Array[] };
	readonly state: { readonly asks: undefined; readonly answers: Omit<TrainingState, "step"> };
	readonly restore: { readonly asks: TrainingState; readonly answers: undefined };
}
