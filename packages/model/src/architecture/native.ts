/** Towers of native resolution, with their merger: Qwen2.5-VL's. Other generations of Qwen-VL are only counted. */

import { OnevisionError } from "@onevision/base";
import type { LanguageModel, Model, Tower } from "@onevision/core";
import type { MergerShape, NativeTowerShape } from "../modules/native-tower.ts";
import { ACTIVATION_NAMES, type ConfigSection } from "./section.ts";

export interface NativeVision {
	readonly form: "native";
	readonly tower: NativeTowerShape;
	readonly projector: MergerShape;
}

/** Of the norms; no file says otherwise. */
const EPSILON = 1e-6;
const WINDOW_SIZE = 112;
const FULL_LAYERS: readonly number[] = [7, 15, 23, 31];

/** Throws `unsupported` for towers that are not run here. */
export function readNative(
	config: ConfigSection,
	tower: Tower,
	languageModel: LanguageModel,
	projector: Model["projector"],
): NativeVision {
	const { hidden, heads, patchSize, attention } = tower;
	const vision = config.child("vision_config");
	const isRun =
		attention !== "full" &&
		tower.gatedMlp &&
		tower.norm === "rms" &&
		tower.positionParameters === 0 &&
		tower.deepstack === undefined &&
		projector.kind === "patch-merger";
	if (!isRun) {
		throw new OnevisionError(
			"unsupported",
			`${tower.name}: counted here, not run; of the Qwen-VL family Qwen2.5-VL is run`,
		);
	}
	if (hidden % (4 * heads) !== 0) {
		throw new OnevisionError("unsupported", `${tower.name}: a width of ${hidden} over ${heads} heads`);
	}
	const outputs = vision.positive("out_hidden_size", languageModel.hidden);
	if (outputs !== languageModel.hidden) {
		throw new OnevisionError(
			"invalid-input",
			`${vision.path} out_hidden_size: ${outputs}, the language model is ${languageModel.hidden} wide`,
		);
	}
	const { merge } = projector;
	const fullLayers = vision.has("fullatt_block_indexes") ? vision.ids("fullatt_block_indexes") : FULL_LAYERS;
	const rope = vision.child("rope_parameters");
	rope.choice("rope_type", ["axial", "default"], "axial");
	return {
		form: "native",
		tower: {
			layers: tower.layers,
			hidden,
			heads,
			mlp: tower.mlp,
			patchSize,
			temporalPatch: tower.temporalPatch ?? 1,
			merge,
			window: Math.floor(vision.positive("window_size", WINDOW_SIZE) / merge / patchSize),
			fullLayers,
			ropeTheta: rope.positive("rope_theta", 10_000),
			activation: vision.choice("hidden_act", ACTIVATION_NAMES, "silu"),
			epsilon: EPSILON,
		},
		projector: { inputs: hidden, outputs, merge, epsilon: EPSILON },
	};
}
