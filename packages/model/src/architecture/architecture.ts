/**
 * What a checkpoint computes, as plain data: the shapes of its tower, projector and decoder, and its special tokens. Widths
 * come from the checkpoint that counting reads; config.json gives what counting does not need. Absent keys take the class
 * defaults of transformers 5.18, models/<type>/configuration_<type>.py.
 */

import { OnevisionError } from "@onevision/base";
import { type Checkpoint, type LanguageModel, modelOf, type Tower } from "@onevision/core";
import type { Activation } from "@onevision/graph";
import { MODEL_FAMILIES, type ModelFamily, modelFamily } from "../families/index.ts";
import type { DecoderShape } from "../modules/decoder.ts";
import type { ProjectorShape } from "../modules/projector.ts";
import type { TowerShape } from "../modules/tower.ts";
import { ConfigSection } from "./section.ts";

export interface Architecture {
	readonly family: ModelFamily;
	readonly tower: TowerShape;
	readonly projector: ProjectorShape;
	readonly decoder: DecoderShape;
	/** Positions that the decoder can number, and that its attention sees; `undefined` when unknown. */
	readonly contextTokens: number | undefined;
	/** Ids of the placeholders. */
	readonly placeholders: { readonly image: number; readonly video?: number };
}

/** Activation and epsilon by the kind of tower. */
const TOWERS = {
	siglip_vision_model: { activation: "gelu_pytorch_tanh", epsilon: 1e-6 },
	clip_vision_model: { activation: "quick_gelu", epsilon: 1e-5 },
} as const satisfies Record<string, { readonly activation: Activation; readonly epsilon: number }>;

/** Kinds of decoder, and whether attention sees only the last tokens when config.json does not say. */
const DECODERS = {
	llama: { window: undefined },
	mistral: { window: 4096 },
	qwen2: { window: undefined },
} as const satisfies Record<string, { readonly window: number | undefined }>;

const ACTIVATION_NAMES = [
	"gelu",
	"gelu_pytorch_tanh",
	"quick_gelu",
	"silu",
] as const satisfies readonly Activation[];

/**
 * Reads an architecture. Throws `unsupported` for families and modules that are not run here, `invalid-input` for values
 * out of range.
 */
export function readArchitecture(checkpoint: Checkpoint, configFile: unknown): Architecture {
	const family = modelFamily(checkpoint.family);
	if (family === undefined) {
		throw new OnevisionError(
			"unsupported",
			`${checkpoint.title} can be counted, not run; families that run: ${MODEL_FAMILIES.join(", ")}`,
		);
	}
	const config = new ConfigSection("config.json", configFile);
	const { tower, languageModel } = modelOf(checkpoint.parts);
	const decoder = readDecoder(config, languageModel);
	const video = config.id("video_token_index") ?? config.id("video_token_id") ?? family.placeholders.video;
	return {
		family,
		tower: readTower(config, tower, family),
		projector: {
			inputs: tower.hidden,
			outputs: languageModel.hidden,
			hasBias: config.flag("multimodal_projector_bias", true),
			activation: config.choice("projector_hidden_act", ACTIVATION_NAMES, "gelu"),
		},
		decoder: decoder.shape,
		contextTokens: smallest(checkpoint.contextTokens, decoder.window),
		placeholders: {
			image: config.id("image_token_index") ?? config.id("image_token_id") ?? family.placeholders.image,
			...(video === undefined ? {} : { video }),
		},
	};
}

function readTower(config: ConfigSection, tower: Tower, family: ModelFamily): TowerShape {
	const vision = config.child("vision_config");
	const kinds = Object.keys(TOWERS) as (keyof typeof TOWERS)[];
	const kind = TOWERS[vision.choice("model_type", kinds, family.tower.kind)];
	const strategy = config.choice(
		"vision_feature_select_strategy",
		["default", "full"],
		family.tower.selectStrategy,
	);
	const taken = config.index("vision_feature_layer", family.tower.featureLayer);
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

/** Widths from counting, arithmetic from config.json. */
function readDecoder(
	config: ConfigSection,
	model: LanguageModel,
): { readonly shape: DecoderShape; readonly window: number | undefined } {
	const text = config.child("text_config");
	const kinds = Object.keys(DECODERS) as (keyof typeof DECODERS)[];
	const kind = text.choice("model_type", kinds, "llama");
	for (const key of ["mlp_bias", ...(kind === "llama" ? ["attention_bias"] : [])]) {
		if (text.flag(key, false)) throw new OnevisionError("unsupported", `${text.path} ${key}: not run here`);
	}
	if (model.experts !== undefined || model.latentAttention !== undefined || !model.gatedMlp || model.qkNorm) {
		throw new OnevisionError("unsupported", `${model.name}: its decoder is not run here, only counted`);
	}
	if (model.heads % model.kvHeads !== 0 || model.headSize % 2 !== 0) {
		throw new OnevisionError(
			"unsupported",
			`${text.path}: ${model.heads} heads of ${model.headSize} over ${model.kvHeads} key-value heads`,
		);
	}
	return {
		shape: {
			layers: model.layers,
			hidden: model.hidden,
			heads: model.heads,
			kvHeads: model.kvHeads,
			headDim: model.headSize,
			mlp: model.mlp,
			vocabulary: model.vocabulary,
			attentionBias: model.attentionBias,
			tiedEmbeddings: isTied(config, text),
			activation: text.choice("hidden_act", ACTIVATION_NAMES, "silu"),
			epsilon: text.positive("rms_norm_eps", 1e-6),
			ropeTheta: ropeTheta(text),
		},
		window: slidingWindow(text, kind),
	};
}

/** The key stands at the top since transformers 5, before that in the text config; transformers takes either. */
function isTied(config: ConfigSection, text: ConfigSection): boolean {
	return config.flag("tie_word_embeddings", false) || text.flag("tie_word_embeddings", false);
}

/** `rope_parameters` since transformers 5; `rope_theta` and `rope_scaling` before. */
function ropeTheta(text: ConfigSection): number {
	for (const key of ["rope_parameters", "rope_scaling"]) {
		const rope = text.child(key);
		rope.choice("rope_type", ["default"], "default");
		rope.choice("type", ["default"], "default");
	}
	return text.child("rope_parameters").positive("rope_theta", text.positive("rope_theta", 10_000));
}

/** Tokens that attention sees, itself included. Up to there a window changes nothing, and no further is run. */
function slidingWindow(text: ConfigSection, kind: keyof typeof DECODERS): number | undefined {
	if (kind === "qwen2") {
		return text.flag("use_sliding_window", false) ? text.positive("sliding_window", 4096) : undefined;
	}
	const { window } = DECODERS[kind];
	if (window === undefined) return undefined;
	// An explicit null turns the window off; the class default is on.
	return text.isNull("sliding_window") ? undefined : text.positive("sliding_window", window);
}

function smallest(...limits: readonly (number | undefined)[]): number | undefined {
	const known = limits.filter((limit) => limit !== undefined);
	return known.length === 0 ? undefined : Math.min(...known);
}
