/** Time to compute the plan of the example request: the first one in a process, and the best of several after it. */

import { readFileSync } from "node:fs";
import { createCounter, type PlanRequest, plan, planRequestSchema, type Sample } from "@onevision/core";
import { findMedia, samplesOf } from "@onevision/media/node";
import { parse } from "yaml";
import { ROOT } from "../scripts/files.ts";
import { startPeer } from "./peer.ts";

const ROUNDS = 20;
const OV = "llava-onevision-qwen2-7b-ov";
/** Its snapshot among the fixtures of core. */
const OV_SNAPSHOT = "llava-onevision-qwen2-7b-ov-hf";

export async function benchPlan(python: string | undefined): Promise<void> {
	const request: PlanRequest = planRequestSchema.parse(
		parse(readFileSync(`${ROOT}examples/request.yaml`, "utf8")),
		"",
	);
	const folder = `${ROOT}examples/media`;
	const { items } = await findMedia([folder]);
	const { samples } = samplesOf(items, [folder], "folder");
	const times = Array.from({ length: ROUNDS }, () => {
		const start = performance.now();
		plan(request, samples);
		return performance.now() - start;
	});
	const [first = 0] = times;
	const best = Math.min(...times);
	console.log(
		`  example request on ${samples.length} samples: first ${first.toFixed(0)} ms, best ${best.toFixed(0)} ms`,
	);
	if (python !== undefined) await compareSearch(python, samples, best);
}

/** What the counts behind the plan would take with the peer: one pass over the images is one candidate setting. */
async function compareSearch(
	python: string,
	samples: readonly Sample[],
	planMilliseconds: number,
): Promise<void> {
	const sizes = samples.flatMap(({ media }) => media.filter(({ kind }) => kind === "image"));
	const peer = await startPeer(python, OV_SNAPSHOT, sizes);
	let theirs = Number.POSITIVE_INFINITY;
	for (let round = 0; round < 5; round++) theirs = Math.min(theirs, await peer.round());
	peer.stop();
	const counter = createCounter(OV);
	const total = sizes.reduce((sum, item) => sum + counter.count({ media: [item] }).visualTokens, 0);
	const candidates = plan({}, samples).scenarios.reduce((sum, { search }) => sum + search.evaluated, 0);
	const milliseconds = theirs * 1000 * candidates;
	console.log(
		`  transformers' helper over the same images for ${candidates} settings: ${milliseconds.toFixed(0)} ms for the counts alone, ratio ${(milliseconds / planMilliseconds).toFixed(1)} (${total === peer.tokens ? "same total" : "totals differ"})`,
	);
}
