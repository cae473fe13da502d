/**
 * Images counted per second, per family: ours in process against transformers' own counting helper
 * (`_get_num_multimodal_tokens`), the same sizes, one thread each, alternating rounds.
 */

import { type CheckpointId, createCounter, type Sample } from "@onevision/core";
import { startPeer } from "./peer.ts";

/**
 * One checkpoint per family that transformers has the helper for, and its snapshot in core/src/snapshot/fixtures. The helpers of
 * LLaVA, Gemma 3 and PaliGemma multiply a constant and look at no size. Fuyu is left out: its helper lays the prompt out
 * in torch, which takes it 25 ms per image.
 */
const MODELS = {
	"llava-1.5-7b": "llava-1.5-7b-hf",
	"llava-v1.6-mistral-7b": "llava-v1.6-mistral-7b-hf",
	"llava-onevision-qwen2-7b-ov": "llava-onevision-qwen2-7b-ov-hf",
	"qwen2.5-vl-7b": "Qwen2.5-VL-7B-Instruct",
	"qwen3-vl-8b": "Qwen3-VL-8B-Instruct",
	"internvl3-8b": "InternVL3-8B-hf",
	"pixtral-12b": "pixtral-12b",
	"gemma-3-4b": "gemma-3-4b-it",
	"gemma-4-31b": "gemma-4-31B-it",
	"paligemma-3b-224": "paligemma-3b-pt-224",
	"glm-4.1v-9b": "GLM-4.1V-9B-Thinking",
	"glm-4.6v": "GLM-4.6V",
	"ernie-4.5-vl-28b-a3b": "ERNIE-4.5-VL-28B-A3B-PT",
	"kimi-k2.5": "Kimi-K2.5",
	"video-llama3-7b": "VideoLLaMA3-7B-HF",
	"hunyuan-ocr": "HunyuanOCR",
	"idefics3-8b": "Idefics3-8B-Llama3",
	"aya-vision-8b": "aya-vision-8b",
	"command-a-vision": "command-a-vision-07-2025",
	"perception-lm-8b": "Perception-LM-8B",
} as const satisfies Partial<Record<CheckpointId, string>>;
const ROUNDS = 5;
const SIZES = 2000;
/** Sizes are counted this often in a round of ours, so that it lasts as long as the peer's. */
const REPEATS = 200;

export async function benchCount(python: string | undefined): Promise<void> {
	const sizes = Array.from({ length: SIZES }, (_, index) => ({
		width: 64 + ((index * 7919) % 3000),
		height: 64 + ((index * 104_729) % 2400),
	}));
	const samples: Sample[] = sizes.map((size) => ({ media: [{ kind: "image", ...size }] }));
	for (const [id, snapshot] of Object.entries(MODELS) as [keyof typeof MODELS, string][]) {
		const counter = createCounter(id);
		const peer = python === undefined ? undefined : await startPeer(python, snapshot, sizes);
		let ours = Number.POSITIVE_INFINITY;
		let theirs = Number.POSITIVE_INFINITY;
		let sum = 0;
		for (let round = 0; round < ROUNDS; round++) {
			const start = performance.now();
			sum = 0;
			for (let repeat = 0; repeat < REPEATS; repeat++) {
				for (const sample of samples) sum += counter.count(sample).visualTokens;
			}
			ours = Math.min(ours, (performance.now() - start) / 1000 / (REPEATS * SIZES));
			if (peer !== undefined) theirs = Math.min(theirs, (await peer.round()) / SIZES);
		}
		const rate = Math.round(1 / ours).toLocaleString("en-US");
		if (peer === undefined) {
			console.log(`  ${id}: ${rate} images/s`);
			continue;
		}
		const same =
			sum / REPEATS === peer.tokens ? "same total" : `totals differ: ${sum / REPEATS} against ${peer.tokens}`;
		const peerRate = Math.round(1 / theirs).toLocaleString("en-US");
		const ratio = (theirs / ours).toFixed(theirs / ours < 10 ? 2 : 0);
		console.log(`  ${id}: ${rate} images/s, transformers ${peerRate} images/s, ratio ${ratio} (${same})`);
		peer.stop();
	}
}
