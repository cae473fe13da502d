/**
 * Kinds of language model by the `model_type` of `text_config`: class defaults for keys absent from a file, and the
 * names of each class's width keys. Source: transformers 5.18 src/transformers/models/<type>/configuration_<type>.py
 * and modeling_<type>.py. Moonlight and DeepSeek-VL2 ship their own deepseek_v3 and deepseek_v2, with the same keys.
 * molmo is config_molmo.py of huggingface.co/allenai/Molmo-7B-D-0924; internlm2 is configuration_internlm2.py of
 * huggingface.co/OpenGVLab/InternVL2-2B.
 */

/** Which layers see only part of the context, and how much of it. */
type Memory =
	/**
	 * Only the last `tokens` tokens, in all layers except every `fullEvery`-th. A file's `layer_types` takes precedence.
	 */
	| { readonly kind: "window"; readonly key: string; readonly tokens: number; readonly fullEvery?: number }
	/** A fixed-size state instead of keys and values, in all layers except every `fullEvery`-th (Gated DeltaNet). */
	| { readonly kind: "state"; readonly fullEvery: number };

/** Widths and config keys of a mixture of experts. */
export interface Experts {
	readonly count: number;
	/** Absent: the class has no default, so a file must specify it. */
	readonly active?: number;
	readonly mlp: number;
	readonly keys: { readonly count: string; readonly active: string; readonly mlp: string };
	/** Width of the shared MLP that every token goes through: a width of its own, or a number of experts side by side. */
	readonly shared?:
		| { readonly key: string; readonly width: number }
		| { readonly key: string; readonly times: number }
		| { readonly mlpOf: "expert" | "layer" };
	/** Class default for the number of leading layers without experts. */
	readonly dense?: number;
	/** A switch that must be on, because Gemma 4's dense sizes have the same type. */
	readonly switch?: string;
}

/** Class defaults and module structure of one kind of decoder. */
export interface Decoder {
	readonly vocabulary: number;
	readonly hidden: number;
	readonly mlp: number;
	readonly layers: number;
	readonly heads: number;
	/** Absent: same as heads. */
	readonly kvHeads?: number;
	/** Absent: `hidden / heads`. */
	readonly headSize?: number;
	readonly contextTokens: number;
	readonly tied?: boolean;
	/** Fixed by the class, or the default of `attention_bias`. */
	readonly attentionBias: boolean | { readonly byDefault: boolean };
	readonly qkNorm: boolean;
	readonly normsPerLayer: 1 | 2 | 4;
	/** False: an up and a down matrix only. Absent: gated. */
	readonly gatedMlp?: false;
	readonly memory?: Memory;
	readonly experts?: Experts;
	/** Keys and values are computed from one vector per token; `kv_lora_rank` and related keys are read. */
	readonly latent?: { readonly queryRank: number };
	/** Names of width keys that differ from Llama's. */
	readonly keys?: Readonly<Record<string, string>>;
	/** Layers listed under this key are not self-attention layers (cross-attention in Llama 3.2 Vision). */
	readonly layersApart?: { readonly key: string; readonly count: number };
	/**
	 * How `intermediate_size` becomes the MLP width: two thirds, rounded up (LFM2); or half, because gate and up share it
	 * (Molmo).
	 */
	readonly mlpRule?: "two-thirds" | "half";
	/** What the widths do not describe. A row of the fact table may give the difference. */
	readonly beyond?: string;
}

