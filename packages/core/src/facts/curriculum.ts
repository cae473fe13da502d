/**
 * The published curricula: LLaVA-OneVision's four stages with their data mixes, and the sizes of LLaVA-OneVision-1.5's
 * three stages. Based on arXiv 2408.03326 (table 1 and the two data figures), the training scripts of
 * LLaVA-VL/LLaVA-NeXT, and arXiv 2509.23661. Where these disagree, `source` says so.
 */

import type { Fact } from "@onevision/base";

/** A part of a vision-language model that a stage can train. */
export type Part = "tower" | "projector" | "language-model";

/** How a stage tiles single images: overview only, or one of `tileGrids`. */
export interface StageTiling {
	/** Tile grids (rows x cols), in the paper's notation. */
	readonly tileGrids: string;
	/** Visual tokens are pooled down to this many tiles' worth, not counting the overview. 0 means the overview only. */
	readonly maxTiles: number;
}

/** The published facts about one training stage. */
export interface StageFacts {
	readonly name: string;
	readonly samples: Fact<number>;
	readonly trainable: Fact<readonly Part[]>;
	readonly learningRates: { readonly [part in Part]?: Fact<number> };
	/** Samples per optimizer step, summed over all devices. */
	readonly globalBatch: Fact<number>;
	readonly epochs: Fact<number>;
	/** Fraction of the steps spent on learning-rate warmup. */
	readonly warmup: Fact<number>;
	readonly schedule: Fact<"cosine">;
	readonly maxLength: Fact<number>;
	/** Maximum frames per video; absent when the stage sees no video. */
	readonly maxFrames?: Fact<number>;
	readonly tiling: Fact<StageTiling>;
	/** Maximum visual tokens per single image, not counting newlines. */
	readonly maxVisualTokens: Fact<number>;
}

const PAPER =
	"arXiv 2408.03326, table 1 (by transcription of stanford-cs336/lectures images/llava-onevision-training.png)";
const PRETRAIN = "LLaVA-VL/LLaVA-NeXT scripts/train/pretrain_siglip.sh @5d711ba";
const KNOWLEDGE =
	"LLaVA-VL/LLaVA-NeXT scripts/train/direct_finetune_siglip_a4.sh @85d0cd5, the closest released script (the stage's own is not in the repository)";
const SINGLE = "LLaVA-VL/LLaVA-NeXT scripts/train/finetune_si.sh @1fcd3d4";
const ONE_VISION = "LLaVA-VL/LLaVA-NeXT scripts/train/finetune_ov.sh @811422d";
const DOCS = "LLaVA-VL/LLaVA-NeXT docs/LLaVA_OneVision.md @163bce3";
const CARD = "the model cards of lmms-lab/llava-onevision-qwen2-*";

const ALL_PARTS = ["tower", "projector", "language-model"] as const;

const fact = <T>(value: T, unit: string, source: string): Fact<T> => ({ value, unit, source });

/** Settings shared by the stages that train the whole model. `script` is the file they were read from. */
function wholeModel(script: string) {
	return {
		trainable: fact<readonly Part[]>(ALL_PARTS, "parts", `${PAPER}: full model; ${script}: mm_tunable_parts`),
		learningRates: {
			"language-model": fact(1e-5, "per step", `${PAPER}; ${script}; ${DOCS}`),
			projector: fact(1e-5, "per step", `${PAPER}; ${script}`),
			tower: fact(2e-6, "per step", `${PAPER}; ${script}: mm_vision_tower_lr; ${DOCS}`),
		},
		globalBatch: fact(
			256,
			"samples",
			`${PAPER} (256/512, without saying when which); ${ONE_VISION}: 1 x accumulation 2 x 128 GPUs for 7B, 1 x 1 x 256 for 72B`,
		),
		epochs: fact(1, "epochs", `${PAPER}; ${script}`),
		warmup: fact(0.03, "share of steps", script),
		schedule: fact<"cosine">("cosine", "schedule", script),
		maxLength: fact(32768, "tokens", script),
	} as const;
}

