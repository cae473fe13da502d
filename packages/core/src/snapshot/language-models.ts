/**
 * The language model that a config.json describes. If its widths match a row of facts/language-models.ts, it is that
 * row; otherwise it is built from the file. Absent keys take the class defaults from decoders.ts.
 */

import { OnevisionError } from "@onevision/base";
import { either, integer, list } from "@onevision/base/schema";
import {
	LANGUAGE_MODELS,
	type LanguageModel,
	type LanguageModelId,
	type LatentAttention,
	type UnknownLanguageModel,
} from "../facts/language-models.ts";
import { countLanguageModelParameters } from "../facts/parameters.ts";
import { DECODERS, type Decoder, type DecoderType } from "./decoders.ts";
import { expertsOf } from "./experts.ts";
import { type Section, section, show, unsupported } from "./section.ts";
import { flag, word } from "./values.ts";

/** A language model: an id from the table, its own widths, or unknown. */
type AnyLanguageModel = LanguageModelId | LanguageModel | UnknownLanguageModel;

export interface ReadLanguageModel {
	readonly languageModel: AnyLanguageModel;
	/** `max_position_embeddings`, tokens. Absent when neither the file nor a known class specifies it. */
	readonly contextTokens?: number;
	/** Embedding width, elements. NaN when the model is unknown and the file does not specify it. */
	readonly hidden: number;
	/** MLP width, elements. NaN under the same condition. */
	readonly mlp: number;
	readonly notes: readonly string[];
}

export interface TextRule {
	/** The `model_type` assumed when the file names none. */
	readonly type: DecoderType;
	/** Whether the text keys may be at the top level of config.json. */
	readonly flat?: boolean;
	/** The key of the object that holds them. Default `text_config`. */
	readonly key?: string;
	/** Other `model_type` values of that object, and the type each one stands for. */
	readonly spelled?: Readonly<Record<string, DecoderType>>;
}

const layers = integer("Layers", { min: 1, max: 512 });
const width = integer("A width, elements", { min: 1, max: 65_536 });
const wide = integer("A width, elements", { min: 1, max: 2 ** 20 });
const wides = either(wide, list("Widths, elements", wide, { min: 1, max: 512 }));
const heads = integer("Heads", { min: 1, max: 1024 });
const headSize = integer("Width of a head, elements", { min: 1, max: 4096 });
const rows = integer("Rows of the embedding table", { min: 1, max: 2 ** 24 });
const positions = integer("Positions, tokens", { min: 1, max: 2 ** 30 });
const words = list("Kinds of layer", word, { min: 0, max: 512 });
const indices = list("Layers", integer("A layer", { min: 0, max: 511 }), { min: 0, max: 512 });

/**
 * Reads the text keys. No visual token depends on them, so an unknown decoder adds a note instead of failing the count.
 * Throws `invalid-input` for values of the wrong type or out of range.
 */
export function languageModel(config: Section, rule: TextRule): ReadLanguageModel {
	const place = rule.key ?? "text_config";
	const nested = config.child(place);
	const text = nested ?? (rule.flat === true ? config : section(`config.json ${place}`, {}));
	try {
		return knownLanguageModel(config, text, nested, rule);
	} catch (error) {
		if (!(error instanceof OnevisionError) || error.code !== "unsupported") throw error;
		return unknownLanguageModel(text, nested?.read("model_type", word) ?? rule.type, error.message);
	}
}

function unknownLanguageModel(text: Section, type: string, why: string): ReadLanguageModel {
	const contextTokens = text.read("max_position_embeddings", positions);
	return {
		languageModel: { name: `the ${type} language model`, unknown: why },
		...(contextTokens === undefined ? {} : { contextTokens }),
		hidden: text.read("hidden_size", width) ?? Number.NaN,
		mlp: text.read("intermediate_size", wide) ?? Number.NaN,
		notes: [`visual tokens are exact; parameters and costs are unknown: ${why}`],
	};
}