const BY_CONFIG = { byDefault: false } as const;
const LLAMA = {
	vocabulary: 32_000,
	hidden: 4096,
	mlp: 11_008,
	layers: 32,
	heads: 32,
	contextTokens: 2048,
	attentionBias: BY_CONFIG,
	qkNorm: false,
	normsPerLayer: 2,
} as const;
const QWEN_2 = {
	...LLAMA,
	vocabulary: 151_936,
	mlp: 22_016,
	kvHeads: 32,
	contextTokens: 32_768,
	attentionBias: true,
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
const QWEN_3 = { ...QWEN_2, headSize: 128, attentionBias: BY_CONFIG, qkNorm: true } as const;
const QWEN_3_EXPERTS = {
	...QWEN_2,
	hidden: 2048,
	layers: 24,
	attentionBias: BY_CONFIG,
	qkNorm: true,
} as const;
const QWEN_EXPERTS = {
	count: "num_experts",
	active: "num_experts_per_tok",
	mlp: "moe_intermediate_size",
} as const;
const QWEN_3_5 = {
	...QWEN_3,
	vocabulary: 248_320,
	mlp: 12_288,
	heads: 16,
	kvHeads: 4,
	headSize: 256,
	memory: { kind: "state", fullEvery: 4 },
	beyond: "gated attention and Gated DeltaNet layers",
} as const;
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
	attentionBias: BY_CONFIG,
	qkNorm: false,
	normsPerLayer: 4,
	memory: { kind: "window", key: "sliding_window", tokens: 4096, fullEvery: 2 },
} as const;
const GEMMA_3 = {
	...GEMMA_2,
	vocabulary: 262_208,
	contextTokens: 131_072,
	qkNorm: true,
	memory: { kind: "window", key: "sliding_window", tokens: 4096, fullEvery: 6 },
} as const;
const COHERE = {
	...LLAMA,
	vocabulary: 256_000,
	hidden: 8192,
	mlp: 22_528,
	layers: 40,
	heads: 64,
	contextTokens: 8192,
	tied: true,
	normsPerLayer: 1,
} as const;
const DEEPSEEK_EXPERTS = {
	count: "n_routed_experts",
	active: "num_experts_per_tok",
	mlp: "moe_intermediate_size",
} as const;
const DEEPSEEK_V2 = {
	...LLAMA,
	vocabulary: 102_400,
	experts: {
		count: 64,
		mlp: 1407,
		keys: DEEPSEEK_EXPERTS,
		shared: { key: "n_shared_experts", times: 2 },
		dense: 0,
	},
} as const;
const GLM_4 = {
	...LLAMA,
	vocabulary: 151_552,
	mlp: 13_696,
	layers: 40,
	kvHeads: 2,
	contextTokens: 32_768,
	attentionBias: true,
	normsPerLayer: 4,
} as const;

