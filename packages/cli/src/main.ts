/** The `onevision` command: parse, call, print. Each command is loaded when it is asked for. */

import { OnevisionError } from "@onevision/base";
import { Command, CommanderError, Option } from "commander";
import { addDrawing } from "./drawing.ts";
import { EXIT } from "./exit.ts";
import {
	asIsOption,
	backendOption,
	configOption,
	dtypeOption,
	hubOption,
	imageOption,
	jsonOption,
	loadingOption,
	maxLengthOption,
	modelOption,
	orientationOption,
	parityOption,
	rowsOption,
	setOption,
	videoOption,
} from "./options.ts";
import { type Refusal, refusalOf } from "./refusal.ts";
import { processTerminal, type Terminal } from "./terminal.ts";

/** Runs one command line (without node and script) and returns the exit status. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
	let status: number = EXIT.done;
	const program = buildProgram(terminal, (code) => {
		status = code;
	});
	try {
		await program.parseAsync([...args], { from: "user" });
		return status;
	} catch (error) {
		if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
		// Commander has said so itself.
		const refusal: Refusal | undefined =
			error instanceof CommanderError
				? { code: "invalid-input", message: oneLine(error.message).replace(/^error: /, "") }
				: refusalOf(error);
		if (refusal !== undefined) {
			if (!(error instanceof CommanderError)) terminal.err(`onevision: ${refusal.message}\n`);
			if (args.includes("--json")) await terminal.out(`${JSON.stringify({ error: refusal }, null, 2)}\n`);
			return EXIT.error;
		}
		const internal = error instanceof Error ? (error.stack ?? error.message) : String(error);
		terminal.err(`onevision: unexpected failure, please report it\n${internal}\n`);
		return EXIT.error;
	}
}

/** Entry of the installed command. */
export async function runFromProcess(): Promise<void> {
	// A reader that closes early (head) is no error.
	process.stdout.on("error", (error: NodeJS.ErrnoException) => {
		if (error.code === "EPIPE") process.exit(EXIT.done);
		process.stderr.write(
			`onevision: standard output: cannot be written (${error.code}); is the disk full?\n`,
		);
		process.exit(EXIT.error);
	});
	process.exitCode = await run(process.argv.slice(2), processTerminal());
}

/** Commander's message with its suggestion behind it rather than below. */
function oneLine(text: string): string {
	return text.replace(/\n\(Did you mean (.*\?)\)/, "; did you mean $1");
}

function buildProgram(terminal: Terminal, exitWith: (status: number) => void): Command {
	const program = new Command("onevision");
	program
		.description("Count visual tokens and plan budgets and curricula for vision-language models")
		.version("0.1.0")
		.showSuggestionAfterError()
		.exitOverride()
		.configureOutput({
			writeOut: (text) => void terminal.out(text),
			writeErr: (text) => terminal.err(oneLine(text).replace(/^error: /, "onevision: ")),
		});
	addCounting(program, terminal, exitWith);
	addPixels(program, terminal, exitWith);
	addPlanning(program, terminal, exitWith);
	addData(program, terminal, exitWith);
	addDrawing(program, terminal);
	return program;
}