/** Throws `unsupported` for a kind of decoder that is unknown or not fully described by its widths. */
function knownLanguageModel(
	config: Section,
	text: Section,
	nested: Section | undefined,
	rule: TextRule,
): ReadLanguageModel {
	const given = nested?.read("model_type", word) ?? rule.type;
	const kind = kindOf(given, text.path, rule);
	const at = (key: string): string => kind.keys?.[key] ?? key;
	const hidden = text.read(at("hidden_size"), width) ?? kind.hidden;
	const headCount = text.read(at("num_attention_heads"), heads) ?? kind.heads;
	const size = text.read("head_dim", headSize) ?? kind.headSize ?? Math.floor(hidden / headCount);
	if (size < 1) {
		throw unsupported(`${text.path} num_attention_heads: ${headCount} heads do not fit a width of ${hidden}`);
	}
	const depth = text.read(at("num_hidden_layers"), layers) ?? kind.layers;
	const ownKvHeads = text.isNull("num_key_value_heads") ? headCount : kind.kvHeads;
	const kvHeads = text.read("num_key_value_heads", heads) ?? ownKvHeads ?? headCount;
	const contextTokens = text.read("max_position_embeddings", positions) ?? kind.contextTokens;
	const mlp = mlpOf(text, kind, at("intermediate_size"));
	const apart = layersApart(text, kind, depth);
	const latent = latentOf(text, kind);
	const window = windowOf(text, kind, depth, 2 * kvHeads * size);
	const mixture = expertsOf(text, kind, depth, mlp);
	const shape: Shape = {
		layers: depth - apart,
		hidden,
		heads: headCount,
		...(latent === undefined
			? { kvHeads, headSize: size }
			: { kvHeads: headCount, headSize: latent.nopeHeadDim, latentAttention: latent }),
		mlp,
		gatedMlp: kind.gatedMlp ?? true,
		vocabulary: text.read(at("vocab_size"), rows) ?? kind.vocabulary,
		// The config classes forward a true value from either place to the model.
		tiedEmbeddings:
			(config.read("tie_word_embeddings", flag) ?? kind.tied ?? false) ||
			(text.read(at("tie_word_embeddings"), flag) ?? false),
		attentionBias:
			typeof kind.attentionBias === "boolean"
				? kind.attentionBias
				: (text.read(at("attention_bias"), flag) ?? kind.attentionBias.byDefault),
		qkNorm: kind.qkNorm,
		normsPerLayer: kind.normsPerLayer,
		...(window === undefined ? {} : { slidingWindow: window }),
		...(mixture === undefined ? {} : { experts: mixture }),
	};
	const name = `${given.replace(/_text(_model)?$/, "")} decoder, ${shape.layers} layers of ${hidden}`;
	const { model, notes } = match(shape, name, contextTokens, kind);
	return { languageModel: model, contextTokens, hidden, mlp, notes };
}

function kindOf(given: string, path: string, { type, flat, spelled }: TextRule): Decoder {
	const types = Object.keys(DECODERS) as DecoderType[];
	const meant = spelled !== undefined && Object.hasOwn(spelled, given) ? spelled[given] : given;
	const found = types.find((candidate) => candidate === meant) ?? (flat === true ? type : undefined);
	if (found !== undefined) return DECODERS[found];
	throw unsupported(`${path} model_type: language models of type ${show(given)} are not read here`);
}

/** A list has one width per layer (Gemma 3n); the first is used for all. */
function mlpOf(text: Section, kind: Decoder, key: string): number {
	const given = text.read(key, wides) ?? kind.mlp;
	const mlp = typeof given === "number" ? given : (given[0] ?? kind.mlp);
	if (kind.mlpRule === "half") return Math.max(1, Math.floor(mlp / 2));
	if (kind.mlpRule === undefined || (text.read("block_auto_adjust_ff_dim", flag) ?? true) === false)
		return mlp;
	const multiple = text.read("block_multiple_of", wide) ?? 256;
	return Math.ceil(Math.floor((2 * mlp) / 3) / multiple) * multiple;
}

function layersApart(text: Section, kind: Decoder, depth: number): number {
	if (kind.layersApart === undefined) return 0;
	const { key, count } = kind.layersApart;
	const apart = text.read(key, indices)?.length ?? count;
	if (apart < depth) return apart;
	throw unsupported(`${text.path} ${key}: ${apart} of ${depth} layers leave none for self-attention`);
}

