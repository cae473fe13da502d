/** Messages between a training session and its worker thread. */

import type { GraphErrorCode } from "../errors.ts";
import type { Tensors } from "../runtime.ts";
import type { TrainingPlan } from "../train/plan.ts";
import type { TrainingState } from "../train/state.ts";
import type { Evaluation, StepReport } from "../train/training.ts";
import type { NodeRuntimeOptions } from "./runtime.ts";

/** What a worker is started with. */
export interface WorkerStart {
	readonly plan: TrainingPlan;
	readonly state: TrainingState;
	readonly runtime: NodeRuntimeOptions;
}

/** What a session asks, and what the worker answers to each. */
export interface Calls {
	readonly start: { readonly asks: undefined; readonly answers: number };
	readonly update: { readonly asks: readonly Tensors[]; readonly answers: StepReport };
	readonly evaluate: { readonly asks: readonly Tensors[]; readonly answers: Evaluation };
	readonly state: { readonly asks: undefined; readonly answers: TrainingState };
	readonly restore: { readonly asks: TrainingState; readonly answers: number };
	readonly save: { readonly asks: string; readonly answers: number };
	readonly close: { readonly asks: undefined; readonly answers: undefined };
}

export type CallName = keyof Calls;

export interface Request<N extends CallName = CallName> {
	readonly id: number;
	readonly name: N;
	readonly value: Calls[N]["asks"];
}

/** Errors travel as data: classes do not survive the way between threads. */
export interface Failure {
	readonly code: GraphErrorCode | undefined;
	readonly message: string;
	readonly step: number | undefined;
}

export type Answer =
	| { readonly id: number; readonly value: Calls[CallName]["answers"] }
	| { readonly id: number; readonly failure: Failure };