function addCounting(program: Command, terminal: Terminal, exitWith: (status: number) => void): void {
	program
		.command("models")
		.description("list models, those whose names hold some words, or one with its settings and sources")
		.argument("[id or words...]", "a model's id or other name, or words to look for in names: qwen 7b")
		.addOption(jsonOption())
		.action(async (words: string[], options) => {
			const { showModels } = await import("./commands/models.ts");
			await showModels(terminal, words, options);
		});
	program
		.command("count")
		.description("count tokens of files, sizes or a JSON Lines file")
		.argument("[files...]", "images, videos and folders")
		.addOption(modelOption())
		.addOption(configOption())
		.addOption(hubOption())
		.addOption(setOption())
		.addOption(parityOption())
		.addOption(imageOption())
		.addOption(videoOption())
		.addOption(asIsOption())
		.option("--together", "all media are one conversation (several images are then laid out as such)")
		.addOption(rowsOption())
		.option("--tokenizer <file>", "the model's tokenizer.json: text between frames is counted, not estimated")
		.option("--jsonl <file>", "samples to count, one JSON object a line; - is standard input")
		.option(
			"--request <file>",
			"the body of a chat request to OpenAI, Anthropic or Google; - is standard input",
		)
		.option(
			"--api <api>",
			"with --request: the API it is written for (openai-chat, openai-responses, anthropic-messages, gemini-generate-content), where its keys leave it open",
		)
		.option("--date <day>", "with --request: the rules and prices of this day, YYYY-MM-DD")
		.option(
			"--prices <file>",
			"with --request: own prices, JSON: {model: {inputUsd, outputUsd}} per million tokens",
		)
		.addOption(loadingOption())
		.addOption(orientationOption())
		.addOption(jsonOption())
		.action(async (files: string[], options, command: Command) => {
			refuseIdleOptions(files, options);
			if (options.request !== undefined) {
				const { countRequest } = await import("./commands/request.ts");
				// The model is the request's own unless one was asked for.
				const asked = command.getOptionValueSource("model") === "cli" ? options.model : undefined;
				exitWith(await countRequest(terminal, { ...options, model: asked }));
				return;
			}
			const { countMedia } = await import("./commands/count.ts");
			exitWith(await countMedia(terminal, files, options));
		});
	program
		.command("compare")
		.description("what the same media cost under several models: tokens, context, price, first token")
		.argument("[files...]", "images, videos and folders")
		.option("--models <ids>", "comma-separated models, all or usual", "usual")
		.addOption(configOption())
		.addOption(hubOption())
		.addOption(imageOption())
		.addOption(videoOption())
		.option("--together", "all media are one conversation, one request")
		.option("--under <tokens>", "each model's best settings under so many visual tokens a request")
		.addOption(asIsOption())
		.option("--accelerator <id>", "what open models run on (default: h100-sxm)")
		.option("--price <usd>", "price of one accelerator per hour (default: the hardware table's)")
		.option("--batch <requests>", "requests decoded together (default: 16)")
		.option("--prompt <tokens>", "text of a request beside its media (default: 128)")
		.option("--answer <tokens>", "tokens of an answer (default: 128)")
		.addOption(rowsOption())
		.addOption(loadingOption())
		.addOption(orientationOption())
		.option("--csv", "print CSV, a row per model")
		.addOption(jsonOption())
		.action(async (files: string[], options) => {
			const { compareModels } = await import("./commands/compare.ts");
			await compareModels(terminal, files, options);
		});
	program
		.command("fit")
		.description("the largest size, clip or setting under a token limit; the max_length of a set of samples")
		.addOption(modelOption())
		.addOption(configOption())
		.addOption(hubOption())
		.addOption(setOption())
		.addOption(parityOption())
		.addOption(asIsOption())
		.addOption(imageOption())
		.addOption(videoOption())
		.option("--aspect <W:H>", "the largest image of this shape")
		.option(
			"--jsonl <file>",
			"samples whose max_length is asked for, one JSON object a line; - is standard input",
		)
		.option("-t, --tokens <count>", "most visual tokens; with --jsonl, a length whose overruns are counted")
		.option("--setting <key>", "the largest value of this setting, for the media given as one sample")
		.option("--quantile <share>", "with --jsonl: share of the samples that must fit whole (default 1)")
		.option("--tokenizer <file>", "with --jsonl: the model's tokenizer.json, to count text between frames")
		.addOption(jsonOption())
		.action(async (options) => {
			const { fitMedia } = await import("./commands/fit.ts");
			exitWith(await fitMedia(terminal, options));
		});
}

function addPixels(program: Command, terminal: Terminal, exitWith: (status: number) => void): void {
	program
		.command("preprocess")
		.description("make the tensors a model takes, equal to transformers to the bit")
		.argument("<files...>", "images, videos and folders")
		.addOption(modelOption())
		.addOption(configOption())
		.addOption(hubOption())
		.addOption(setOption())
		.addOption(asIsOption())
		.addOption(backendOption())
		.addOption(dtypeOption())
		.requiredOption(
			"--out <file|folder/>",
			"one batch in a .safetensors file, or one file per input in a folder",
		)
		.option("--together", "all images are one conversation (several are then laid out as such)")
		.option("--threads <count>", "with a folder: files made at the same time (default: one per core)")
		.addOption(loadingOption())
		.addOption(orientationOption())
		.addOption(jsonOption())
		.action(async (files: string[], options) => {
			const { preprocessMedia } = await import("./commands/preprocess.ts");
			exitWith(await preprocessMedia(terminal, files, options));
		});
}

