/** Commands for training sets: profile. */

import type { Command } from "commander";
import type { Terminal } from "../terminal.ts";
import {
	asIsOption,
	configOption,
	hubOption,
	jsonOption,
	loadingOption,
	maxLengthOption,
	modelOption,
	orientationOption,
	parityOption,
	setOption,
} from "./options.ts";

export function addData(program: Command, terminal: Terminal, exitWith: (status: number) => void): void {
	program
		.command("profile")
		.description("profile a training set: its mix, tokens and lengths, from headers alone")
		.argument("<data...>", "data sets: JSON, JSON Lines, Parquet, tar shards, folders")
		.addOption(modelOption())
		.addOption(configOption())
		.addOption(hubOption())
		.addOption(setOption())
		.addOption(parityOption())
		.addOption(asIsOption())
		.option("--format <name>", "the format of the data sets (default: told by their content)")
		.option(
			"--root <folder>",
			"where media paths start, and what none may leave (default: the file's own folder)",
		)
		.option("--seed <number>", "seed of what mixtures draw at random (default: 0)")
		.option(
			"-b, --budget <tokens>",
			"visual tokens per sample: what is over, and which settings would bring p95 under it",
		)
		.addOption(maxLengthOption())
		.option(
			"--tokenizer <folder>",
			"the model's folder with tokenizer and chat template: text is counted, not estimated",
		)
		.option("--out <folder>", "store the profile there as Parquet; a stopped run resumes")
		.addOption(loadingOption())
		.addOption(orientationOption())
		.addOption(jsonOption())
		.action(async (paths: string[], options) => {
			const { profileSets } = await import("../commands/profile.ts");
			exitWith(await profileSets(terminal, paths, options));
		});
}
