/**
 * The language model a config.json describes. One with the widths of a row of facts/language-models.ts is that row,
 * any other is built from the file. Absent keys have the class defaults of transformers 5.18, src/transformers/models/
 * <type>/configuration_<type>.py.
 */

import { LANGUAGE_MODELS, type LanguageModel, type LanguageModelId } from "../facts/language-models.ts";
import { countLanguageModelParameters } from "../facts/parameters.ts";
import { nearest } from "../nearest.ts";
import { integer } from "../schema.ts";
import { type Section, section, show, unsupported } from "./section.ts";
import { flag, word } from "./values.ts";

/** A language model: an id of the table, or its own widths. */
export type AnyLanguageModel = LanguageModelId | LanguageModel;

export interface ReadLanguageModel {
	readonly languageModel: AnyLanguageModel;
	/** `max_position_embeddings`, tokens. */
	readonly contextTokens: number;
	/** Width of an embedding, elements. */
	readonly hidden: number;
	readonly notes: readonly string[];
}

/** Class defaults of one kind of decoder, and what its modules are like. */
interface Kind {
	readonly vocabulary: number;
	readonly hidden: number;
	readonly mlp: number;
	readonly layers: number;
	readonly heads: number;
	/** Absent: as many as heads. */
	readonly kvHeads?: number;
	/** Absent: `hidden / heads`. */
	readonly headSize?: number;
	readonly contextTokens: number;
	readonly tied?: boolean;
	/** "config": as `attention_bias` says, false by default. */
	readonly attentionBias: boolean | "config";
	readonly qkNorm: boolean;
	readonly normsPerLayer: 2 | 4;
	/** Class default of `sliding_window`; absent: the class has no window or switches it off. */
	readonly window?: number;
	/** One layer in this many sees everything where `layer_types` is absent; absent: none does. */
	readonly fullEvery?: number;
	readonly experts?: { readonly count: number; readonly active: number; readonly mlp: number };
}

const LLAMA = {
	vocabulary: 32_000,
	hidden: 4096,
	mlp: 11_008,
	layers: 32,
	heads: 32,
	contextTokens: 2048,
	attentionBias: "config",
	qkNorm: false,
	normsPerLayer: 2,
} as const;
const QWEN_2 = {
	vocabulary: 151_936,
	hidden: 4096,
	mlp: 22_016,
	layers: 32,
	heads: 32,
	kvHeads: 32,
	contextTokens: 32_768,
	attentionBias: true,
	qkNorm: false,
	normsPerLayer: 2,
} as const;
const QWEN_2_VL = {
	...QWEN_2,
	vocabulary: 152_064,
	hidden: 8192,
	mlp: 29_568,
	layers: 80,
	heads: 64,
	kvHeads: 8,
} as const;
const QWEN_3 = { ...QWEN_2, headSize: 128, attentionBias: "config", qkNorm: true } as const;
const GEMMA_2 = {
	vocabulary: 256_000,
	hidden: 2304,
	mlp: 9216,
	layers: 26,
	heads: 8,
	kvHeads: 4,
	headSize: 256,
	contextTokens: 8192,
	tied: true,
	attentionBias: "config",
	qkNorm: false,
	normsPerLayer: 4,
	window: 4096,
	fullEvery: 2,
} as const;

/** Decoders by the `model_type` of `text_config`. */
const KINDS = {
	llama: LLAMA,
	mistral: {
		...LLAMA,
		mlp: 14_336,
		kvHeads: 8,
		contextTokens: 131_072,
		attentionBias: false,
		window: 4096,
	},
	qwen2: QWEN_2,
	qwen2_vl_text: QWEN_2_VL,
	qwen2_5_vl_text: QWEN_2_VL,
	qwen3: QWEN_3,
	qwen3_vl_text: { ...QWEN_3, contextTokens: 128_000 },
	qwen3_vl_moe_text: {
		vocabulary: 151_936,
		hidden: 2048,
		mlp: 5632,
		layers: 24,
		heads: 16,
		kvHeads: 16,
		contextTokens: 128_000,
		attentionBias: "config",
		qkNorm: true,
		normsPerLayer: 2,
		experts: { count: 60, active: 4, mlp: 1408 },
	},
	gemma: {
		vocabulary: 256_000,
		hidden: 3072,
		mlp: 24_576,
		layers: 28,
		heads: 16,
		kvHeads: 16,
		headSize: 256,
		contextTokens: 8192,
		tied: true,
		attentionBias: "config",
		qkNorm: false,
		normsPerLayer: 2,
	},
	gemma2: GEMMA_2,
	gemma3_text: { ...GEMMA_2, vocabulary: 262_208, contextTokens: 131_072, qkNorm: true, fullEvery: 6 },
} as const satisfies Record<string, Kind>;

export type LanguageModelType = keyof typeof KINDS;

const layers = integer("Layers", { min: 1, max: 512 });
const width = integer("A width, elements", { min: 1, max: 65_536 });
const wide = integer("A width, elements", { min: 1, max: 2 ** 20 });
const heads = integer("Heads", { min: 1, max: 1024 });
const headSize = integer("Width of a head, elements", { min: 1, max: 4096 });
const rows = integer("Rows of the embedding table", { min: 1, max: 2 ** 24 });
const positions = integer("Positions, tokens", { min: 1, max: 2 ** 30 });
const experts = integer("Experts", { min: 1, max: 1024 });

/**
 * Reads `text_config`, or config.json itself where a model keeps its text keys there (`flat`).
 * Throws `unsupported` for a kind of decoder that is not known, `invalid-input` for values out of range.
 */
