/** Checkpoints of VideoLLaMA 3. */

import type { CheckpointRow } from "../checkpoint.ts";
import type { VideoLlama3Constants, VideoLlama3Settings } from "./layout.ts";

type VideoLlama3Checkpoint = CheckpointRow<"video-llama-3", VideoLlama3Constants, VideoLlama3Settings>;

const videoLlama3 = (
	size: "2B" | "7B",
	languageModel: "qwen2-1.5b" | "qwen2-7b",
	maxFrames: number,
	aliases: readonly string[],
): VideoLlama3Checkpoint => ({
	title: `VideoLLaMA 3 ${size}`,
	family: "video-llama-3",
	aliases: [...aliases, `DAMO-NLP-SG/VideoLLaMA3-${size}`, `lkhl/VideoLLaMA3-${size}-HF`],
	constants: {
		patch: 14,
		imageMerge: 1,
		frameMerge: 2,
		minPixels: 16 * 14 ** 2,
		maxPixels: 16_384 * 14 ** 2,
		videoMinPixels: 16 * 28 ** 2,
		videoMaxPixels: 16_384 * 28 ** 2,
		minFrames: 4,
		maxFrames,
	},
	parts: { tower: "siglip-navit-so400m", projector: { kind: "mlp2x-gelu" }, languageModel },
	contextTokens: 32_768,
	trainedFrames: maxFrames,
	recommendedSettings: { fps: 1 },
	source:
		"huggingface.co/DAMO-NLP-SG/VideoLLaMA3-7B preprocessor_config.json (min_tokens 16, max_tokens 16384) and processor_config.json (merge 1 and 2, fps 1, max_frames); pixels per token as model/image_processing_videollama3.py computes them (copy LiamZhao326/CogStream at 5f1d60d); the transformers class defaults are lower (1,003,520 and 602,112 px)",
});

export const checkpoints = {
	"video-llama3-2b": videoLlama3("2B", "qwen2-1.5b", 128, []),
	"video-llama3-7b": videoLlama3("7B", "qwen2-7b", 180, ["video-llama3", "videollama3"]),
} as const satisfies Record<string, VideoLlama3Checkpoint>;
