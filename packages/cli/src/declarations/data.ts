/** Commands for training sets: profile. */

import { type Command, Option } from "commander";
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
	const profile = program
		.command("profile")
		.enablePositionalOptions()
		.description("profile a training set: its mix, tokens and lengths, from headers alone")
		.argument("<data...>", "data sets: JSON, JSON Lines, Parquet, tar shards, folders; or a stored profile")
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
		.addOption(budgetOption())
		.addOption(maxLengthOption())
		.option(
			"--tokenizer <folder>",
			"the model's folder with tokenizer and chat template: text is counted, not estimated",
		)
		.option("--out <folder>", "store the profile there as Parquet; a stopped run resumes")
		.option("--threads <number>", "threads that read and measure (default: one per core)")
		.option("--shard <i/n>", "profile one of n shares, 0/n to n-1/n, into an --out of its own")
		.addOption(loadingOption())
		.addOption(orientationOption())
		.addOption(jsonOption())
		.action(async (paths: string[], options, command: Command) => {
			const { profileSets } = await import("../commands/profile.ts");
			exitWith(await profileSets(terminal, paths, options, givenFlags(command)));
		});
	profile
		.command("merge")
		.description("merge the shards of a profile: tables and sums as one machine would have made them")
		.argument("<folders...>", "the --out folders of all shards")
		.requiredOption("--out <folder>", "the merged profile")
		.addOption(budgetOption())
		.addOption(maxLengthOption())
		.addOption(jsonOption())
		.action(async (folders: string[], options) => {
			const { mergeShards } = await import("../commands/profile.ts");
			exitWith(await mergeShards(terminal, folders, options));
		});
}

const budgetOption = (): Option =>
	new Option(
		"-b, --budget <tokens>",
		"visual tokens per sample: what is over, and which settings would bring p95 under it",
	);

/** Long flags given on the command line. */
function givenFlags(command: Command): readonly string[] {
	return command.options
		.filter((option) => command.getOptionValueSource(option.attributeName()) === "cli")
		.map((option) => option.long ?? option.flags);
}