export function languageModel(
	config: Section,
	{ type, flat = false }: { readonly type: LanguageModelType; readonly flat?: boolean },
): ReadLanguageModel {
	const nested = config.child("text_config");
	const text = nested ?? (flat ? config : section("config.json text_config", {}));
	const given = nested?.read("model_type", word) ?? type;
	const kind = kindOf(given, text.path, flat ? type : undefined);
	const hidden = text.read("hidden_size", width) ?? kind.hidden;
	const headCount = text.read("num_attention_heads", heads) ?? kind.heads;
	const size = text.read("head_dim", headSize) ?? kind.headSize ?? Math.floor(hidden / headCount);
	if (size < 1) {
		throw unsupported(`${text.path} num_attention_heads: ${headCount} heads do not fit a width of ${hidden}`);
	}
	const depth = text.read("num_hidden_layers", layers) ?? kind.layers;
	const ownKvHeads = text.isNull("num_key_value_heads") ? headCount : kind.kvHeads;
	const contextTokens = text.read("max_position_embeddings", positions) ?? kind.contextTokens;
	const window = windowOf(text, kind, depth);
	const mixture = expertsOf(text, kind);
	const shape: Shape = {
		layers: depth,
		hidden,
		heads: headCount,
		kvHeads: text.read("num_key_value_heads", heads) ?? ownKvHeads ?? headCount,
		headSize: size,
		mlp: text.read("intermediate_size", wide) ?? kind.mlp,
		gatedMlp: true,
		vocabulary: text.read("vocab_size", rows) ?? kind.vocabulary,
		// The config classes forward a true of either place to the model.
		tiedEmbeddings:
			(config.read("tie_word_embeddings", flag) ?? kind.tied ?? false) ||
			(text.read("tie_word_embeddings", flag) ?? false),
		attentionBias:
			kind.attentionBias === "config" ? (text.read("attention_bias", flag) ?? false) : kind.attentionBias,
		qkNorm: kind.qkNorm,
		normsPerLayer: kind.normsPerLayer,
		...(window === undefined ? {} : { slidingWindow: window }),
		...(mixture === undefined ? {} : { experts: mixture }),
	};
	const name = `${given.replace(/_text$/, "")} decoder, ${depth} layers of ${hidden}`;
	return { languageModel: match(shape, name, contextTokens), contextTokens, hidden, notes: [] };
}

function kindOf(given: string, path: string, flatType: LanguageModelType | undefined): Kind {
	const types = Object.keys(KINDS) as LanguageModelType[];
	const found = types.find((type) => type === given) ?? flatType;
	if (found !== undefined) return KINDS[found];
	const hint = nearest(given, types);
	throw unsupported(
		`${path} model_type: language models of type ${show(given)} are not read here${hint === undefined ? "" : `; the nearest is ${hint}`}; known: ${types.join(", ")}`,
	);
}

function windowOf(text: Section, kind: Kind, depth: number): LanguageModel["slidingWindow"] {
	if (kind.window === undefined || text.isNull("sliding_window")) return undefined;
	const tokens = text.read("sliding_window", positions) ?? kind.window;
	// transformers 5.18: every second (Gemma 2) or sixth (Gemma 3) layer is full; older files name the pattern.
	const every = text.read("sliding_window_pattern", layers) ?? kind.fullEvery;
	return { tokens, fullLayers: every === undefined ? 0 : Math.floor(depth / every) };
}

function expertsOf(text: Section, kind: Kind): LanguageModel["experts"] {
	if (kind.experts === undefined) return undefined;
	const step = text.read("decoder_sparse_step", layers) ?? 1;
	if (step !== 1) {
		throw unsupported(`${text.path} decoder_sparse_step: ${step}; only mixtures in every layer are read`);
	}
	const count = text.read("num_experts", experts) ?? kind.experts.count;
	const active = text.read("num_experts_per_tok", experts) ?? kind.experts.active;
	if (active > count) {
		throw unsupported(`${text.path} num_experts_per_tok: ${active} of ${count} experts`);
	}
	return { count, active, mlp: text.read("moe_intermediate_size", width) ?? kind.experts.mlp };
}

type Shape = Omit<LanguageModel, "name" | "parameters" | "source" | "contextTokens" | "beyondWidths">;

/** Keys that make a language model what it is; positions are a checkpoint's own. */
const SHAPE_KEYS = [
	"layers",
	"hidden",
	"heads",
	"kvHeads",
	"headSize",
	"gatedMlp",
	"vocabulary",
	"tiedEmbeddings",
	"attentionBias",
	"qkNorm",
	"normsPerLayer",
	"slidingWindow",
	"experts",
] as const satisfies readonly (keyof Shape)[];

/** The row of the table with these widths, else a language model of its own. */
function match(shape: Shape, name: string, contextTokens: number): AnyLanguageModel {
	const same = (row: LanguageModel): boolean =>
		// With experts in every layer the plain width is unused.
		(shape.experts !== undefined || row.mlp === shape.mlp) &&
		SHAPE_KEYS.every((key) => JSON.stringify(row[key]) === JSON.stringify(shape[key]));
	const ids = (Object.keys(LANGUAGE_MODELS) as LanguageModelId[]).filter((id) => same(LANGUAGE_MODELS[id]));
	const found = ids.find((id) => LANGUAGE_MODELS[id].contextTokens === contextTokens) ?? ids[0];
	if (found !== undefined) return found;
	const custom: LanguageModel = {
		...shape,
		name,
		contextTokens,
		parameters: 0,
		source: "widths of config.json text_config",
	};
	return { ...custom, parameters: countLanguageModelParameters(custom).total };
}
