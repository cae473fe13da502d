/** Checkpoints of Idefics3. */

import { type CheckpointPixels, normalizedBy } from "../../facts/normalizations.ts";
import type { CheckpointRow, ModelParts } from "../checkpoint.ts";
import type { Idefics3Constants, Idefics3Settings } from "./layout.ts";

export type Idefics3Checkpoint = CheckpointRow<"idefics3", Idefics3Constants, Idefics3Settings>;

/** `image_seq_len` 64, 64 and 81. */
export const SMOL_SMALL: Idefics3Constants = { tile: 512, longestEdge: 2048, patch: 16, merge: 4 };

export const SMOL_LARGE: Idefics3Constants = { tile: 384, longestEdge: 1536, patch: 14, merge: 3 };

export const HALF_PIXELS: CheckpointPixels = {
	image: normalizedBy("half"),
	source:
		"preprocessor_config.json of HuggingFaceTB/SmolVLM2-500M-Video-Instruct, read in copies; class defaults of Idefics3ImageProcessor, SmolVLMImageProcessor and SmolVLMVideoProcessor",
};

/** The connector is one matrix over `merge`² concatenated patches, without bias. */
const connector = (tower: number, merge: number, languageModel: number): ModelParts["projector"] => ({
	kind: "q-former",
	parameters: tower * merge ** 2 * languageModel,
});

export const SMOL_256M: ModelParts = {
	tower: "siglip-base-patch16-512",
	projector: connector(768, 4, 576),
	languageModel: "smollm2-135m",
};

export const SMOL_500M: ModelParts = {
	tower: "siglip-base-patch16-512",
	projector: connector(768, 4, 960),
	languageModel: "smollm2-360m",
};

export const SMOL_2B: ModelParts = {
	tower: "siglip-so400m-patch14-384-full",
	projector: connector(1152, 3, 2048),
	languageModel: "smollm2-1.7b",
};

export const SMOL_SOURCE =
	"preprocessor_config.json and processor_config.json of huggingface.co/HuggingFaceTB/SmolVLM-256M-Instruct (512, 2048, image_seq_len 64; video: fps 1, 64 frames)";

export const SMOL_2B_SOURCE =
	"config.json of huggingface.co/HuggingFaceTB/SmolVLM-Instruct (384 px, scale_factor 3, image_seq_len 81); size 1536, and the video sampling of its successor (fps 1, 64 frames)";

export const checkpoints = {
	"idefics3-8b": {
		title: "Idefics3 8B",
		family: "idefics3",
		aliases: ["idefics3", "HuggingFaceM4/Idefics3-8B-Llama3"],
		constants: { tile: 364, longestEdge: 1456, patch: 14, merge: 2 },
		parts: {
			tower: "siglip-so400m-patch14-364",
			projector: connector(1152, 2, 4096),
			languageModel: "llama-3.1-8b",
		},
		contextTokens: 131_072,
		pixels: HALF_PIXELS,
		source:
			"transformers 5.18.0 models/idefics3 defaults, named for HuggingFaceM4/Idefics3-8B-Llama3 (364 px, 4·364, image_seq_len 169); context length of its language model",
	},
	"smolvlm-256m": {
		title: "SmolVLM 256M",
		family: "idefics3",
		aliases: ["HuggingFaceTB/SmolVLM-256M-Instruct"],
		constants: SMOL_SMALL,
		parts: SMOL_256M,
		contextTokens: 8192,
		pixels: HALF_PIXELS,
		source: SMOL_SOURCE,
	},
	"smolvlm-500m": {
		title: "SmolVLM 500M",
		family: "idefics3",
		aliases: ["HuggingFaceTB/SmolVLM-500M-Instruct"],
		constants: SMOL_SMALL,
		parts: SMOL_500M,
		contextTokens: 8192,
		pixels: HALF_PIXELS,
		source: SMOL_SOURCE,
	},
	"smolvlm-2.2b": {
		title: "SmolVLM 2.2B",
		family: "idefics3",
		aliases: ["smolvlm", "HuggingFaceTB/SmolVLM-Instruct"],
		constants: SMOL_LARGE,
		parts: SMOL_2B,
		contextTokens: 16_384,
		pixels: HALF_PIXELS,
		unverified: ["longestEdge"],
		source: SMOL_2B_SOURCE,
	},
} as const satisfies Record<string, Idefics3Checkpoint>;
