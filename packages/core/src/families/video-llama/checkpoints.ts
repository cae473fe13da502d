/** Checkpoints of Video-LLaMA. */

import type { CheckpointRow } from "../checkpoint.ts";
import type { VideoLlamaConstants, VideoLlamaSettings } from "./layout.ts";

type VideoLlamaCheckpoint = CheckpointRow<"video-llama", VideoLlamaConstants, VideoLlamaSettings>;

const VIDEO_LLAMA = {
	tile: 224,
	patch: 14,
	frameQueries: 32,
	clipQueries: 32,
	audioQueries: 8,
	frames: 8,
	maxFrames: 32,
} as const;

const VIDEO_LLAMA_SOURCE =
	"DAMO-NLP-SG/Video-LLaMA video_llama/models/video_llama.py at 2143b4d, conversation_video.py at e582bd0 (max_length 2000); projector: BLIP-2 query transformer of 12 layers and one of 2, as transformers 5.18 counts them";

/** Parameters of the two query transformers of Video-LLaMA, without the final projection. */
const VIDEO_LLAMA_QUERIES = 105_137_664 + 18_905_088;

const videoLlama = (
	size: "7B" | "13B",
	languageModel: "vicuna-7b" | "vicuna-13b",
	width: number,
	aliases: readonly string[],
): VideoLlamaCheckpoint => ({
	title: `Video-LLaMA-2 ${size}`,
	family: "video-llama",
	aliases,
	constants: VIDEO_LLAMA,
	parts: {
		tower: "eva-clip-vit-g14",
		projector: { kind: "q-former", parameters: VIDEO_LLAMA_QUERIES + 768 * width + width },
		languageModel,
	},
	contextTokens: 2000,
	trainedFrames: 8,
	source: VIDEO_LLAMA_SOURCE,
});

export const checkpoints = {
	"video-llama-7b": videoLlama("7B", "vicuna-7b", 4096, [
		"video-llama",
		"DAMO-NLP-SG/Video-LLaMA-2-7B-Finetuned",
	]),
	"video-llama-13b": videoLlama("13B", "vicuna-13b", 5120, ["DAMO-NLP-SG/Video-LLaMA-2-13B-Finetuned"]),
} as const satisfies Record<string, VideoLlamaCheckpoint>;
