/** onnxruntime in Node, an optional peer: the CPU provider by default, which ships in onnxruntime-node. */

import { createRequire } from "node:module";
import { OnevisionError } from "@onevision/base";
import type * as Ort from "onnxruntime-node";
import { onnxRuntime, type Runtime } from "../runtime.ts";

export interface NodeRuntimeOptions {
	/** Threads one operator may use (default: one for each physical core). */
	readonly threads?: number;
	/**
	 * Whether idle threads spin (default true, as in onnxruntime): faster on an idle machine, much slower where other
	 * processes compete for the cores.
	 */
	readonly spin?: boolean;
	/** `cpu` (default), or `webgpu` where the package has it for this platform. */
	readonly provider?: "cpu" | "webgpu";
}

const require = createRequire(import.meta.url);

/** Loaded when it is first needed. Throws `runtime` where it, or its binary for this platform, is not installed. */
function loadOrt(): typeof Ort {
	try {
		return require("onnxruntime-node");
	} catch (error) {
		const missing = error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND";
		const why = missing ? "is not installed" : "does not load on this platform";
		throw new OnevisionError(
			"runtime",
			`models run in the package onnxruntime-node, which ${why}; npm install onnxruntime-node`,
		);
	}
}

/** Providers that the installed onnxruntime-node brings along. Throws `runtime` where there is none. */
export function nodeProviders(): readonly string[] {
	return loadOrt()
		.listSupportedBackends()
		.filter(({ bundled }) => bundled)
		.map(({ name }) => name);
}

/**
 * Throws `invalid-input` for a provider that is not installed, or for a number of threads below 1, `runtime` without
 * onnxruntime-node.
 */
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
			`runtime: threads must be an integer of at least 1, got ${threads}`,
		);
	}
	const settings = {
		executionProviders: [provider],
		...(threads === undefined ? {} : { intraOpNumThreads: threads }),
		logSeverityLevel: 3,
		// Masked scores become denormal probabilities, which make softmax eight times slower. See threads.ts for which
		// threads this applies to.
		extra: { session: { set_denormal_as_zero: "1", intra_op: { allow_spinning: spin ? "1" : "0" } } },
	} as const;
	return onnxRuntime(loadOrt(), settings, provider === "cpu");
}
