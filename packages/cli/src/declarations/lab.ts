/** Commands of the lab: lab tasks, train, report, run. */

import { type Command, Option } from "commander";
import type { Terminal } from "../terminal.ts";
import { jsonOption } from "./options.ts";

export function addLab(program: Command, terminal: Terminal, exitWith: (status: number) => void): void {
	const lab = program
		.command("lab")
		.enablePositionalOptions()
		.description("train a small model through a curriculum on this machine, and run experiments");
	lab
		.command("tasks")
		.description("the tasks, an example of each, and what is reached without seeing")
		.option("--samples <count>", "samples of each scenario that floors are computed from", "500")
		.addOption(jsonOption())
		.action(async (options) => {
			const { listTasks } = await import("../commands/lab.ts");
			exitWith(await listTasks(terminal, options));
		});
	lab
		.command("train")
		.description("train the stages of a planned curriculum; a stopped run resumes to the bit")
		.argument("<curriculum>", "curriculum.yaml of onevision plan --out, or of your own")
		.option("--out <folder>", "the folder of the run; one that exists is resumed")
		.option("--samples <count>", "samples of all stages together, shared out as planned (default: 12000)")
		.option(
			"--learning-rate <number>",
			"peak rate of all trained parts; plan keeps the plan's, which are for pretrained parts (default: 0.003)",
		)
		.option("--seed <number>", "of weights and samples", "0")
		.option("--tasks <ids>", "tasks that are trained and scored (default: all)")
		.option("--cells <count>", "cells on a side of a single image, 2 or 4: a tile, or four", "2")
		.option("--packs <count>", "packs of an update", "12")
		.option("--capacity <tokens>", "tokens of a pack", "80")
		.addOption(
			new Option("--arrangement <how>", "how samples become sequences")
				.choices(["packed", "padded"])
				.default("packed"),
		)
		.option("--evaluate <samples>", "samples of each scenario that are scored after a stage", "200")
		.option("--threads <count>", "threads of an update", "1")
		.option("--check", "plan the batches and print them, without training")
		.addOption(jsonOption())
		.action(async (curriculum: string, options) => {
			const { trainLab } = await import("../commands/lab.ts");
			exitWith(await trainLab(terminal, curriculum, options));
		});
	lab
		.command("report")
		.description("one page of one or more runs: curves, scores, examples")
		.argument("<runs...>", "folders of runs")
		.requiredOption("--out <file>", "the page, HTML")
		.action(async (runs: string[], options) => {
			const { reportRuns } = await import("../commands/lab.ts");
			exitWith(await reportRuns(terminal, runs, options));
		});
	lab
		.command("run")
		.description("run an experiment: what has no result yet, and its page")
		.argument("<experiment>", "a folder with an experiment.yaml")
		.option("--seeds <numbers>", "only these seeds, such as 0,1 (default: the experiment's)")
		.option("--arms <names>", "only these arms")
		.option("--page", "only write the page of the results that are stored")
		.addOption(jsonOption())
		.action(async (experiment: string, options) => {
			const { runLabExperiment } = await import("../commands/lab.ts");
			exitWith(await runLabExperiment(terminal, experiment, options));
		});
}
