/**
 * A training run as plain data, to be sent to a worker or saved: a model that computes loss and gradients, one for the
 * loss alone, and how each parameter is updated.
 */

import { OnevisionError } from "@onevision/base";
import { gradientsOf } from "../gradients/gradients.ts";
import { encodeModel } from "../onnx/model.ts";
import { leavesFor } from "../prune.ts";
import { formatDims } from "../shape.ts";
import type { Value } from "../value.ts";
import { ADAMW_DEFAULTS, type AdamWSettings } from "./adamw.ts";
import { type Schedule, scheduleOf } from "./schedule.ts";

/** Settings of some parameters. */
export interface GroupRequest {
	readonly name: string;
	readonly parameters: readonly Value[];
	/** Default: the request's. */
	readonly learningRate?: number | Schedule;
	/** Default: the request's. */
	readonly weightDecay?: number;
	/** True: no gradient, no update. */
	readonly frozen?: boolean;
}

export interface TrainingRequest {
	/** One float: a sum over the batch if `count` is given, else a mean. */
	readonly loss: Value;
	/** Number of terms in the loss, one float. Losses and gradients of several batches are then averaged over all terms. */
	readonly count?: Value;
	/** More single floats to report, averaged like the loss. */
	readonly metrics?: Readonly<Record<string, Value>>;
	readonly learningRate: number | Schedule;
	/** Decoupled decay (default 0.01). */
	readonly weightDecay?: number;
	/** Parameters in no group take the settings of the request. */
	readonly groups?: readonly GroupRequest[];
	/** Global norm to which gradients are clipped (default: not clipped). */
	readonly clipNorm?: number;
	readonly adamw?: Partial<AdamWSettings>;
}

export interface PlannedParameter {
	readonly name: string;
	readonly shape: readonly number[];
	/** Index into the plan's groups. */
	readonly group: number;
}

export interface PlannedGroup {
	readonly name: string;
	readonly learningRate: Schedule;
	readonly weightDecay: number;
	readonly frozen: boolean;
}

export interface TrainingPlan {
	/** ONNX model with the outputs `loss`, `count`, metrics, and a gradient per parameter that is not frozen. */
	readonly model: Uint8Array<ArrayBuffer>;
	/** ONNX model without gradients, for evaluation. */
	readonly forward: Uint8Array<ArrayBuffer>;
	/** Parameters the loss depends on, in the order of the graph. */
	readonly parameters: readonly PlannedParameter[];
	readonly groups: readonly PlannedGroup[];
	readonly metrics: readonly string[];
	readonly hasCount: boolean;
	readonly clipNorm: number | undefined;
	readonly adamw: AdamWSettings;
}

/** The parameters that are not frozen, in the order of the plan. */
export function learnedParameters({ parameters, groups }: TrainingPlan): PlannedParameter[] {
	return parameters.filter(({ group }) => groups[group]?.frozen === false);
}

/** Name of a parameter's gradient among the outputs of the training model. */
export function gradientName(parameter: string): string {
	return `gradient:${parameter}`;
}

/** Name of a metric among the outputs of both models. */
export function metricName(metric: string): string {
	return `metric:${metric}`;
}

/**
 * Differentiates the loss and plans the updates. Throws `invalid-input` for settings out of range or a parameter in
 * two groups, and what `gradientsOf` throws.
 */
export function planTraining(request: TrainingRequest): TrainingPlan {
	const { loss, count, metrics = {}, clipNorm } = request;
	for (const value of [loss, ...(count === undefined ? [] : [count]), ...Object.values(metrics)])
		checkScalar(value);
	if (clipNorm !== undefined && !(clipNorm > 0)) {
		throw new OnevisionError("invalid-input", `training: clipNorm must be above 0, got ${clipNorm}`);
	}
	const groups = groupsOf(request);
	const parameters = assign(request, groups.length - 1);
	const learned = parameters.filter(({ group }) => groups[group]?.frozen === false);
	if (learned.length === 0)
		throw new OnevisionError("invalid-input", "training: every parameter is frozen or unused");
	const gradients = gradientsOf(
		loss,
		learned.map(({ value }) => value),
	);
	const reported = {
		loss,
		...(count === undefined ? {} : { count }),
		...Object.fromEntries(Object.entries(metrics).map(([name, value]) => [metricName(name), value])),
	};
	const named = learned.map(({ value }, i) => [gradientName(value.name), gradients[i] as Value] as const);
	return {
		model: encodeModel({ ...reported, ...Object.fromEntries(named) }, { fused: true, loss }),
		forward: encodeModel(reported, { fused: true }),
		parameters: parameters.map(({ value, group }) => ({ name: value.name, shape: value.shape, group })),
		groups,
		metrics: Object.keys(metrics),
		hasCount: count !== undefined,
		clipNorm,
		adamw: settingsOf(request.adamw ?? {}),
	};
}

function checkScalar(value: Value): void {
	if (value.dtype !== "float32" || value.shape.length !== 0) {
		throw new OnevisionError(
			"invalid-input",
			`training: ${value.name} must be a float32 scalar, got ${value.dtype} ${formatDims(value.dims)}`,
		);
	}
}

function groupsOf({ groups = [], learningRate, weightDecay = 0.01 }: TrainingRequest): PlannedGroup[] {
	const planned = [...groups, { name: "default", parameters: [] }].map((group: GroupRequest) => ({
		name: group.name,
		learningRate: scheduleOf(group.learningRate ?? learningRate),
		weightDecay: group.weightDecay ?? weightDecay,
		frozen: group.frozen ?? false,
	}));
	const names = planned.map(({ name }) => name);
	const twice = names.find((name, i) => names.indexOf(name) !== i);
	if (twice !== undefined) throw new OnevisionError("invalid-input", `training: two groups named ${twice}`);
	const wrong = planned.find(({ weightDecay: decay }) => !(decay >= 0));
	if (wrong !== undefined) {
		throw new OnevisionError("invalid-input", `training: weightDecay of ${wrong.name} must be at least 0`);
	}
	return planned;
}

/** Every parameter the loss needs with its group. */
function assign({ loss, groups = [] }: TrainingRequest, rest: number): { value: Value; group: number }[] {
	const chosen = new Map<Value, number>();
	groups.forEach(({ name, parameters }, index) => {
		for (const value of parameters) {
			if (value.kind !== "parameter" || chosen.has(value)) {
				const why = value.kind === "parameter" ? "is in two groups" : "is not a parameter";
				throw new OnevisionError("invalid-input", `training: ${value.name} of group ${name} ${why}`);
			}
			chosen.set(value, index);
		}
	});
	const used = new Set(leavesFor([loss]));
	return loss.graph.parameters
		.filter((value) => used.has(value))
		.map((value) => ({ value, group: chosen.get(value) ?? rest }));
}

function settingsOf(asked: Partial<AdamWSettings>): AdamWSettings {
	const settings = { ...ADAMW_DEFAULTS, ...asked };
	const { beta1, beta2, epsilon } = settings;
	if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && Math.fround(epsilon) > 0)) {
		throw new OnevisionError(
			"invalid-input",
			`training: betas must be from 0 to below 1 and epsilon above 0 in float32, got ${beta1}, ${beta2}, ${epsilon}`,
		);
	}
	return settings;
}
