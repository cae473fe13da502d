/** The model that a command runs: from a folder or the hub, its weights converted or rounded once. */

import { formatPercent, OnevisionError } from "@onevision/base";
import { QUANTIZATIONS, type Quantization } from "@onevision/model";
import { type LoadModelOptions, loadModel, type VisionLanguageModel } from "@onevision/model/node";
import type { Terminal } from "../terminal.ts";
import { modelFolder } from "./model-folder.ts";
import { parseWhole } from "./numbers.ts";
import { askedSettings } from "./settings.ts";

export interface ModelToRun {
	/** A folder, or a repository of the hub. */
	readonly model: string;
	readonly set: readonly string[];
	readonly asIs?: boolean;
	readonly quantize?: string;
	readonly threads?: string;
}

type Resolved = Pick<LoadModelOptions, "settings" | "quantize" | "threads" | "asIs"> & {
	readonly model: string;
};

/** The options as the model takes them. Throws `invalid-input` for those out of range. */
export function resolveModelToRun({ model, quantize, threads, ...asked }: ModelToRun): Resolved {
	const { settings } = askedSettings(asked);
	return {
		model,
		asIs: asked.asIs === true,
		...(settings === undefined ? {} : { settings }),
		...(quantize === undefined ? {} : { quantize: quantization(quantize) }),
		...(threads === undefined ? {} : { threads: parseWhole("--threads", threads, { max: 1024 }) }),
	};
}

/** Loads it under the name that messages give it. Throws as `loadModel` and `modelFolder`. */
export async function loadModelToRun(
	terminal: Terminal,
	{ model, ...options }: Resolved,
	label: string,
	signal?: AbortSignal,
): Promise<VisionLanguageModel> {
	return loadModel(await modelFolder(terminal, model, signal), {
		label,
		...options,
		onConvert: (done, total) => {
			if (!terminal.showsProgress) return;
			const text = done === total ? "" : `converting weights, once: ${formatPercent(done / total)}`;
			terminal.err(`\r${text}\u001b[K`);
		},
	});
}

function quantization(given: string): Quantization {
	const found = QUANTIZATIONS.find((each) => each === given);
	if (found !== undefined) return found;
	throw new OnevisionError("invalid-input", `--quantize ${given}: expected ${QUANTIZATIONS.join(", ")}`);
}
