/** Meta's checkpoints: Llama 3.2 Vision, Llama 4, PerceptionLM. */

import type { Checkpoint, CheckpointOf, ModelParts } from "./checkpoint.ts";
import { type CheckpointPixels, normalizedBy } from "./pixels.ts";

const MLLAMA_SOURCE =
	"preprocessor_config.json of huggingface.co/meta-llama/Llama-3.2-11B-Vision-Instruct (560 px, 4 tiles), from memory; transformers 5.18.0 models/mllama; projector: one matrix over six layers' features, as transformers counts it";
const LLAMA4_SOURCE =
	"transformers 5.18.0 models/llama4 (336 px, 16 tiles, pixel_shuffle_ratio 0.5) and config.json of huggingface.co/meta-llama/Llama-4-Scout-17B-16E-Instruct (image_size 336, patch_size 14), confirmed by its total of 108,641,793,536 parameters";
const PLM_SOURCE =
	"facebookresearch/perception_models apps/plm/configs/sft/plm_1b.yaml and plm_8b.yaml at f82bb3e (448 px, max_num_tiles 36, max_video_frames 32, pooling_ratio 2; max_seqlen 11520 of the 1B, taken for all sizes)";

const LLAMA4_PIXELS: CheckpointPixels = {
	image: normalizedBy("half"),
	source: "class default of Llama4ImageProcessor, transformers 5.18.0",
};

const MLLAMA = { tile: 560, patch: 14, maxTiles: 4 } as const;
const LLAMA4 = { tile: 336, patch: 14, merge: 2, maxTiles: 16 } as const;
/** One matrix from the tower's 4,096 channels to 5,120. */
const LLAMA4_PROJECTOR = { kind: "q-former", parameters: 20_971_520 } as const;

const plm = (
	size: string,
	tower: ModelParts["tower"],
	languageModel: ModelParts["languageModel"],
	aliases: readonly string[] = [],
): CheckpointOf<"perception-lm"> => ({
	title: `PerceptionLM ${size}`,
	family: "perception-lm",
	aliases: [...aliases, `facebook/Perception-LM-${size}`],
	constants: { tile: 448, patch: 14, merge: 2, maxTiles: 36, trainedFrames: 32 },
	parts: { tower, projector: { kind: "mlp2x-gelu" }, languageModel },
	contextTokens: 11_520,
	trainedFrames: 32,
	usual: { num_frames: 32 },
	source: PLM_SOURCE,
});

export const META_CHECKPOINTS = {
	"llama-3.2-11b-vision": {
		title: "Llama 3.2 Vision 11B",
		family: "mllama",
		aliases: [
			"llama-3.2-vision",
			"meta-llama/Llama-3.2-11B-Vision-Instruct",
			"meta-llama/Llama-3.2-11B-Vision",
		],
		constants: MLLAMA,
		parts: {
			tower: "mllama-vit-560",
			projector: { kind: "q-former", parameters: 31_461_376 },
			languageModel: "llama-3.2-vision-11b",
		},
		contextTokens: 131_072,
		source: MLLAMA_SOURCE,
	},
	"llama-3.2-90b-vision": {
		title: "Llama 3.2 Vision 90B",
		family: "mllama",
		aliases: ["meta-llama/Llama-3.2-90B-Vision-Instruct", "meta-llama/Llama-3.2-90B-Vision"],
		constants: MLLAMA,
		parts: {
			tower: "mllama-vit-560",
			projector: { kind: "q-former", parameters: 62_922_752 },
			languageModel: "llama-3.2-vision-90b",
		},
		contextTokens: 131_072,
		source: MLLAMA_SOURCE,
	},
	"llama-4-scout-17b-16e": {
		title: "Llama 4 Scout 17B-16E",
		family: "llama4",
		aliases: ["llama-4", "llama-4-scout", "meta-llama/Llama-4-Scout-17B-16E-Instruct"],
		constants: LLAMA4,
		parts: { tower: "llama4-vit-336", projector: LLAMA4_PROJECTOR, languageModel: "llama-4-scout" },
		contextTokens: 10_485_760,
		pixels: LLAMA4_PIXELS,
		source: LLAMA4_SOURCE,
	},
	"llama-4-maverick-17b-128e": {
		title: "Llama 4 Maverick 17B-128E",
		family: "llama4",
		aliases: ["llama-4-maverick", "meta-llama/Llama-4-Maverick-17B-128E-Instruct"],
		constants: LLAMA4,
		parts: { tower: "llama4-vit-336", projector: LLAMA4_PROJECTOR, languageModel: "llama-4-maverick" },
		contextTokens: 1_048_576,
		pixels: LLAMA4_PIXELS,
		source: LLAMA4_SOURCE,
	},
	"perception-lm-1b": plm("1B", "pe-lang-l14-448", "llama-3.2-1b"),
	"perception-lm-3b": plm("3B", "pe-lang-l14-448", "llama-3.2-3b"),
	"perception-lm-8b": plm("8B", "pe-lang-g14-448", "llama-3.1-8b", ["perception-lm"]),
} as const satisfies Record<string, Checkpoint>;
