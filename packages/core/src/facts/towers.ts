/**
 * Vision towers as vision-language models use them: widths, attention pattern, and what parameter counts follow
 * from. Based on each model's config.json and the modelling code named in `source`. `parameters` is computed by
 * `countTowerParameters`; rows whose source names transformers 5.18.0 equal that library's count.
 */

/** One vision transformer, without the projector that follows it. Widths in elements. */
export interface Tower {
	readonly name: string;
	/** Blocks the checkpoint keeps and the reference implementation runs. */
	readonly layers: number;
	/** Blocks whose result reaches the projector; below `layers` where an earlier block's output is taken. */
	readonly featureLayer: number;
	readonly hidden: number;
	readonly heads: number;
	/** Intermediate width of the feed-forward block. */
	readonly mlp: number;
	/** Gate, up and down matrices (true), or up and down only. */
	readonly gatedMlp: boolean;
	/** Side of a patch, px. */
	readonly patchSize: number;
	/** Side of the square input, px; absent: native resolution. */
	readonly imageSize?: number;
	/** Frames folded into one patch (a 3-D patch embedding); absent: 1. */
	readonly temporalPatch?: number;
	/** Learned tokens that join the patches of each input. */
	readonly classTokens: number;
	/**
	 * What a token attends to. "full": every token of its input (one tile, one image, or one temporal patch of a
	 * video). Otherwise windows of `window` x `window` patches, except in `fullLayers` layers, which are full.
	 */
	readonly attention: "full" | { readonly window: number; readonly fullLayers: number };
	/** Frames of a video that attend to each other; absent: 1 (one frame or one temporal patch). */
	readonly framesPerWindow?: number;
	/** Layers, counted from 0, whose outputs go to the language model's first layers through mergers of their own. */
	readonly deepstack?: readonly number[];
	/** Layer norms have a weight and a bias, RMS norms a weight. */
	readonly norm: "layer" | "rms";
	/** A norm before the first block; a norm after the last one. */
	readonly preNorm: boolean;
	readonly finalNorm: boolean;
	readonly patchBias: boolean;
	/** Biases on query, key and value; the output projection and the MLP have theirs in every tower here. */
	readonly qkvBias: boolean;
	/** RMS norms of width `hidden` on queries and keys. */
	readonly qkNorm: boolean;
	/** A learned factor per channel after attention and after the MLP. */
	readonly layerScale: boolean;
	/** Learned position embeddings, elements; 0 where positions are rotary only. */
	readonly positionParameters: number;
	/** Parameters of the tower alone, computed. */
	readonly parameters: number;
	readonly source: string;
}

const plain = {
	gatedMlp: false,
	classTokens: 0,
	attention: "full",
	norm: "layer",
	preNorm: false,
	finalNorm: false,
	patchBias: true,
	qkvBias: true,
	qkNorm: false,
	layerScale: false,
} as const;

const vitLarge = { ...plain, layers: 24, hidden: 1024, heads: 16, mlp: 4096 } as const;
const clip = {
	...vitLarge,
	featureLayer: 23,
	patchSize: 14,
	classTokens: 1,
	preNorm: true,
	finalNorm: true,
	patchBias: false,
} as const;
const so400m = {
	...plain,
	layers: 27,
	featureLayer: 27,
	hidden: 1152,
	heads: 16,
	mlp: 4304,
	finalNorm: true,
} as const;
const qwenVit = {
	...plain,
	layers: 32,
	featureLayer: 32,
	hidden: 1280,
	heads: 16,
	patchSize: 14,
	temporalPatch: 2,
	patchBias: false,
	positionParameters: 0,
} as const;

const TRANSFORMERS = "transformers 5.18.0 models";

