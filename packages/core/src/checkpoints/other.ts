/** Checkpoints beside LLaVA and Qwen. */
import type { Checkpoint } from "./checkpoint.ts";
export const OTHER_CHECKPOINTS = {
	"video-llava-7b": {
		title: "Video-LLaVA 7B",
		family: "video-llava",
		aliases: [],
		constants: { tile: 224, patch: 14, trainedFrames: 8 },
		parts: { tower: "languagebind-vit-l14", projector: { kind: "mlp2x-gelu" }, languageModel: "vicuna-7b" },
		contextTokens: 4096,
		source: "tmp",
	},
	"idefics2-8b": {
		title: "Idefics2 8B",
		family: "idefics2",
		aliases: [],
		constants: { latents: 64, patch: 14, shortestEdge: 378, longestEdge: 980, splitting: true },
		parts: {
			tower: "siglip-so400m-patch14-384",
			projector: { kind: "q-former", parameters: 1 },
			languageModel: "mistral-7b",
		},
		contextTokens: 32768,
		source: "tmp",
	},
} as const satisfies Record<string, Checkpoint>;
