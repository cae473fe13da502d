/** Towers over views of one size, with their projector: LLaVA's. */

import { OnevisionError } from "@onevision/base";
import { type LanguageModel, POOLING_MODES, type Tower } from "@onevision/core";
import type { Activation } from "@onevision/graph";
import type { Pooling, TilesForm } from "../families/family.ts";
import type { ProjectorShape } from "../modules/projector.ts";
import type { TowerShape } from "../modules/tower.ts";
import { ACTIVATION_NAMES, type ConfigSection } from "./section.ts";

export interface TilesVision {
	readonly form: "tiles";
	readonly tower: TowerShape;
	readonly projector: ProjectorShape;
	/** How the features of a frame are pooled before they are projected. Absent: they are not. */
	readonly framePooling?: Pooling;
}

/** Activation and epsilon by the kind of tower. */
const TOWERS = {
	siglip_vision_model: { activation: "gelu_pytorch_tanh", epsilon: 1e-6 },
	clip_vision_model: { activation: "quick_gelu", epsilon: 1e-5 },
} as const satisfies Record<string, { readonly activation: Activation; readonly epsilon: number }>;

/** Throws `unsupported` for towers that are not run here. */
export function readTiles(
	config: ConfigSection,
	tower: Tower,
	languageModel: LanguageModel,
	form: TilesForm,
): TilesVision {
	const framePooling = form.poolsFramesFirst === true ? readFramePooling(config) : undefined;
	return {
		form: "tiles",
		tower: readTower(config, tower, form),
		projector: {
			inputs: tower.hidden,
			outputs: languageModel.hidden,
			hasBias: config.flag("multimodal_projector_bias", true),
			activation: config.choice("projector_hidden_act", ACTIVATION_NAMES, "gelu"),
		},
		...(framePooling === undefined ? {} : { framePooling }),
	};
}

function readFramePooling(config: ConfigSection): Pooling {
	const modes = POOLING_MODES.filter((mode) => mode !== "bilinear");
	return {
		stride: config.positive("spatial_pool_stride", 2),
		mode: config.choice("spatial_pool_mode", modes, "average"),
	};
}

function readTower(config: ConfigSection, tower: Tower, form: TilesForm): TowerShape {
	const vision = config.child("vision_config");
	const kinds = Object.keys(TOWERS) as (keyof typeof TOWERS)[];
	const kind = TOWERS[vision.choice("model_type", kinds, form.tower)];
	const strategy = config.choice("vision_feature_select_strategy", ["default", "full"], form.selectStrategy);
	const taken = config.index("vision_feature_layer", form.featureLayer);
	const layers = taken < 0 ? tower.layers + 1 + taken : taken;
	if (layers < 1 || layers > tower.layers) {
		throw new OnevisionError(
			"unsupported",
			`config.json vision_feature_layer: ${taken} is not the output of one of ${tower.layers} layers`,
		);
	}
	const { hidden, heads, imageSize } = tower;
	if (imageSize === undefined || hidden % heads !== 0) {
		throw new OnevisionError("unsupported", `${tower.name}: a width of ${hidden} over ${heads} heads`);
	}
	return {
		layers,
		hidden,
		heads,
		mlp: tower.mlp,
		imageSize,
		patchSize: tower.patchSize,
		classTokens: tower.classTokens,
		dropsClassTokens: strategy === "default",
		preNorm: tower.preNorm,
		patchBias: tower.patchBias,
		activation: vision.choice("hidden_act", ACTIVATION_NAMES, kind.activation),
		epsilon: vision.positive("layer_norm_eps", kind.epsilon),
	};
}
