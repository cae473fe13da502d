/** onnxruntime in Node: the CPU provider by default, which ships in the package. */

import { OnevisionError } from "@onevision/base";
import * as ort from "onnxruntime-node";
import { onnxRuntime, type Runtime } from "../runtime.ts";

export interface NodeRuntimeOptions {
	/** Threads one operator may use (default: one for each physical core). */
	readonly threads?: number;
	/**
	 * Whether threads that wait keep their cores busy (default true, as in onnxruntime): faster on a machine of one's
	 * own, much slower where other processes want the cores.
	 */
	readonly spin?: boolean;
	/** `cpu` (default), or `webgpu` where the package has it for this platform. */
	readonly provider?: "cpu" | "webgpu";
}

/** Providers that the installed onnxruntime-node brings along. */
export function nodeProviders(): readonly string[] {
	return ort
		.listSupportedBackends()
		.filter(({ bundled }) => bundled)
		.map(({ name }) => name);
}

/** Throws `invalid-input` for a provider that is not installed, or for a number of threads below 1. */
export function nodeRuntime(options: NodeRuntimeOptions = {}): Runtime {
	const { threads, spin = true, provider = "cpu" } = options;
	if (!nodeProviders().includes(provider)) {
		throw new OnevisionError(
			"invalid-input",
			`runtime: provider ${provider} is not in this onnxruntime-node; it has ${nodeProviders().join(", ")}`,
		);
	}
	if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1)) {
		throw new OnevisionError(
			"invalid-input",
			`runtime: threads must be a whole number of at least 1, got ${threads}`,
		);
	}
	const settings = {
		executionProviders: [provider],
		...(threads === undefined ? {} : { intraOpNumThreads: threads }),
		logSeverityLevel: 3,
		// Masked scores become denormal probabilities, which make softmax eight times slower than zeros do. For the thread
		// that runs a model, the first session of the process decides: threads.ts sees to it.
		extra: { session: { set_denormal_as_zero: "1", intra_op: { allow_spinning: spin ? "1" : "0" } } },
	} as const;
	return onnxRuntime(ort, settings, provider === "cpu");
}