function addData(program: Command, terminal: Terminal, exitWith: (status: number) => void): void {
	program
		.command("profile")
		.description("what a training set holds: its mix, tokens and lengths, from headers alone")
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
		.option("--seed <number>", "seed of what mixtures draw at random (default 0)")
		.option(
			"-b, --budget <tokens>",
			"visual tokens per sample: what is over, and which settings would bring p95 under it",
		)
		.addOption(maxLengthOption())
		.option(
			"--tokenizer <folder>",
			"the model's folder with tokenizer and chat template: text is counted, not estimated",
		)
		.option("--out <folder>", "store the profile there as Parquet; a run that was stopped goes on")
		.addOption(loadingOption())
		.addOption(orientationOption())
		.addOption(jsonOption())
		.action(async (paths: string[], options) => {
			const { profileSets } = await import("./commands/profile.ts");
			exitWith(await profileSets(terminal, paths, options));
		});
}

/** Throws `invalid-input` for options that would be read and then do nothing. */
function refuseIdleOptions(
	files: readonly string[],
	options: Readonly<Record<string, unknown>> & { readonly set: readonly string[] },
): void {
	const idle = (keys: readonly string[]): string[] => keys.filter((key) => options[key] !== undefined);
	if (options.request === undefined) {
		const [first] = idle(["api", "date", "prices"]);
		if (first === undefined) return;
		const instead = first === "date" ? "; for a closed model's rule of a day use --set date=YYYY-MM-DD" : "";
		throw new OnevisionError("invalid-input", `--${first}: goes with --request${instead}`);
	}
	const beside = [
		...idle(["jsonl", "parity", "tokenizer", "config", "hub"]).map((key) => `--${key}`),
		...(options.set.length > 0 ? ["--set"] : []),
		...(files.length > 0 ? ["files"] : []),
	];
	if (beside.length > 0) {
		throw new OnevisionError(
			"invalid-input",
			`--request brings its own media and settings; leave out ${beside.join(", ")}`,
		);
	}
}

function addPlanning(program: Command, terminal: Terminal, exitWith: (status: number) => void): void {
	const planning = (command: Command): Command =>
		command
			.argument("[request]", "plan request, YAML or JSON; - is standard input (default: the example)")
			.option("-b, --budget <tokens>", "visual tokens per sample")
			.option("--mix <a,b,c>", "percent of single-image, multi-image, video")
			.option("-m, --model <id>", "checkpoint id, Hugging Face repository id or short name")
			.addOption(configOption())
			.addOption(hubOption())
			.option("--media <path>", "folder of media to plan on, or a JSON Lines file of samples")
			.addOption(
				new Option(
					"--grouping <how>",
					"none: every file is a sample (default); folder: a subfolder of 2 to 32 images is one multi-image sample",
				).choices(["none", "folder"]),
			)
			.addOption(loadingOption())
			.option("--purpose <train|deploy>", "train: any recipe; deploy: what the checkpoint supports")
			.option("--full-recipe", "plan every stage, from alignment on, not only those left for the checkpoint")
			.option("--lora [rank]", "train adapters on the language model (default rank 128), the tower frozen")
			.option("--freeze-tower", "leave the vision tower as it is")
			.addOption(
				new Option("--offload <what>", "what training keeps in the host's memory").choices([
					"none",
					"optimizer",
					"optimizer-and-parameters",
				]),
			)
			.option("--batch <count>", "requests decoded together (default 16)")
			.addOption(parityOption())
			.option("--accelerator <id>", "an id of the hardware table")
			.option("--accelerators <count>", "accelerators in training")
			.option("--price <usd>", "price of one accelerator per hour")
			.option("--allow <rule...>", "override a rule knowingly; the plan records it")
			.addOption(jsonOption());
	planning(program.command("plan").description("plan budget, curriculum and cost for a media mix"))
		.option("--full", "the whole plan, not only its first screen")
		.option("--explain <scenario>", "why not other settings: what each would cost and keep")
		.option("--diff <plans...>", "what changed between two plan.json files")
		.option("--out <folder>", "write plan.json, plan.md and curriculum.yaml")
		.option("--schema", "print the JSON Schema of the plan request")
		.action(async (request: string | undefined, options) => {
			const { planMedia } = await import("./commands/plan.ts");
			exitWith(await planMedia(terminal, request, options));
		});
	planning(program.command("curriculum").description("the training schedule of a plan, as YAML")).action(
		async (request: string | undefined, options) => {
			const { printCurriculum } = await import("./commands/curriculum.ts");
			exitWith(await printCurriculum(terminal, request, options));
		},
	);
	program
		.command("skill")
		.description("print the planner's agent skill, or write it to a folder")
		.option("--out <folder>", "write skill-onevision-budget-planner.md there")
		.addOption(jsonOption())
		.action(async (options) => {
			const { printSkill } = await import("./commands/skill.ts");
			await printSkill(terminal, options);
		});
}
