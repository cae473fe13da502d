/**
 * What is trained, and what one sample costs. Forward counts once. Backward adds one forward's worth of FLOPs for
 * activation gradients in every part from the first trained one on, and one more for weight gradients in each fully
 * trained part. Recomputing activations repeats the forward pass of every part that gradients flow through.
 */

import type { Part } from "../facts/curriculum.ts";
import type { LanguageModel } from "../facts/language-models.ts";
import type { Tower } from "../facts/towers.ts";
import { languageModelFlops, projectorFlops } from "./flops.ts";
import type { Model } from "./model.ts";

/** How a part is trained: all its weights, low-rank adapters beside its linear layers, or frozen. */
export type Tuning = "full" | "lora" | "frozen";

/** Which parts are trained, and how. Costs and memory both derive from this. */
export interface Training {
	readonly parts: Readonly<Record<Part, Tuning>>;
	/** LoRA rank, for parts tuned with LoRA. */
	readonly loraRank: number;
}

/** The parts from input to output. Gradients flow back from the loss to the first trained part. */
export const PARTS = ["tower", "projector", "language-model"] as const satisfies readonly Part[];

/** Full training of the given parts; the others are frozen. */
export function fullTraining(trainable: readonly Part[]): Training {
	const tuning = (part: Part): Tuning => (trainable.includes(part) ? "full" : "frozen");
	return {
		parts: {
			tower: tuning("tower"),
			projector: tuning("projector"),
			"language-model": tuning("language-model"),
		},
		loraRank: 0,
	};
}

/**
 * Whether gradients flow through a part, because it or a part closer to the input is trained. If so, its activations
 * are kept.
 */
export function isReached({ parts }: Training, part: Part): boolean {
	const first = PARTS.findIndex((each) => parts[each] !== "frozen");
	return first !== -1 && PARTS.indexOf(part) >= first;
}

/** Means over the samples of a stage. `towerFlops` is the tower's forward cost for one sample. */
export interface StageLoad {
	readonly contextTokens: number;
	readonly towerTokens: number;
	readonly towerFlops: number;
}

/** FLOPs of one training sample. */
export function trainingFlops(
	model: Model,
	load: StageLoad,
	training: Training,
	activationCheckpointing: boolean,
): number {
	const forward = {
		tower: load.towerFlops,
		projector: projectorFlops(model.projector, load.towerTokens),
		"language-model": languageModelFlops(model.languageModel, load.contextTokens, load.contextTokens),
	} as const satisfies Record<Part, number>;
	const tokens = {
		tower: load.towerTokens,
		projector: load.towerTokens,
		"language-model": load.contextTokens,
	} as const satisfies Record<Part, number>;
	return PARTS.reduce((sum, part) => {
		const tuning = training.parts[part];
		const reached = isReached(training, part);
		const passes =
			1 + Number(tuning === "full") + Number(reached) + Number(reached && activationCheckpointing);
		// Adapters cost a forward pass and both gradients, each 2 FLOPs per weight and token.
		const adapters = tuning === "lora" ? 6 * tokens[part] * trainedParameters(model, part, training) : 0;
		return sum + passes * forward[part] + adapters;
	}, 0);
}

/** Trained parameters, summed over all parts. */
export function trainableParameters(model: Model, training: Training): number {
	return PARTS.reduce((sum, part) => sum + trainedParameters(model, part, training), 0);
}

/** Trained parameters of one part. */
function trainedParameters(model: Model, part: Part, { parts, loraRank }: Training): number {
	const tuning = parts[part];
	if (tuning === "frozen") return 0;
	if (tuning === "lora") return loraRank * adapterWidths(model, part);
	return {
		tower: model.parameters.tower,
		projector: model.parameters.projector,
		"language-model": model.parameters.languageModel,
	}[part];
}

/**
 * Sum of input and output widths over a part's linear layers, which equals the parameter count of rank-1 adapters.
 * Qwen2.5-7B at rank 8 on all linear layers has 20,185,088, as peft prints.
 */
function adapterWidths({ tower, projector, languageModel }: Model, part: Part): number {
	switch (part) {
		case "tower":
			return tower.layers * towerLayerWidths(tower);
		case "projector":
			// Projectors are small, so they train in full instead of with adapters.
			return "in" in projector ? projector.in + projector.out : 0;
		case "language-model":
			return languageModel.layers * languageLayerWidths(languageModel);
	}
}

function towerLayerWidths({ hidden, mlp, gatedMlp }: Tower): number {
	return 4 * 2 * hidden + (gatedMlp ? 3 : 2) * (hidden + mlp);
}

function languageLayerWidths(model: LanguageModel): number {
	const { hidden, mlp, gatedMlp, experts } = model;
	const dense = (width: number, matrices: number): number => matrices * (hidden + width);
	if (experts === undefined) return attentionWidths(model) + dense(mlp, gatedMlp ? 3 : 2);
	const shared = experts.sharedMlp === undefined ? 0 : dense(experts.sharedMlp, 3);
	return attentionWidths(model) + experts.count * dense(experts.mlp, 3) + shared;
}

function attentionWidths({
	hidden,
	heads,
	kvHeads,
	headSize,
	latentAttention: latent,
}: LanguageModel): number {
	if (latent === undefined) return 2 * (hidden + heads * headSize) + 2 * (hidden + kvHeads * headSize);
	const queries = heads * (latent.nopeHeadDim + latent.ropeHeadDim);
	const query = latent.queryRank === undefined ? hidden + queries : hidden + 2 * latent.queryRank + queries;
	const keysAndValues = heads * (latent.nopeHeadDim + latent.valueSize);
	return (
		query +
		(hidden + latent.kvLoraRank + latent.ropeHeadDim) +
		(latent.kvLoraRank + keysAndValues) +
		(heads * latent.valueSize + hidden)
	);
}