/** LLaVA-OneVision's stages, in training order. */
export const ONEVISION_STAGES = {
	alignment: {
		name: "Stage 1, language-image alignment",
		samples: fact(558_000, "samples", `${PAPER}; ${DOCS} (LCS-558K captions)`),
		trainable: fact<readonly Part[]>(["projector"], "parts", `${PAPER}; ${PRETRAIN}: mm_tunable_parts`),
		learningRates: { projector: fact(1e-3, "per step", `${PAPER}; ${PRETRAIN}`) },
		globalBatch: fact(512, "samples", `${PAPER}; ${PRETRAIN} has 16 per device, GPUs not given`),
		epochs: fact(1, "epochs", `${PAPER}; ${PRETRAIN}`),
		warmup: fact(0.03, "share of steps", PRETRAIN),
		schedule: fact<"cosine">("cosine", "schedule", PRETRAIN),
		maxLength: fact(8192, "tokens", PRETRAIN),
		tiling: fact<StageTiling>({ tileGrids: "1x1", maxTiles: 0 }, "tiles", `${PAPER}: resolution 384`),
		maxVisualTokens: fact(729, "tokens", PAPER),
	},
	knowledge: {
		name: "Stage 1.5, high-quality knowledge learning",
		...wholeModel(KNOWLEDGE),
		samples: fact(4_000_000, "samples", `${PAPER}; ${DOCS}; ${CARD} say 4.7M`),
		tiling: fact<StageTiling>(
			{ tileGrids: "2x2, 1x{2,3}, {2,3}x1", maxTiles: 4 },
			"tiles",
			`${PAPER}; ${KNOWLEDGE}: image_grid_pinpoints`,
		),
		maxVisualTokens: fact(729 * 5, "tokens", PAPER),
	},
	"single-image": {
		name: "Stage 2, single-image (SI)",
		...wholeModel(SINGLE),
		samples: fact(3_200_000, "samples", `${PAPER}; ${DOCS}; ${CARD} say 3.6M`),
		tiling: fact<StageTiling>(
			{ tileGrids: "{1..6}x{1..6}", maxTiles: 9 },
			"tiles",
			`${PAPER}; ${SINGLE}: anyres_max_9, (1x1),...,(6x6)`,
		),
		maxVisualTokens: fact(729 * 10, "tokens", PAPER),
	},
	"one-vision": {
		name: "Stage 2, OneVision (OV)",
		...wholeModel(ONE_VISION),
		samples: fact(1_600_000, "samples", `${PAPER}; ${DOCS}; ${CARD}`),
		maxFrames: fact(32, "frames", `${ONE_VISION}: frames_upbound`),
		tiling: fact<StageTiling>(
			{ tileGrids: "{1..6}x{1..6}", maxTiles: 9 },
			"tiles",
			`${PAPER}; ${ONE_VISION}: anyres_max_9, (1x1),...,(6x6)`,
		),
		maxVisualTokens: fact(729 * 10, "tokens", PAPER),
	},
} as const satisfies Record<string, StageFacts>;

const SI_FIGURE =
	"arXiv 2408.03326, figure of the 3.2M single-image data (by transcription of stanford-cs336/lectures images/llava-onevision-data-1.png)";
const OV_FIGURE =
	"arXiv 2408.03326, figure of the 1.6M OneVision data (by transcription of stanford-cs336/lectures images/llava-onevision-data-2.png)";

/** Shares of the single-image stage's 3.2M samples by kind of data. They sum to 1. */
export const SINGLE_IMAGE_MIXTURE = {
	general: fact(0.361, "share of samples", SI_FIGURE),
	"doc-chart-screen": fact(0.206, "share of samples", SI_FIGURE),
	"math-reasoning": fact(0.201, "share of samples", SI_FIGURE),
	language: fact(0.143, "share of samples", SI_FIGURE),
	"general-ocr": fact(0.089, "share of samples", SI_FIGURE),
} as const satisfies Record<string, Fact<number>>;

