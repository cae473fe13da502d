/**
 * Images counted per second, per family: ours in process against transformers' own counting helper
 * (`_get_num_multimodal_tokens`), the same sizes, one thread each, alternating rounds.
 */

import { type CheckpointId, createCounter, type Sample } from "@onevision/core";
import { startPeer } from "./peer.ts";

/** One checkpoint per family; the rows of PROCESSORS in count_peer.py. */
const MODELS: readonly CheckpointId[] = [
	"llava-onevision-qwen2-7b-ov",
	"llava-v1.6-mistral-7b",
	"qwen2.5-vl-7b",
	"qwen3-vl-8b",
	"internvl3-8b",
	"pixtral-12b",
	"glm-4.1v-9b",
];
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
	for (const id of MODELS) {
		const counter = createCounter(id);
		const peer = python === undefined ? undefined : await startPeer(python, id, sizes);
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
			console.log(`  ${id}: ${rate} images/s; set ORACLE_PYTHON to compare with transformers`);
			continue;
		}
		const same =
			sum / REPEATS === peer.tokens ? "same total" : `totals differ: ${sum / REPEATS} against ${peer.tokens}`;
		const peerRate = Math.round(1 / theirs).toLocaleString("en-US");
		console.log(
			`  ${id}: ${rate} images/s, transformers ${peerRate} images/s, ratio ${(theirs / ours).toFixed(0)} (${same})`,
		);
		peer.stop();
	}
}