/** Decoders, keyed by the `model_type` of `text_config`. */
export const DECODERS = {
	llama: LLAMA,
	mistral: {
		...LLAMA,
		mlp: 14_336,
		kvHeads: 8,
		contextTokens: 131_072,
		attentionBias: false,
		memory: { kind: "window", key: "sliding_window", tokens: 4096 },
	},
	qwen2: QWEN_2,
	qwen2_vl_text: QWEN_2_VL,
	qwen2_5_vl_text: QWEN_2_VL,
	qwen3: QWEN_3,
	qwen3_moe: {
		...QWEN_3_EXPERTS,
		mlp: 6144,
		kvHeads: 4,
		experts: { count: 128, active: 8, mlp: 768, keys: QWEN_EXPERTS },
	},
	qwen3_vl_text: { ...QWEN_3, contextTokens: 128_000 },
	qwen3_vl_moe_text: {
		...QWEN_3_EXPERTS,
		mlp: 5632,
		heads: 16,
		kvHeads: 16,
		contextTokens: 128_000,
		experts: { count: 60, active: 4, mlp: 1408, keys: QWEN_EXPERTS },
	},
	qwen3_5_text: QWEN_3_5,
	qwen3_5_moe_text: {
		...QWEN_3_5,
		hidden: 2048,
		mlp: 512,
		layers: 40,
		kvHeads: 2,
		experts: {
			count: 256,
			active: 8,
			mlp: 512,
			keys: QWEN_EXPERTS,
			shared: { key: "shared_expert_intermediate_size", width: 512 },
		},
	},
	gemma: {
		...LLAMA,
		vocabulary: 256_000,
		hidden: 3072,
		mlp: 24_576,
		layers: 28,
		heads: 16,
		kvHeads: 16,
		headSize: 256,
		contextTokens: 8192,
		tied: true,
	},
	gemma2: GEMMA_2,
	gemma3_text: GEMMA_3,
	gemma3n_text: {
		...GEMMA_3,
		vocabulary: 262_400,
		hidden: 2048,
		mlp: 16_384,
		layers: 35,
		kvHeads: 2,
		contextTokens: 32_768,
		memory: { kind: "window", key: "sliding_window", tokens: 512, fullEvery: 5 },
		beyond: "embeddings per layer, AltUp and LAuReL blocks and shared keys and values",
	},
	gemma4_text: {
		...GEMMA_3,
		vocabulary: 262_144,
		layers: 30,
		memory: { kind: "window", key: "sliding_window", tokens: 512, fullEvery: 6 },
		experts: {
			count: 0,
			mlp: 0,
			keys: { count: "num_experts", active: "top_k_experts", mlp: "moe_intermediate_size" },
			shared: { mlpOf: "layer" },
			switch: "enable_moe_block",
		},
		beyond: "embeddings per layer, other heads in full layers and shared keys and values",
	},
	cohere: COHERE,
	cohere2: {
		...COHERE,
		memory: { kind: "window", key: "sliding_window", tokens: 4096, fullEvery: 4 },
	},
	glm4v_text: GLM_4,
	glm4v_moe_text: {
		...GLM_4,
		vocabulary: 151_424,
		mlp: 10_944,
		layers: 46,
		heads: 96,
		kvHeads: 8,
		contextTokens: 65_536,
		attentionBias: { byDefault: true },
		normsPerLayer: 2,
		experts: {
			count: 128,
			active: 8,
			mlp: 1408,
			keys: DEEPSEEK_EXPERTS,
			shared: { key: "n_shared_experts", times: 1 },
			dense: 1,
		},
	},
	ernie4_5_vl_moe_text: {
		...LLAMA,
		vocabulary: 103_424,
		hidden: 2560,
		mlp: 12_288,
		layers: 28,
		heads: 20,
		kvHeads: 4,
		contextTokens: 131_072,
		tied: true,
		attentionBias: false,
		experts: {
			count: 64,
			active: 6,
			mlp: 1536,
			keys: { count: "moe_num_experts", active: "moe_k", mlp: "moe_intermediate_size" },
			shared: { key: "moe_num_shared_experts", times: 2 },
			dense: 1,
		},
		beyond: "the experts that visual tokens go to",
	},
	deepseek_v2: {
		...DEEPSEEK_V2,
		latent: { queryRank: 1536 },
	},
	deepseek_v3: {
		...DEEPSEEK_V2,
		vocabulary: 129_280,
		hidden: 7168,
		mlp: 18_432,
		layers: 61,
		heads: 128,
		contextTokens: 4096,
		latent: { queryRank: 1536 },
		experts: {
			count: 256,
			active: 8,
			mlp: 2048,
			keys: DEEPSEEK_EXPERTS,
			shared: { key: "n_shared_experts", times: 1 },
			dense: 3,
		},
	},
	deepseek_ocr2_text: DEEPSEEK_V2,
	mllama_text_model: {
		...LLAMA,
		vocabulary: 128_256,
		mlp: 14_336,
		layers: 40,
		kvHeads: 8,
		contextTokens: 131_072,
		attentionBias: false,
		layersApart: { key: "cross_attention_layers", count: 8 },
		beyond: "cross-attention layers and rows of image tokens",
	},
	llama4_text: {
		...LLAMA,
		vocabulary: 202_048,
		hidden: 5120,
		mlp: 16_384,
		layers: 48,
		heads: 40,
		kvHeads: 8,
		headSize: 128,
		contextTokens: 131_072,
		keys: { intermediate_size: "intermediate_size_mlp" },
		memory: { kind: "window", key: "attention_chunk_size", tokens: 8192, fullEvery: 4 },
		experts: {
			count: 16,
			active: 1,
			mlp: 8192,
			keys: { count: "num_local_experts", active: "num_experts_per_tok", mlp: "intermediate_size" },
			shared: { mlpOf: "expert" },
		},
	},
	phi4_multimodal: {
		...LLAMA,
		vocabulary: 200_064,
		hidden: 3072,
		mlp: 8192,
		kvHeads: 8,
		contextTokens: 131_072,
		attentionBias: false,
	},
	gpt_oss: {
		...LLAMA,
		vocabulary: 201_088,
		hidden: 2880,
		mlp: 2880,
		layers: 36,
		heads: 64,
		kvHeads: 8,
		headSize: 64,
		contextTokens: 131_072,
		attentionBias: { byDefault: true },
		memory: { kind: "window", key: "sliding_window", tokens: 128, fullEvery: 2 },
		experts: {
			count: 128,
			active: 4,
			mlp: 2880,
			keys: { count: "num_local_experts", active: "num_experts_per_tok", mlp: "intermediate_size" },
		},
		beyond: "biases of experts, router and output projections, and attention sinks",
	},
	lfm2: {
		...LLAMA,
		vocabulary: 65_536,
		hidden: 2560,
		mlp: 12_288,
		kvHeads: 8,
		contextTokens: 128_000,
		tied: true,
		attentionBias: false,
		qkNorm: true,
		mlpRule: "two-thirds",
		memory: { kind: "window", key: "conv_L_cache", tokens: 3, fullEvery: 1 },
		beyond: "gated convolutions over a few tokens in place of attention",
	},
	/** A separate embedding table holds 128 additional tokens. */
	molmo: {
		...LLAMA,
		vocabulary: 50_304,
		mlp: 22_016,
		mlpRule: "half",
		keys: { vocab_size: "embedding_size", attention_bias: "qkv_bias", tie_word_embeddings: "weight_tying" },
	},
	hunyuan_vl_text: {
		...LLAMA,
		vocabulary: 290_943,
		tied: true,
		qkNorm: true,
	},
	internlm2: {
		...LLAMA,
		vocabulary: 103_168,
		attentionBias: { byDefault: true },
		keys: { attention_bias: "bias" },
	},
	/** In released files, the window is as long as the context. */
	phi3: {
		...LLAMA,
		vocabulary: 32_064,
		hidden: 3072,
		mlp: 8192,
		contextTokens: 4096,
		attentionBias: false,
	},
	persimmon: {
		...LLAMA,
		vocabulary: 262_144,
		mlp: 16_384,
		layers: 36,
		heads: 64,
		contextTokens: 16_384,
		attentionBias: true,
		qkNorm: true,
		gatedMlp: false,
		beyond: "biases of norms, MLPs and output projections",
	},
	opt: {
		...LLAMA,
		vocabulary: 50_272,
		hidden: 768,
		mlp: 3072,
		layers: 12,
		heads: 12,
		tied: true,
		attentionBias: true,
		gatedMlp: false,
		keys: { intermediate_size: "ffn_dim" },
		beyond: "position embeddings and biases of norms, MLPs and output projections",
	},
	kosmos_2_text_model: {
		...LLAMA,
		vocabulary: 65_037,
		hidden: 2048,
		mlp: 8192,
		layers: 24,
		tied: true,
		attentionBias: true,
		gatedMlp: false,
		keys: {
			hidden_size: "embed_dim",
			intermediate_size: "ffn_dim",
			num_hidden_layers: "layers",
			num_attention_heads: "attention_heads",
		},
		beyond: "biases of norms, MLPs and output projections, and inner norms",
	},
} as const satisfies Record<string, Decoder>;

export type DecoderType = keyof typeof DECODERS;