/** Vision towers by id. */
export const TOWERS = {
	"clip-vit-l14-224": {
		...clip,
		name: "CLIP ViT-L/14 224",
		imageSize: 224,
		positionParameters: 257 * 1024,
		parameters: 303_179_776,
		source: `config.json of huggingface.co/openai/clip-vit-large-patch14; ${TRANSFORMERS}/clip; the LLaVA family takes hidden_states[-2], 23 of 24 blocks`,
	},
	"clip-vit-l14-336": {
		...clip,
		name: "CLIP ViT-L/14 336",
		imageSize: 336,
		positionParameters: 577 * 1024,
		parameters: 303_507_456,
		source: `config.json of huggingface.co/openai/clip-vit-large-patch14-336; ${TRANSFORMERS}/clip; the LLaVA family takes hidden_states[-2], 23 of 24 blocks`,
	},
	"languagebind-vit-l14": {
		...clip,
		name: "LanguageBind ViT-L/14 224 (Video-LLaVA)",
		imageSize: 224,
		positionParameters: 257 * 1024,
		parameters: 303_179_776,
		source: `${TRANSFORMERS}/video_llava, whose image and video towers are each a plain CLIP ViT-L/14 and give hidden_states[-2]; other LanguageBind video checkpoints have temporal attention, the merged one's config.json could not be read`,
	},
	"siglip-so400m-patch14-384": {
		...so400m,
		name: "SigLIP SO400M patch14 384, 26 of 27 blocks (LLaVA-OneVision)",
		layers: 26,
		featureLayer: 26,
		patchSize: 14,
		imageSize: 384,
		positionParameters: 729 * 1152,
		parameters: 397_747_744,
		source: `config.json of huggingface.co/google/siglip-so400m-patch14-384; LLaVA-VL/LLaVA-NeXT llava/model/multimodal_encoder/siglip_encoder.py deletes the last block and the pooling head; ${TRANSFORMERS}/siglip with 26 layers and vision_use_head=False`,
	},
	"siglip-so400m-patch14-896": {
		...so400m,
		name: "SigLIP SO400M patch14 896 (Gemma 3)",
		patchSize: 14,
		imageSize: 896,
		positionParameters: 4096 * 1152,
		parameters: 416_866_032,
		source: `vision_config of huggingface.co/google/gemma-3-4b-it; ${TRANSFORMERS}/siglip with vision_use_head=False`,
	},
	"siglip-so400m-patch14-448": {
		...so400m,
		name: "SigLIP SO400M patch14 448 (PaliGemma, NVILA)",
		patchSize: 14,
		imageSize: 448,
		positionParameters: 1024 * 1152,
		parameters: 413_327_088,
		source: `vision_config of huggingface.co/google/paligemma-3b-pt-448; ${TRANSFORMERS}/siglip with vision_use_head=False`,
	},
	"siglip-so400m-patch14-980": {
		...so400m,
		name: "SigLIP SO400M patch14 980 (Idefics2)",
		patchSize: 14,
		imageSize: 980,
		positionParameters: 4900 * 1152,
		parameters: 417_792_240,
		source: `vision_config of huggingface.co/HuggingFaceM4/idefics2-8b (image_size 980); ${TRANSFORMERS}/idefics2`,
	},
	"siglip2-so400m-patch14-384": {
		...so400m,
		name: "SigLIP 2 SO400M patch14 384",
		patchSize: 14,
		imageSize: 384,
		positionParameters: 729 * 1152,
		parameters: 412_987_248,
		source: `config.json of huggingface.co/google/siglip2-so400m-patch14-384; ${TRANSFORMERS}/siglip with vision_use_head=False; featureLayer is the whole tower, a model may take less`,
	},
	"siglip2-so400m-patch16-512": {
		...so400m,
		name: "SigLIP 2 SO400M patch16 512",
		patchSize: 16,
		imageSize: 512,
		positionParameters: 1024 * 1152,
		parameters: 413_534_448,
		source: `config.json of huggingface.co/google/siglip2-so400m-patch16-512; ${TRANSFORMERS}/siglip with vision_use_head=False; featureLayer is the whole tower, a model may take less`,
	},
	"qwen2-vl-vit": {
		...qwenVit,
		name: "Qwen2-VL ViT",
		mlp: 5120,
		parameters: 631_183_360,
		source: `${TRANSFORMERS}/qwen2_vl Qwen2VLVisionConfig defaults (the config.json of every size leaves them); 675M with the 7B's patch merger`,
	},
	"qwen2.5-vl-vit": {
		...qwenVit,
		name: "Qwen2.5-VL ViT",
		mlp: 3420,
		gatedMlp: true,
		attention: { window: 8, fullLayers: 4 },
		norm: "rms",
		parameters: 631_975_680,
		source: `vision_config of huggingface.co/Qwen/Qwen2.5-VL-7B-Instruct (window_size 112 px = 8 patches, fullatt_block_indexes 7, 15, 23, 31); ${TRANSFORMERS}/qwen2_5_vl; mlp 3420 in 3B and 7B, in 32B and 72B 3456 (from memory, unconfirmed)`,
	},
	"qwen3-vl-vit-large": {
		...vitLarge,
		name: "Qwen3-VL ViT, 24 blocks (2B, 4B)",
		featureLayer: 24,
		patchSize: 16,
		temporalPatch: 2,
		deepstack: [5, 11, 17],
		positionParameters: 2304 * 1024,
		parameters: 306_242_560,
		source: `vision_config of huggingface.co/Qwen/Qwen3-VL-2B-Instruct and -4B-Instruct, confirmed by their totals (2,127,532,032 and 4,437,815,808); ${TRANSFORMERS}/qwen3_vl`,
	},
	"qwen3-vl-vit-so400m": {
		...so400m,
		name: "Qwen3-VL ViT, 27 blocks (8B, 32B, 30B-A3B, 235B-A22B)",
		finalNorm: false,
		patchSize: 16,
		temporalPatch: 2,
		deepstack: [8, 16, 24],
		positionParameters: 2304 * 1152,
		parameters: 415_891_440,
		source: `vision_config of huggingface.co/Qwen/Qwen3-VL-8B-Instruct, confirmed by the totals of 8B (8,767,123,696), 30B-A3B (31,070,754,032) and 235B-A22B (235,670,022,896); ${TRANSFORMERS}/qwen3_vl`,
	},
	"rice-vit-l14": {
		...vitLarge,
		name: "RICE-ViT-L/14 (LLaVA-OneVision-1.5)",
		featureLayer: 24,
		patchSize: 14,
		classTokens: 1,
		preNorm: true,
		patchBias: false,
		positionParameters: 32,
		parameters: 302_914_592,
		source: `RiceConfig in configuration_llavaonevision1_5.py of huggingface.co/lmms-lab/LLaVA-OneVision-1.5-8B-Instruct; one class token with its own rotary angles per image; ${TRANSFORMERS}/mlcd less its final norm (no transformers class for this tower)`,
	},
	"onevision-encoder-large": {
		...vitLarge,
		name: "OneVision-Encoder Large (LLaVA-OneVision-2)",
		featureLayer: 24,
		patchSize: 14,
		framesPerWindow: 4,
		preNorm: true,
		patchBias: false,
		positionParameters: 0,
		parameters: 302_913_536,
		source:
			"config.json of huggingface.co/lmms-lab-encoder/onevision-encoder-large; EvolvingLMMs-Lab/LLaVA-OneVision-2 transformers_impl/llavaonevision2/modeling_llava_onevision2.py @46a378a (no class token, frame_windows_size 4) and aiak_training_llm/models/llava_onevision2/onevision_encoder_model.py @1518152 (no final norm); counted by formula only",
	},
	"eva-clip-vit-g14": {
		...plain,
		name: "EVA-CLIP ViT-g/14 224, 39 of 40 blocks (Video-LLaMA, BLIP-2)",
		layers: 39,
		featureLayer: 39,
		hidden: 1408,
		heads: 16,
		mlp: 6144,
		patchSize: 14,
		imageSize: 224,
		classTokens: 1,
		finalNorm: true,
		positionParameters: 257 * 1408,
		parameters: 985_952_256,
		source: `${TRANSFORMERS}/instructblip InstructBlipVisionConfig defaults (the original has no key bias: 54,912 fewer); followed by a Q-Former`,
	},
	"internvit-300m-448": {
		...vitLarge,
		name: "InternViT-300M 448",
		featureLayer: 24,
		patchSize: 14,
		imageSize: 448,
		classTokens: 1,
		layerScale: true,
		positionParameters: 1025 * 1024,
		parameters: 304_012_288,
		source: `config.json of huggingface.co/OpenGVLab/InternViT-300M-448px-V2_5, confirmed by the total of InternVL2_5-8B (8,075,365,376); ${TRANSFORMERS}/internvl`,
	},
	"internvit-6b-448": {
		...plain,
		name: "InternViT-6B 448 (V1.5, V2.5)",
		layers: 45,
		featureLayer: 45,
		hidden: 3200,
		heads: 25,
		mlp: 12800,
		patchSize: 14,
		imageSize: 448,
		classTokens: 1,
		norm: "rms",
		qkvBias: false,
		qkNorm: true,
		layerScale: true,
		positionParameters: 1025 * 3200,
		parameters: 5_536_496_000,
		source: `config.json of huggingface.co/OpenGVLab/InternViT-6B-448px-V2_5, confirmed by the total of InternVL2_5-26B (25,514,186,112); ${TRANSFORMERS}/internvl`,
	},
} as const satisfies Record<string, Tower>;

export type TowerId = keyof typeof TOWERS;
