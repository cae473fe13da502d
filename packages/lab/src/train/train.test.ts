/** A tiny run: the loss falls, a run that was stopped goes on to the same bits, packing and padding compute the same. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadModel } from "@onevision/model/node";
import { afterAll, expect, test } from "vitest";
import { type LabModel, labModel, type ModelSize } from "../model/snapshot.ts";
import { runReport } from "../report/report.ts";
import { drawSample } from "../samples/prepare.ts";
import { type SampleSource, sampleAt } from "../samples/sample.ts";
import { vocabularyOfTasks } from "../tasks/index.ts";
import { SCENE_RULES } from "../tasks/scenes.ts";
import { initialParametersOf } from "./parameters.ts";
import { trainCurriculum } from "./run.ts";
import { type RunConfig, readRunFolder } from "./run-folder.ts";
import { trainStage } from "./session.ts";
import { type BatchRules, planBatches, type StageSpec } from "./stage.ts";

const folder = mkdtempSync(join(tmpdir(), "onevision-lab-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SIZE: ModelSize = {
	tile: 16,
	patch: 4,
	gridSide: 2,
	tower: { hidden: 16, layers: 1, heads: 2 },
	decoder: { hidden: 32, layers: 1, heads: 4 },
};
const model: LabModel = labModel(SIZE, vocabularyOfTasks());

const stage = (name: string, samples: number, more: Partial<StageSpec> = {}): StageSpec => ({
	name,
	samples,
	mixture: { "single-image": 1, "multi-image": 0, video: 1 },
	trainable: ["tower", "projector", "language-model"],
	learningRate: 3e-3,
	schedule: "cosine",
	warmup: 0.1,
	floor: 0.05,
	...more,
});

const VIDEO = { "single-image": 0, "multi-image": 0, video: 1 };
const batches: BatchRules = { packs: 4, capacity: 112, arrangement: "packed" };
const config: RunConfig = {
	format: "onevision-lab-1",
	seed: 0,
	model: SIZE,
	tasks: ["video.counting", "video.first"],
	questions: 3,
	rules: { ...SCENE_RULES, cells: { single: 2, several: 2 } },
	batches,
	// One scenario: each is a session of its own when it is scored.
	stages: [
		stage("1-alignment", 16, { mixture: VIDEO, trainable: ["projector"] }),
		stage("2-onevision", 160, { mixture: VIDEO }),
	],
	evaluationSamples: 4,
};
const source: SampleSource = {
	...config,
	name: "stage",
	split: "train",
	tasks: ["single-image.counting", "video.first"],
};

test("a run stopped in the middle leaves the files of one that was not", async () => {
	const [whole, stopped] = [join(folder, "whole"), join(folder, "stopped")];
	await trainCurriculum({ folder: whole, config, checkpointEvery: 4 });
	let updates = 0;
	const failing = trainCurriculum({
		folder: stopped,
		config,
		checkpointEvery: 4,
		onStep: () => {
			if (++updates === 9) throw new Error("stopped");
		},
	});
	await expect(failing).rejects.toThrow("stopped");
	await trainCurriculum({ folder: stopped, config, checkpointEvery: 4 });
	const files = (path: string) =>
		readdirSync(path, { recursive: true, encoding: "utf8", withFileTypes: true })
			.filter((entry) => entry.isFile())
			.map((entry) => join(entry.parentPath, entry.name).slice(path.length));
	expect(files(stopped).sort()).toEqual(files(whole).sort());
	for (const file of files(whole)) {
		expect(readFileSync(stopped + file).equals(readFileSync(whole + file)), file).toBe(true);
	}
	const run = await readRunFolder(whole);
	const losses = run.metrics.filter((line) => line.stage === "2-onevision").map(({ loss }) => loss);
	const mean = (own: readonly number[]) => own.reduce((sum, each) => sum + each, 0) / own.length;
	expect(mean(losses.slice(-4))).toBeLessThan(0.7 * mean(losses.slice(0, 4)));
	expect(run.evaluations.map((line) => `${line.stage} ${line.split}`)).toEqual([
		"1-alignment train",
		"1-alignment held-out",
		"2-onevision train",
		"2-onevision held-out",
	]);

	await expect(trainCurriculum({ folder: whole, config: { ...config, seed: 1 } })).rejects.toThrow(
		/holds a run with other seed/,
	);

	// What was exported runs as every snapshot does.
	const exported = await loadModel(join(whole, "model"), { threads: 1 });
	const [image] = drawSample(sampleAt(source, "single-image", 0));
	const content = [
		...(image ? [{ type: "image" as const, image }] : []),
		{ type: "text" as const, text: "how many red" },
	];
	const messages = [{ role: "user" as const, content }];
	const { ids } = exported.prompt(messages);
	expect(ids.slice(-3)).toEqual(model.vocabulary.encode("how many red"));
	const answer = exported.conversation().generate(messages, { maxTokens: 1 });
	expect((await answer.next()).done).toBeDefined();
	await exported.close();

	const page = await runReport([run]);
	expect(page).toContain("1-alignment");
	expect(page).not.toMatch(/src="http|href="http/);
}, 180_000);

test("packed and padded sequences of one step give the same loss and update", async () => {
	const own = stage("s", 12);
	const runs = await Promise.all(
		(["packed", "padded"] as const).map(async (arrangement) => {
			const rules = { ...batches, packs: 4, arrangement };
			const losses: number[] = [];
			const { batches: planned } = await trainStage({
				model,
				source,
				stage: own,
				rules,
				parameters: initialParametersOf(model, 0),
				onStep: ({ loss }) => void losses.push(loss),
			});
			return { losses, planned };
		}),
	);
	const [packed, padded] = runs;
	for (const [step, loss] of packed?.losses.entries() ?? []) {
		expect(Math.abs(loss / (padded?.losses[step] ?? 0) - 1)).toBeLessThan(1e-4);
	}
	const placesOf = (steps: NonNullable<typeof packed>["planned"]["steps"]) =>
		steps.map((step) => step.flat());
	expect(placesOf(packed?.planned.steps ?? [])).toEqual(placesOf(padded?.planned.steps ?? []));
});

test("every sample is in one batch, and batches are nearly full", () => {
	const { steps, fill } = planBatches(model, { ...source, questions: 4 }, stage("s", 300), {
		...batches,
		packs: 8,
	});
	const places = steps.flat(2).map(({ scenario, index }) => `${scenario} ${index}`);
	expect(new Set(places).size).toBe(300);
	expect(places).toHaveLength(300);
	expect(fill.views).toBeGreaterThan(0.8);
	expect(fill.tokens).toBeGreaterThan(0.7);
});