/** Shares of the OneVision stage by scenario, as printed. They sum to 1.001. */
export const ONE_VISION_MIXTURE = {
	"single-image": fact(0.312, "share of samples", OV_FIGURE),
	"multi-image": fact(0.43, "share of samples", OV_FIGURE),
	video: fact(0.259, "share of samples", OV_FIGURE),
} as const satisfies Record<string, Fact<number>>;

/**
 * Samples of the OneVision stage by scenario. The printed shares match these sums from the figure (1.32M in total), not
 * the headline 1.6M. With the repository's "around 800K" single-image samples the total is 1.7M.
 */
export const ONE_VISION_SAMPLES = {
	"single-image": fact(
		425_800,
		"samples",
		`sum of the data sets in ${OV_FIGURE}; LLaVA-VL/LLaVA-NeXT scripts/train/README.md @00e3cea says around 800K resampled from the stage before`,
	),
	"multi-image": fact(
		560_400,
		"samples",
		`sum of the data sets in ${OV_FIGURE}; the text says 0.56M, as quoted at https://www.emergentmind.com/topics/llava-onevision`,
	),
	video: fact(
		337_300,
		"samples",
		`sum of the data sets in ${OV_FIGURE}; the text says 0.35M, as quoted there; scripts/train/README.md @00e3cea lists 255,000 + 65,595`,
	),
} as const satisfies Record<string, Fact<number>>;

const OV15 = "arXiv 2509.23661, abstract";
const OV15_README = "EvolvingLMMs-Lab/LLaVA-OneVision-2 README.md @09d96f7";

/** LLaVA-OneVision-1.5: what each stage trains on. */
export const ONEVISION_15_STAGES = {
	alignment: {
		name: "Stage 1, language-image alignment",
		samples: fact(558_000, "samples", `${OV15_README}: LLaVA-558K`),
		trainable: fact<readonly Part[]>(
			["projector"],
			"parts",
			"EvolvingLMMs-Lab/LLaVA-OneVision-2 examples/llava_ov_1_5/quick_start/stage_1_alignment_llava_ov_4b.sh @457531a: trainable-modules adapter",
		),
	},
	knowledge: {
		name: "Stage 1.5, high-quality knowledge learning",
		samples: fact(85_000_000, "samples", `${OV15}; ${OV15_README}: Mid-Training-85M`),
		trainable: fact<readonly Part[]>(
			ALL_PARTS,
			"parts",
			"EvolvingLMMs-Lab/LLaVA-OneVision-2 examples/llava_onevision1_5/quick_start_4b/stage_1.5_mid_training_llava_ov_4b.sh at 6861e0c: trainable-modules language_model adapter vision_model",
		),
	},
	instruction: {
		name: "Stage 2, visual instruction tuning",
		samples: fact(
			22_000_000,
			"samples",
			`https://www.lmms-lab.com/posts/llava_onevision_1_5 and the data set card of mvp-lab/LLaVA-OneVision-1.5-Instruct-Data; a version of ${OV15} says 26M`,
		),
		trainable: fact<readonly Part[]>(
			ALL_PARTS,
			"parts",
			"EvolvingLMMs-Lab/LLaVA-OneVision-2 examples/llava_onevision1_5/quick_start_4b/stage_2_instruct_llava_ov_4b.sh at 6861e0c: trainable-modules language_model adapter vision_model",
		),
	},
} as const satisfies Record<string, Pick<StageFacts, "name" | "samples" | "trainable">>;

/** LLaVA-OneVision-1.5: totals for the whole curriculum. */
export const ONEVISION_15_TOTALS = {
	tokens: fact(64_000_000_000, "tokens after packing", OV15),
	cost: fact(16_000, "USD", `${OV15}; ${OV15_README}: A100 at $0.60 per GPU-hour`),
	packing: fact(
		11,
		"times fewer sequences, at most",
		"https://www.lmms-lab.com/posts/llava_onevision_1_5: offline packing of the 85M samples of stage 1.5",
	),
} as const satisfies Record<string, Fact<number>>;
