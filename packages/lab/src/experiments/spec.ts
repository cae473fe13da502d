/**
 * An experiment as a file: its question and prediction, the arms that differ, what is compared, on which seeds. Everything is
 * written before the first run; `experiment.yaml` is the only input of a run besides the code.
 */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { OnevisionError } from "@onevision/base";
import {
	choice,
	type Infer,
	integer,
	list,
	map,
	number,
	object,
	optional,
	text,
} from "@onevision/base/schema";
import { parse as parseYaml } from "yaml";
import { type TaskId, taskNamed } from "../tasks/index.ts";
import { ARRANGEMENTS } from "../train/stage.ts";

const share = (doc: string) => optional(number(doc, { min: 0, max: 1 }));

const stage = object("A stage, trained in full from where the one before it ended", {
	samples: integer("Samples", { min: 1, max: 1e8 }),
	mixture: object("Shares of the scenarios", {
		"single-image": share("Samples of one image"),
		"multi-image": share("Samples of several images"),
		video: share("Samples of a clip"),
	}),
	learningRate: number("Peak rate of all parts", { min: 0, max: 1 }),
	schedule: choice("How the rate goes on after warm-up", ["constant", "cosine", "linear"]),
	warmup: number("Share of the steps with a rising rate", { min: 0, max: 0.9 }),
	floor: optional(number("Rate at the end, as a share of the peak (default 0)", { min: 0, max: 1 })),
});

const evaluation = object("A way in which the trained models are asked", {
	frames: optional(integer("Frames of a clip (default: those of training)", { min: 1, max: 1024 })),
	longer: optional(
		choice(
			"How a clip gets more frames: the same events sampled more densely, or a longer clip around them",
			["stride", "length"],
		),
	),
	positions: optional(
		number("Factor of all positions: below 1, positions are interpolated (default 1)", {
			min: 0.001,
			max: 10,
		}),
	),
	see: optional(
		choice("What is seen of a sample (default: all of it)", [
			"nothing",
			"another",
			"one-frame",
			"shuffled-frames",
		]),
	),
});

const schema = object("An experiment", {
	title: text("What it is called"),
	question: text("What it asks"),
	claim: text("The claim it tests, and who makes it", 2000),
	prediction: text("What was expected, written before the first run", 2000),
	reading: optional(text("What the results say of the prediction, written after the last run", 2000)),
	limits: list("What it cannot say", text("A limit", 1000), { min: 1, max: 20 }),
	minutes: number("Minutes a run of all arms and seeds takes on one core", { min: 0.01, max: 10_000 }),
	tasks: list("Tasks that are trained and scored", text("A task", 100), { min: 1, max: 100 }),
	cells: integer("Cells on a side of a single image", { min: 1, max: 8 }),
	questions: integer("Most questions of a sample", { min: 1, max: 16 }),
	packs: integer("Packs of a step", { min: 1, max: 4096 }),
	capacity: integer("Tokens of a pack", { min: 16, max: 65_536 }),
	evaluationSamples: integer("Samples of each scenario that are scored", { min: 1, max: 1e6 }),
	seeds: list("Seeds", integer("A seed", { min: 0, max: 2 ** 31 - 1 }), { min: 1, max: 1000 }),
	arms: map(
		"What is compared, by name",
		object("An arm", {
			stages: list("Its stages in order", stage, { min: 1, max: 10 }),
			arrangement: optional(choice("How samples become sequences (default packed)", ARRANGEMENTS)),
		}),
		{ max: 20 },
	),
	evaluations: map("Ways of asking, by name", evaluation, { max: 50 }),
	composite: list("Tasks whose mean skill is the score that is compared", text("A task", 100), {
		min: 1,
		max: 100,
	}),
	comparisons: list(
		"Pairs of ARM or ARM@EVALUATION: the first minus the second, seed by seed",
		list("A pair", text("A condition", 200), { min: 2, max: 2 }),
		{ min: 1, max: 100 },
	),
});

export type ExperimentSpec = Infer<typeof schema>;
export type ArmSpec = ExperimentSpec["arms"][string];
export type EvaluationSpec = ExperimentSpec["evaluations"][string];

export interface Experiment {
	readonly name: string;
	readonly folder: string;
	readonly spec: ExperimentSpec;
	readonly tasks: readonly TaskId[];
	readonly composite: readonly TaskId[];
}

/** An arm asked in one way. */
export interface Condition {
	readonly arm: string;
	readonly evaluation: string;
}

/** Reads `FOLDER/experiment.yaml`. Throws `unreadable-file`, `invalid-input`, `unknown-key` or `unknown-name` in one line. */
export async function readExperiment(folder: string): Promise<Experiment> {
	const path = join(folder, "experiment.yaml");
	const written = await readFile(path, "utf8").catch(() => undefined);
	if (written === undefined) {
		throw new OnevisionError(
			"unreadable-file",
			`${path}: cannot be read; an experiment is a folder with an experiment.yaml`,
		);
	}
	return parseExperiment(written, folder, path);
}

export function parseExperiment(written: string, folder: string, path: string): Experiment {
	let value: unknown;
	try {
		value = parseYaml(written, { maxAliasCount: 100 });
	} catch (error) {
		const why = error instanceof Error ? (error.message.split("\n")[0] ?? "") : "not YAML";
		throw new OnevisionError("unreadable-file", `${path}: ${why}`);
	}
	const spec = schema.parse(value, path);
	const experiment: Experiment = {
		name: folder.split(/[\\/]/).filter(Boolean).at(-1) ?? folder,
		folder,
		spec,
		tasks: spec.tasks.map(taskNamed),
		composite: spec.composite.map(taskNamed),
	};
	for (const condition of spec.comparisons.flat()) conditionOf(experiment, condition);
	return experiment;
}

/** Reads ARM or ARM@EVALUATION; the first evaluation is the default. Throws `unknown-name`. */
export function conditionOf({ spec }: Pick<Experiment, "spec">, written: string): Condition {
	const [arm = "", evaluation = Object.keys(spec.evaluations)[0] ?? ""] = written.split("@");
	for (const [kind, name, known] of [
		["arm", arm, spec.arms],
		["evaluation", evaluation, spec.evaluations],
	] as const) {
		if (!Object.hasOwn(known, name)) {
			throw new OnevisionError(
				"unknown-name",
				`comparison ${written}: no ${kind} ${JSON.stringify(name)}; there are ${Object.keys(known).join(", ")}`,
			);
		}
	}
	return { arm, evaluation };
}
