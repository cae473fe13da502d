/**
 * A trained model here and in transformers: `npx tsx -C source scripts/check-lab.ts RUN [PYTHON]`, where RUN is the folder of
 * `onevision lab train`. New scenes of every scenario are asked three ways: in the lab, through `loadModel` as `onevision run`
 * does, and by transformers with its own processor (oracle/lab.py). Token ids must be equal, logits within 1e-4, answers the same.
 */

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { SCENARIOS } from "@onevision/core";
import { loadCheckpoint } from "@onevision/graph/node";
import {
	answerLogits,
	checkpointPath,
	drawSample,
	type LabSample,
	labModel,
	readRunFolder,
	sampleAt,
	vocabularyOfTasks,
} from "@onevision/lab";
import type { Part } from "@onevision/model";
import { loadModel } from "@onevision/model/node";
import { ROOT } from "./files.ts";

const [run = "run", python = "python3"] = process.argv.slice(2);
/** Samples of each scenario. */
const SAMPLES = 8;
const TOLERANCE = 1e-4;

const { config } = await readRunFolder(run);
const lab = labModel(config.model, vocabularyOfTasks());
const { parameters } = await loadCheckpoint(checkpointPath(run, config.stages.at(-1)?.name ?? ""));
const source = {
	name: "check",
	seed: 1,
	split: "train",
	tasks: config.tasks,
	questions: 1,
	rules: config.rules,
} as const;

const rows: { readonly sample: LabSample; readonly question: string; readonly logits: Float32Array }[] = [];
for (const scenario of SCENARIOS) {
	const samples = Array.from({ length: SAMPLES }, (_, index) => sampleAt(source, scenario, index));
	for await (const { index, question, logits } of answerLogits({ model: lab, parameters }, samples)) {
		const sample = samples[index];
		if (sample !== undefined) rows.push({ sample, question: question.text, logits });
	}
}

const model = await loadModel(join(run, "model"), { threads: 1 });
const answers: { readonly ids: readonly number[]; readonly text: string }[] = [];
for (const { sample, question } of rows) {
	const messages = [
		{ role: "user" as const, content: [...partsOf(sample), { type: "text" as const, text: question }] },
	];
	const answer = model.conversation().generate(messages, { maxTokens: 4 });
	for (let next = await answer.next(); ; next = await answer.next()) {
		if (next.done !== true) continue;
		answers.push({ ids: model.prompt(messages).ids, text: next.value.text.trim() });
		break;
	}
}
await model.close();

const asked = rows.map(({ sample, question }) => {
	const nested = drawSample(sample).map(({ width, height, data }) =>
		Array.from({ length: height }, (_, y) =>
			Array.from({ length: width }, (_, x) => [
				...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
			]),
		),
	);
	return JSON.stringify({ [sample.scenario === "video" ? "frames" : "images"]: nested, question });
});
const { status, stdout, stderr } = spawnSync(python, [join(ROOT, "oracle/lab.py"), join(run, "model")], {
	input: `${asked.join("\n")}\n`,
	encoding: "utf8",
	maxBuffer: 2 ** 28,
});
if (status !== 0) throw new Error(stderr);
const theirs = stdout.trim().split("\n");

let wrong = 0;
let largest = 0;
for (const [index, line] of theirs.entries()) {
	const { ids, logits, answer } = JSON.parse(line) as {
		readonly ids: readonly number[];
		readonly logits: readonly number[];
		readonly answer: string;
	};
	const own = rows[index];
	const difference = Math.max(
		...logits.map((value, id) => Math.abs(value - (own?.logits[id] ?? Number.NaN))),
	);
	largest = Math.max(largest, difference);
	const isEqual = ids.join() === answers[index]?.ids.join() && answer === answers[index]?.text;
	if (isEqual && difference < TOLERANCE) continue;
	wrong++;
	console.log(own?.question, { difference, answer, own: answers[index] });
}
console.log(
	`${theirs.length} of ${rows.length} questions, ${wrong} different; logits differ by at most ${largest.toExponential(1)}`,
);
process.exitCode = wrong === 0 && theirs.length === rows.length ? 0 : 1;

function partsOf(sample: LabSample): Part[] {
	const images = drawSample(sample);
	const [first] = images;
	if (sample.scenario !== "video" || first === undefined)
		return images.map((image) => ({ type: "image", image }));
	const { width, height } = first;
	return [
		{
			type: "video",
			clip: { item: { kind: "video", width, height, frames: images.length }, frames: images },
		},
	];
}
