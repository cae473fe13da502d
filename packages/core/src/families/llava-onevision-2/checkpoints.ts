/** Checkpoints of LLaVA-OneVision-2. */

import type { CheckpointRow } from "../checkpoint.ts";
import type { LlavaOnevision2Constants, LlavaOnevision2Settings } from "./layout.ts";

export type LlavaOnevision2Checkpoint = CheckpointRow<
	"llava-onevision-2",
	LlavaOnevision2Constants,
	LlavaOnevision2Settings
>;

const REPOSITORY = "EvolvingLMMs-Lab/LLaVA-OneVision-2";

const TRAINING = `${REPOSITORY} aiak_training_llm/models/llava_onevision2/llava_onevision2_config.py at 2c3c25e`;

const PROCESSOR = "transformers_impl/llavaonevision2/video_processing_llava_onevision2.py";

/**
 * The processor's own defaults: `DEFAULT_MIN_PIXELS`, `DEFAULT_MAX_PIXELS`, `DEFAULT_MAX_FRAMES`. The codec settings
 * are the 8B's.
 */
const CODE_DEFAULTS = {
	minPixels: 256 * 28 ** 2,
	maxPixels: 1_605_632,
	maxFrames: 384,
	codec: { targetCanvas: 32, groupSize: 32, imagesPerGroup: 4, minGroupFrames: 8, maxGroupFrames: 64 },
} satisfies Omit<LlavaOnevision2Constants, "patch" | "merge">;

type LanguageModelChoice = LlavaOnevision2Checkpoint["parts"]["languageModel"];

/** A model size from the training code. `context`: the context length, and the file that states it. */
const configured = (
	size: string,
	{ patch = 14, merge = 2 }: { readonly patch?: 14 | 16; readonly merge?: 2 | 3 },
	languageModel: LanguageModelChoice,
	context: readonly [tokens: number, source: string],
	aliases: readonly string[] = [],
): LlavaOnevision2Checkpoint => {
	const arch = `llava-onevision2-${size}`;
	return {
		title: `LLaVA-OneVision-2 ${size.replace("-", " ").toUpperCase()}`,
		family: "llava-onevision-2",
		aliases: [arch, ...aliases],
		constants: { patch, merge, ...CODE_DEFAULTS },
		parts: {
			tower: patch === 16 ? "onevision-encoder-large-p16" : "onevision-encoder-large",
			projector: { kind: "patch-merger", merge },
			languageModel,
		},
		contextTokens: context[0],
		isReleased: false,
		unverified: ["codec"],
		source: `${TRAINING} (model_arch ${arch}), ${PROCESSOR} there (pixel limits, 384 frames); context: ${context[1]}`,
	};
};

const converted = (size: string) =>
	[
		40_960,
		`tools/convert_checkpoint/config/llava-onevision2-${size}/qwen3.json there (max_position_embeddings)`,
	] as const;

const ofLanguageModel = (tokens: number, repository: string) =>
	[tokens, `config.json of huggingface.co/${repository}, the repository states none`] as const;

export const checkpoints = {
	"llava-onevision-2-8b": {
		title: "LLaVA-OneVision-2 8B",
		family: "llava-onevision-2",
		aliases: ["llava-onevision-2", "lmms-lab-encoder/LLaVA-OneVision-2-8B-Instruct", "llava-onevision2-8b"],
		constants: { patch: 14, merge: 2, ...CODE_DEFAULTS, maxPixels: 4_000_000 },
		parts: {
			tower: "onevision-encoder-large",
			projector: { kind: "patch-merger", merge: 2 },
			languageModel: "qwen3-8b",
		},
		contextTokens: 40_960,
		unverified: ["maxPixels", "codec"],
		source: `${REPOSITORY} transformers_impl/llavaonevision2 at 2c3c25e (${PROCESSOR}: 8 frames below 10 s, 16 below 30 s, 384 from there on; min_pixels), tools/convert_checkpoint/config/llava-onevision2-8b/qwen3.json at 2c3c25e (max_position_embeddings 40960), README at db842d5; vllm-project/vllm vllm/model_executor/models/llava_onevision2.py at 045d757; max_pixels 4,000,000 and the codec's group sizes second-hand`,
	},
	"llava-onevision-2-2b": configured("2b", {}, "qwen3-1.7b-untied", converted("2b")),
	"llava-onevision-2-3b": configured("3b", {}, "qwen2.5-3b", ofLanguageModel(32_768, "Qwen/Qwen2.5-3B")),
	"llava-onevision-2-4b": configured("4b", {}, "qwen3-4b-untied", converted("4b"), [
		"llava-onevision2-4b-p14m2",
	]),
	"llava-onevision-2-4b-p14m3": configured(
		"4b-p14m3",
		{ merge: 3 },
		"qwen3-4b-untied",
		converted("4b-p14m3"),
	),
	"llava-onevision-2-4b-p16m2": configured(
		"4b-p16m2",
		{ patch: 16 },
		"qwen3-4b-untied",
		converted("4b-p16m2"),
	),
	"llava-onevision-2-4b-p16m3": configured(
		"4b-p16m3",
		{ patch: 16, merge: 3 },
		"qwen3-4b-untied",
		converted("4b-p16m3"),
	),
	"llava-onevision-2-14b": configured("14b", {}, "qwen3-14b", ofLanguageModel(40_960, "Qwen/Qwen3-14B")),
	"llava-onevision-2-30b-a3b": configured("30b-a3b", {}, "qwen3-30b-a3b", converted("30b-a3b")),
	"llava-onevision-2-32b": configured("32b", {}, "qwen3-32b", ofLanguageModel(40_960, "Qwen/Qwen3-32B")),
} as const satisfies Record<string, LlavaOnevision2Checkpoint>;