function latentOf(text: Section, kind: Decoder): LatentAttention | undefined {
	// DeepSeek-VL2-Tiny has DeepSeek-V2's keys but plain attention.
	if (kind.latent === undefined || text.read("use_mla", flag) === false) return undefined;
	const queryRank = text.isNull("q_lora_rank")
		? undefined
		: (text.read("q_lora_rank", width) ?? kind.latent.queryRank);
	return {
		...(queryRank === undefined ? {} : { queryRank }),
		kvLoraRank: text.read("kv_lora_rank", width) ?? 512,
		nopeHeadDim: text.read("qk_nope_head_dim", headSize) ?? 128,
		ropeHeadDim: text.read("qk_rope_head_dim", headSize) ?? 64,
		valueSize: text.read("v_head_dim", headSize) ?? 128,
	};
}

/** `keptElements` is the number of elements that a layer with plain attention caches per token. */
function windowOf(
	text: Section,
	{ memory }: Decoder,
	depth: number,
	keptElements: number,
): LanguageModel["slidingWindow"] {
	if (memory === undefined) return undefined;
	if (memory.kind === "window" && text.isNull(memory.key)) return undefined;
	const fullLayers = fullLayersOf(text, memory.fullEvery, depth);
	if (fullLayers === depth) return undefined;
	if (memory.kind === "window") {
		return { tokens: text.read(memory.key, positions) ?? memory.tokens, fullLayers };
	}
	const valueHeads = text.read("linear_num_value_heads", heads) ?? 32;
	const stateSize =
		valueHeads *
		(text.read("linear_key_head_dim", headSize) ?? 128) *
		(text.read("linear_value_head_dim", headSize) ?? 128);
	return { tokens: Math.ceil(stateSize / keptElements), fullLayers };
}

function fullLayersOf(text: Section, byClass: number | undefined, depth: number): number {
	const named = text.read("layer_types", words);
	if (named !== undefined) return Math.min(depth, named.filter((name) => name === "full_attention").length);
	const listed = text.read("full_attn_idxs", indices);
	if (listed !== undefined) return Math.min(depth, listed.length);
	const every =
		text.read("sliding_window_pattern", layers) ?? text.read("full_attention_interval", layers) ?? byClass;
	return every === undefined ? 0 : Math.floor(depth / every);
}

type Shape = Omit<LanguageModel, "name" | "parameters" | "source" | "contextTokens" | "beyondWidths">;

/** Properties that identify a language model. Its context length is not among them, because it varies by checkpoint. */
const SHAPE_KEYS = [
	"layers",
	"hidden",
	"heads",
	"kvHeads",
	"headSize",
	"latentAttention",
	"gatedMlp",
	"vocabulary",
	"tiedEmbeddings",
	"attentionBias",
	"qkNorm",
	"normsPerLayer",
	"slidingWindow",
	"experts",
] as const satisfies readonly (keyof Shape)[];

/** The table row with these widths, or else a new language model. */
function match(
	shape: Shape,
	name: string,
	contextTokens: number,
	{ beyond }: Decoder,
): { readonly model: AnyLanguageModel; readonly notes: readonly string[] } {
	const same = (row: LanguageModel): boolean =>
		// Of two models with equal widths, one may have parameters beyond them (Llama 3.1 and Llama 3.2 Vision).
		(row.beyondWidths === undefined) === (beyond === undefined) &&
		// When every layer has experts, the plain MLP width is unused.
		(hasOnlyExperts(shape) || row.mlp === shape.mlp) &&
		SHAPE_KEYS.every((key) => JSON.stringify(row[key]) === JSON.stringify(shape[key]));
	const ids = (Object.keys(LANGUAGE_MODELS) as LanguageModelId[]).filter((id) => same(LANGUAGE_MODELS[id]));
	const found = ids.find((id) => LANGUAGE_MODELS[id].contextTokens === contextTokens) ?? ids[0];
	if (found !== undefined) return { model: found, notes: [] };
	const custom: LanguageModel = {
		...shape,
		name,
		contextTokens,
		parameters: 0,
		source: "widths of config.json text_config",
	};
	const notes =
		beyond === undefined
			? []
			: [`tokens are exact; parameters, memory and FLOPs of the language model leave out ${beyond}`];
	return { model: { ...custom, parameters: countLanguageModelParameters(custom).total }, notes };
}

function hasOnlyExperts({ experts }: Shape): boolean {
	return experts !== undefined && experts.denseLayers === undefined;
}
