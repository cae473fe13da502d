/** Commands for training sets: profile, pack, export and launch. */

import { type Command, Option } from "commander";
import type { Terminal } from "../terminal.ts";
import {
	asIsOption,
	capacityOption,
	configOption,
	dataOption,
	hubOption,
	jsonOption,
	loadingOption,
	maxLengthOption,
	modelOption,
	orientationOption,
	parityOption,
	sbatchOption,
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
		.option(
			"--out <folder>",
			"store the profile there as Parquet, with a report in HTML; a stopped run resumes",
		)
		.option("--threads <number>", "threads that read and measure (default: one per core)")
		.addOption(
			new Option(
				"--duplicates <exact|perceptual>",
				"with --out: find media with the same bytes, or also images that look the same, which are decoded for it",
			).choices(["exact", "perceptual"]),
		)
		.option("--compare <folder>", "show what changed since the profile stored there")
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
	addStored(profile, terminal, exitWith);
	program
		.command("pack")
		.description("pack a profiled training set into full sequences, for ranks that finish together")
		.argument("<profile>", "the folder that profile --out stored")
		.addOption(capacityOption())
		.option("--by <what>", "what fills a pack: tokens, visual-tokens or tower-tokens", "tokens")
		.option("--max-samples <count>", "most samples in a pack")
		.option("--max-media <count>", "most images and videos in a pack")
		.option("--max-tower-tokens <count>", "most tokens of a pack that the vision tower computes")
		.option(
			"--over-length <policy>",
			"samples longer than the largest capacity: leave-out, truncate behind the last answer that fits, or split behind answers",
			"leave-out",
		)
		.option("--group <none|modality>", "modality keeps samples with media and text apart", "none")
		.option("--ranks <count>", "order packs into steps in which so many ranks finish together")
		.option("--micro-batch <packs>", "packs of a rank in a step (default: 1)")
		.option("--wait <share>", "share of a step that ranks may wait for each other (default: 0.03)")
		.option("--seed <number>", "seed of what goes where (default: 0)")
		.option("-m, --model <id>", "whose FLOPs decide what a pack costs (default: the profile's model)")
		.addOption(configOption())
		.addOption(hubOption())
		.option("--out <folder>", "store the manifest there; a stopped run goes on")
		.option("--format <parquet|jsonl>", "how the manifest is stored", "parquet")
		.option("--shard <i/n>", "write only part i of n, from 0, of the manifest")
		.option("--explain [packs]", "draw the first packs")
		.addOption(jsonOption())
		.action(async (profile: string, options) => {
			const { packSamples } = await import("../commands/pack.ts");
			exitWith(await packSamples(terminal, profile, options));
		});
	program
		.command("export")
		.description("hand a plan or packs to the tool that trains or serves it, with its data")
		.argument("<source>", "a plan (plan.json, its folder, or a request in YAML), or the folder of pack --out")
		.requiredOption("--to <target>", EXPORT_TARGETS)
		.option("--out <folder>", "write the files there; a stopped run resumes (default: print them)")
		.addOption(dataOption())
		.addOption(
			new Option("--media <link|embed>", "name media where they lie, or copy them into the export").choices([
				"link",
				"embed",
			]),
		)
		.option("--weights <id>", "hub id or folder of the model to load (default: the plan's checkpoint)")
		.option("--config <folder>", "transformers: a snapshot whose configuration gets the settings")
		.option("--max-length <tokens>", "sequence length of every stage (default: follows from the plan)")
		.option("--format <name>", "the format of the data sets (default: told by their content)")
		.option("--root <folder>", "where media paths start, and what none may leave")
		.option("--seed <number>", "seed of what mixtures draw at random (default: 0)")
		.option("--shard <i/n>", "do the i-th of n shares of the data, i from 0; others do the rest")
		.option("--packs-per-shard <count>", "packs of a tar shard (default: 1000)")
		.option("--split <train/val/test>", "energon: shares of the splits, such as 98/1/1 (default: all train)")
		.addOption(jsonOption())
		.action(async (source: string, options) => {
			const { exportSource } = await import("../commands/export.ts");
			exitWith(await exportSource(terminal, source, options));
		});
	program
		.command("launch")
		.description("run profile, pack or export in shards on a cluster, and put them together")
		.argument("<command...>", "after --: the command with its own options, --out among them")
		.addOption(new Option("--on <slurm|ray>", "the cluster").choices(["slurm", "ray"]).makeOptionMandatory())
		.requiredOption("--shards <count>", "tasks that share the work")
		.option("--at-once <count>", "slurm: tasks that run at the same time (default: as many as fit)")
		.addOption(sbatchOption())
		.option("--cpus <count>", "ray: CPUs of a task (default: 1)")
		.option("--rounds <count>", "times that lost shards are submitted (default: 3)")
		.option("--program <words>", "how the nodes run onevision (default: as this process was run)")
		.option("--dry-run", "print the script and commands, and run nothing")
		.action(async (args: string[], options) => {
			const { launch } = await import("../commands/launch.ts");
			exitWith(await launch(terminal, args, options));
		});
}

/** The commands on stored profiles. */
function addStored(profile: Command, terminal: Terminal, exitWith: (status: number) => void): void {
	profile
		.command("report")
		.description("write a stored profile as one HTML page, with charts; profile --out writes it, too")
		.argument("<folder>", "a stored profile")
		.addOption(budgetOption())
		.addOption(maxLengthOption())
		.option("--out <file>", "the page (default: report.html in the folder)")
		.action(async (folder: string, options) => {
			const { reportStored } = await import("../commands/profile-report.ts");
			exitWith(await reportStored(terminal, folder, options));
		});
	profile
		.command("query")
		.description("SQL over the tables of a stored profile: samples, media, duplicates")
		.argument("<folder>", "a stored profile")
		.argument("<sql>", "one SELECT, as DuckDB has it")
		.option("--csv", "print CSV")
		.addOption(jsonOption())
		.action(async (folder: string, sql: string, options) => {
			const { queryStored } = await import("../commands/profile-query.ts");
			exitWith(await queryStored(terminal, folder, sql, options));
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

/** A test compares the names with the table of targets, which is loaded only with the command. */
const EXPORT_TARGETS =
	"a plan: transformers, vllm, sglang, trl, llava, llama-factory, ms-swift; packs: energon, webdataset";
