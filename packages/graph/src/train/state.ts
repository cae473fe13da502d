/** The state with which a run resumes bit for bit, and its safetensors file. */

import { OnevisionError, type Tensor, zeros } from "@onevision/base";
import type { Tensors } from "../runtime.ts";
import {
	decodeSafetensors,
	encodeSafetensors,
	entryOf,
	float32Of,
	type SafetensorsEntry,
} from "../safetensors.ts";
import { sameSizes } from "../shape.ts";
import { learnedParameters, type PlannedParameter, type TrainingPlan } from "./plan.ts";

export interface TrainingState {
	/** Updates done. */
	readonly step: number;
	/** By parameter name, float32. */
	readonly parameters: Tensors;
	/** First moments of the parameters that are not frozen. */
	readonly first: Tensors;
	/** Second moments of the parameters that are not frozen. */
	readonly second: Tensors;
}

const FORMAT = "onevision-training-1";
const FIRST = "adamw.first:";
const SECOND = "adamw.second:";

/** The state before the first update. Throws `unknown-name` or `shape-mismatch` when `values` do not fit the plan. */
export function startState(plan: TrainingPlan, values: Tensors): TrainingState {
	const moments = () =>
		Object.fromEntries(learnedParameters(plan).map(({ name, shape }) => [name, zeros("float32", shape)]));
	return checkState(plan, { step: 0, parameters: values, first: moments(), second: moments() });
}

/** `state` reduced to what the plan needs. Throws `unknown-name` or `shape-mismatch` when it does not fit. */
export function checkState(plan: TrainingPlan, state: TrainingState): TrainingState {
	if (!Number.isSafeInteger(state.step) || state.step < 0) {
		throw new OnevisionError(
			"invalid-input",
			`state: step must be an integer of at least 0, got ${state.step}`,
		);
	}
	return {
		step: state.step,
		parameters: chosen("parameter", plan.parameters, state.parameters),
		first: chosen("first moment", learnedParameters(plan), state.first),
		second: chosen("second moment", learnedParameters(plan), state.second),
	};
}

function chosen(what: string, wanted: readonly PlannedParameter[], tensors: Tensors): Record<string, Tensor> {
	const entries = wanted.map(({ name, shape }) => {
		const tensor = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
		if (tensor === undefined) throw new OnevisionError("unknown-name", `state: ${what} ${name} is missing`);
		if (tensor.dtype !== "float32" || !sameSizes(tensor.shape, shape)) {
			throw new OnevisionError(
				"shape-mismatch",
				`state: ${what} ${name} is float32 [${shape.join(", ")}], got ${tensor.dtype} [${tensor.shape.join(", ")}]`,
			);
		}
		return [name, tensor] as const;
	});
	return Object.fromEntries(entries);
}

/** A checkpoint file. Parameters keep their names, so that any safetensors reader finds the weights. */
export function encodeState({ step, parameters, first, second }: TrainingState): Uint8Array<ArrayBuffer> {
	const named = (prefix: string, tensors: Tensors) =>
		Object.entries(tensors).map(([name, tensor]) => [prefix + name, entryOf(tensor)] as const);
	return encodeSafetensors({
		tensors: new Map([...named("", parameters), ...named(FIRST, first), ...named(SECOND, second)]),
		metadata: { format: FORMAT, step: `${step}` },
	});
}

/** The state in a checkpoint file. Throws `unreadable-file` when it is damaged or not a checkpoint. */
export function decodeState(bytes: Uint8Array): TrainingState {
	const { tensors, metadata } = decodeSafetensors(bytes);
	if (metadata.format !== FORMAT || !/^\d{1,15}$/.test(metadata.step ?? "")) {
		throw new OnevisionError("unreadable-file", "checkpoint: has no step; the file is not a training state");
	}
	const parts: Record<"parameters" | "first" | "second", Record<string, Tensor>> = {
		parameters: {},
		first: {},
		second: {},
	};
	for (const [name, entry] of tensors) {
		const [part, own] = partOf(name);
		parts[part][own] = stored(name, entry);
	}
	return { step: Number(metadata.step), ...parts };
}

function partOf(name: string): readonly ["parameters" | "first" | "second", string] {
	if (name.startsWith(FIRST)) return ["first", name.slice(FIRST.length)];
	if (name.startsWith(SECOND)) return ["second", name.slice(SECOND.length)];
	return ["parameters", name];
}

function stored(name: string, entry: SafetensorsEntry): Tensor {
	if (entry.dtype !== "F32") {
		throw new OnevisionError(
			"unreadable-file",
			`checkpoint: ${name} is ${entry.dtype}; a training state is F32`,
		);
	}
	return float32Of(name, entry);
}
