/** Idefics3, SmolVLM and SmolVLM2 checkpoints. */

import type { Idefics3Constants } from "../families/idefics3/layout.ts";
import type { Checkpoint, ModelParts } from "./checkpoint.ts";
import { type CheckpointPixels, normalizedBy } from "./pixels.ts";

/** `image_seq_len` 64, 64 and 81. */
const SMOL_SMALL: Idefics3Constants = { tile: 512, longestEdge: 2048, patch: 16, merge: 4 };
const SMOL_LARGE: Idefics3Constants = { tile: 384, longestEdge: 1536, patch: 14, merge: 3 };
/**
 * `video_sampling` of the processors. Its `video_size`, one view, does nothing: the files hold `size` as well, for images,
 * and SmolVLMVideoProcessor puts that in its place (transformers 5.18.0 models/smolvlm/video_processing_smolvlm.py).
 */
const SMOL_VIDEO = { maxFrames: 64, fps: 1 } as const;

const HALF_PIXELS: CheckpointPixels = {
	image: normalizedBy("half"),
	source:
		"preprocessor_config.json of HuggingFaceTB/SmolVLM2-500M-Video-Instruct, read in copies; class defaults of Idefics3ImageProcessor, SmolVLMImageProcessor and SmolVLMVideoProcessor",
};

/** The connector is one matrix over `merge`² patches side by side, without bias. */
const connector = (tower: number, merge: number, languageModel: number): ModelParts["projector"] => ({
	kind: "q-former",
	parameters: tower * merge ** 2 * languageModel,
});

const SMOL_256M: ModelParts = {
	tower: "siglip-base-patch16-512",
	projector: connector(768, 4, 576),
	languageModel: "smollm2-135m",
};
const SMOL_500M: ModelParts = {
	tower: "siglip-base-patch16-512",
	projector: connector(768, 4, 960),
	languageModel: "smollm2-360m",
};
const SMOL_2B: ModelParts = {
	tower: "siglip-so400m-patch14-384-full",
	projector: connector(1152, 3, 2048),
	languageModel: "smollm2-1.7b",
};

const SMOL_SOURCE =
	"preprocessor_config.json and processor_config.json of huggingface.co/HuggingFaceTB/SmolVLM-256M-Instruct (512, 2048, image_seq_len 64; video: fps 1, 64 frames)";
const SMOL_2B_SOURCE =
	"config.json of huggingface.co/HuggingFaceTB/SmolVLM-Instruct (384 px, scale_factor 3, image_seq_len 81); size 1536, and the video sampling of its successor (fps 1, 64 frames)";

export const IDEFICS3_CHECKPOINTS = {
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
	"smolvlm2-256m": {
		title: "SmolVLM2 256M Video",
		family: "smolvlm",
		aliases: ["HuggingFaceTB/SmolVLM2-256M-Video-Instruct"],
		constants: { ...SMOL_SMALL, ...SMOL_VIDEO, videoEdge: SMOL_SMALL.longestEdge },
		parts: SMOL_256M,
		contextTokens: 8192,
		pixels: HALF_PIXELS,
		trainedFrames: SMOL_VIDEO.maxFrames,
		source: SMOL_SOURCE,
	},
	"smolvlm2-500m": {
		title: "SmolVLM2 500M Video",
		family: "smolvlm",
		aliases: ["HuggingFaceTB/SmolVLM2-500M-Video-Instruct"],
		constants: { ...SMOL_SMALL, ...SMOL_VIDEO, videoEdge: SMOL_SMALL.longestEdge },
		parts: SMOL_500M,
		contextTokens: 8192,
		pixels: HALF_PIXELS,
		trainedFrames: SMOL_VIDEO.maxFrames,
		source: SMOL_SOURCE,
	},
	"smolvlm2-2.2b": {
		title: "SmolVLM2 2.2B",
		family: "smolvlm",
		aliases: ["smolvlm2", "HuggingFaceTB/SmolVLM2-2.2B-Instruct"],
		constants: { ...SMOL_LARGE, ...SMOL_VIDEO, videoEdge: SMOL_LARGE.longestEdge },
		parts: SMOL_2B,
		contextTokens: 16_384,
		pixels: HALF_PIXELS,
		trainedFrames: SMOL_VIDEO.maxFrames,
		unverified: ["longestEdge", "fps", "maxFrames", "videoEdge"],
		source: SMOL_2B_SOURCE,
	},
} as const satisfies Record<string, Checkpoint>;
