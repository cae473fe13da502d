/**
 * One update of the lab's OneVision stage (packed batch of all scenarios, loss, gradients, clipping, AdamW), as it trains: in
 * a worker thread. Beside it, in turns, the same weights, batch and update in PyTorch, eager, over the modules of
 * transformers with scaled dot-product attention. The losses of both are printed: they are one computation.
 * How long the next batch takes to be drawn and packed, meanwhile on another thread, is told as a share of the update.
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeSafetensors, entryOf, type Tensors } from "@onevision/graph";
import { startSession, startState } from "@onevision/graph/node";
import {
	exportModel,
	initialParametersOf,
	labModel,
	prepareStage,
	SCENE_RULES,
	TASK_IDS,
	TINY,
	vocabularyOfTasks,
} from "@onevision/lab";
import { startPython } from "./peer.ts";

const ROUNDS = 20;
/** Updates of a round, one right after the other. */
const UPDATES = 4;
const RATE = 1e-3;
const THREADS = 1;

const model = labModel(TINY, vocabularyOfTasks());
const source = {
	name: "bench",
	seed: 0,
	split: "train",
	tasks: TASK_IDS,
	questions: 4,
	rules: SCENE_RULES,
} as const;
const stage = {
	name: "onevision",
	samples: 400,
	mixture: { "single-image": 1, "multi-image": 1, video: 1 },
	trainable: ["tower", "projector", "language-model"],
	learningRate: RATE,
	schedule: "constant",
	warmup: 0,
	floor: 0,
} as const;
const rules = { packs: 16, capacity: 112, arrangement: "packed" } as const;

export async function benchLab(python: string | undefined): Promise<void> {
	const { batches, plan, inputsAfter } = prepareStage(model, source, stage, rules);
	const samples = batches.steps[0]?.flat().length ?? 0;
	const { sequences, length, views } = batches.shape;
	console.log(
		`${samples} samples in ${sequences} sequences of ${length} tokens, ${views} views of 16 patches; ${THREADS} thread`,
	);
	const inputs = inputsAfter(0);
	const parameters = initialParametersOf(model, 0);
	const folder = mkdtempSync(join(tmpdir(), "onevision-bench-lab-"));
	const session = await startSession(plan, startState(plan, parameters), { threads: THREADS, spin: false });
	await exportModel(model, parameters, folder);
	writeTensors(join(folder, "batch.safetensors"), inputs);
	const peer =
		python === undefined ? undefined : startPython(python, "lab_peer.py", [folder, `${RATE}`, `${THREADS}`]);
	const own: number[] = [];
	const theirs: number[] = [];
	let losses: readonly number[] = [];
	try {
		for (let round = 0; round < ROUNDS; round++) {
			const begin = performance.now();
			let loss = 0;
			for (let update = 0; update < UPDATES; update++) ({ loss } = await session.update([inputs]));
			own.push((performance.now() - begin) / UPDATES);
			if (peer === undefined) continue;
			const answer = JSON.parse(await peer.ask(`${UPDATES}`)) as {
				readonly loss: number;
				readonly seconds: number;
			};
			theirs.push((answer.seconds * 1000) / UPDATES);
			losses = [loss, answer.loss];
			if (round === 0)
				console.log(`loss of update ${UPDATES}: ${loss.toFixed(5)}, PyTorch ${answer.loss.toFixed(5)}`);
		}
		const drawing = drawingTimes(inputsAfter, Math.min(10, batches.steps.length));
		const best = Math.min(...own);
		console.log(
			`onevision        ${best.toFixed(1)} ms an update, ${Math.round((1000 * samples) / best)} samples/s`,
		);
		if (theirs.length > 0) {
			const other = Math.min(...theirs);
			const ratios = own.map((each, round) => each / (theirs[round] ?? each)).sort((a, b) => a - b);
			console.log(
				`PyTorch eager    ${other.toFixed(1)} ms an update, ${Math.round((1000 * samples) / other)} samples/s`,
			);
			console.log(
				`onevision takes ${(best / other).toFixed(2)} times as long at best, ${(ratios[Math.floor(ratios.length / 2)] ?? 0).toFixed(2)} in the median round; last losses ${losses.map((each) => each.toFixed(4)).join(" and ")}`,
			);
		}
		console.log(
			`next batch drawn and packed meanwhile in ${drawing.toFixed(1)} ms, ${((100 * drawing) / best).toFixed(0)} % of an update`,
		);
	} finally {
		peer?.stop();
		await session.close();
		rmSync(folder, { recursive: true, force: true });
	}
}

/** The least of several batches, ms. */
function drawingTimes(inputsAfter: (done: number) => Tensors, batches: number): number {
	return Math.min(
		...Array.from({ length: batches }, (_, done) => {
			const begin = performance.now();
			inputsAfter(done);
			return performance.now() - begin;
		}),
	);
}

function writeTensors(path: string, tensors: Tensors): void {
	const entries = Object.entries(tensors).map(([name, tensor]) => [name, entryOf(tensor)] as const);
	writeFileSync(path, encodeSafetensors({ tensors: new Map(entries), metadata: {} }));
}
