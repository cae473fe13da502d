/** What a training session asks of its worker thread, and that of its replicas. */

import type { LoadOptions, Tensors } from "../runtime.ts";
import type { TrainingPlan } from "../train/plan.ts";
import type { TrainingState } from "../train/state.ts";
import type { Evaluation, StepReport } from "../train/training.ts";
import type { NodeRuntimeOptions } from "./runtime.ts";

/** What a session's worker is started with. */
export interface WorkerStart {
	readonly plan: TrainingPlan;
	readonly state: TrainingState;
	readonly runtime: NodeRuntimeOptions;
	readonly replicas: number;
}

export interface SessionCalls {
	readonly start: { readonly asks: undefined; readonly answers: number };
	readonly update: { readonly asks: readonly Tensors[]; readonly answers: StepReport };
	readonly evaluate: { readonly asks: readonly Tensors[]; readonly answers: Evaluation };
	readonly state: { readonly asks: undefined; readonly answers: TrainingState };
	readonly restore: { readonly asks: TrainingState; readonly answers: number };
	readonly save: { readonly asks: string; readonly answers: number };
	readonly close: { readonly asks: undefined; readonly answers: undefined };
}

/** What a replica's worker is started with. */
export interface ReplicaStart {
	readonly model: Uint8Array;
	readonly load: LoadOptions;
	readonly runtime: NodeRuntimeOptions;
}

export interface ReplicaCalls {
	readonly start: {
		readonly asks: undefined;
		readonly answers: { readonly inputs: readonly string[]; readonly outputs: readonly string[] };
	};
	/** New feeds for all later runs; the answer is the memory of the former ones. */
	readonly share: { readonly asks: Tensors; readonly answers: Tensors };
	readonly run: { readonly asks: ReplicaRun; readonly answers: ReplicaRun };
}

/** The memory of a run, which goes to a replica and comes back with the outputs: none of it is allocated anew. */
export interface ReplicaRun {
	readonly feeds: Tensors;
	readonly outputs: Tensors;
}
