/** The decoder of a checkpoint: widths from counting, arithmetic from config.json. */

import { OnevisionError } from "@onevision/base";
import { AXES, frequencyAxes, type LanguageModel, type PositionRule } from "@onevision/core";
import type { DecoderShape } from "../modules/decoder.ts";
import { ACTIVATION_NAMES, type ConfigSection } from "./section.ts";

interface DecoderKind {
	/** Tokens that attention sees when config.json does not say. */
	readonly window?: number;
	/** Other class defaults of the configuration. */
	readonly epsilon?: number;
	readonly ropeTheta?: number;
}

const QWEN2_5_VL: DecoderKind = { epsilon: 1e-5, ropeTheta: 1e6 };

/** Kinds of decoder by the names of configurations, that of a whole model where its text stands at the top. */
const DECODERS = {
	llama: {},
	mistral: { window: 4096 },
	qwen2: {},
	qwen2_5_vl_text: QWEN2_5_VL,
	qwen2_5_vl: QWEN2_5_VL,
} as const satisfies Record<string, DecoderKind>;

/** Kinds whose sliding window is off unless config.json turns it on. */
const WINDOW_BY_FLAG: readonly string[] = ["qwen2", "qwen2_5_vl_text", "qwen2_5_vl"];

export interface ReadDecoder {
	readonly shape: DecoderShape;
	/** Tokens that attention sees; `undefined`: all. */
	readonly window: number | undefined;
}

/** Throws `unsupported` for decoders that are not run here, `invalid-input` for values out of range. */
export function readDecoder(
	config: ConfigSection,
	model: LanguageModel,
	positions: PositionRule,
): ReadDecoder {
	const text = config.has("text_config") ? config.child("text_config") : config;
	const kinds = Object.keys(DECODERS) as (keyof typeof DECODERS)[];
	const kind = text.choice("model_type", kinds, "llama");
	const defaults: DecoderKind = DECODERS[kind];
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
	const rotaryAxes = readRotaryAxes(text, model, positions);
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
			epsilon: text.positive("rms_norm_eps", defaults.epsilon ?? 1e-6),
			ropeTheta: ropeTheta(text, rotaryAxes === undefined ? ["default"] : ["default", "mrope"], defaults),
			...(rotaryAxes === undefined ? {} : { rotaryAxes }),
		},
		window: slidingWindow(text, kind, defaults),
	};
}

/** The axis of each rotary frequency; `undefined` where a token has one position. */
function readRotaryAxes(
	text: ConfigSection,
	{ headSize }: LanguageModel,
	positions: PositionRule,
): readonly number[] | undefined {
	if (positions.kind === "sequential") return undefined;
	if (positions.kind === "xdrope") {
		throw new OnevisionError("unsupported", `${text.path}: positions of four axes are counted here, not run`);
	}
	const axes = frequencyAxes(positions).map((axis) => AXES.indexOf(axis));
	if (axes.length === headSize / 2) return axes;
	throw new OnevisionError(
		"invalid-input",
		`${text.path} mrope_section: ${axes.length} frequencies, a head of ${headSize} has ${headSize / 2}`,
	);
}

/** The key stands at the top since transformers 5, before that in the text config; transformers takes either. */
function isTied(config: ConfigSection, text: ConfigSection): boolean {
	return config.flag("tie_word_embeddings", false) || text.flag("tie_word_embeddings", false);
}

/** `rope_parameters` since transformers 5; `rope_theta` and `rope_scaling` before. */
function ropeTheta(text: ConfigSection, types: readonly string[], defaults: DecoderKind): number {
	for (const key of ["rope_parameters", "rope_scaling"]) {
		const rope = text.child(key);
		rope.choice("rope_type", types, "default");
		rope.choice("type", types, "default");
	}
	const fallback = text.positive("rope_theta", defaults.ropeTheta ?? 10_000);
	return text.child("rope_parameters").positive("rope_theta", fallback);
}

/** Tokens that attention sees, itself included. Up to there a window changes nothing, and no further is run. */
function slidingWindow(text: ConfigSection, kind: string, { window }: DecoderKind): number | undefined {
	if (WINDOW_BY_FLAG.includes(kind)) {
		return text.flag("use_sliding_window", false) ? text.positive("sliding_window", 4096) : undefined;
	}
	if (window === undefined) return undefined;
	// An explicit null turns the window off; the class default is on.
	return text.isNull("sliding_window") ? undefined : text.positive("sliding_window", window);
}
