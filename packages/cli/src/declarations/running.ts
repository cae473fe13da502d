/** Commands that run a model: run. */

import type { Command } from "commander";
import type { Terminal } from "../terminal.ts";
import {
	asIsOption,
	jsonOption,
	loadingOption,
	orientationOption,
	quantizeOption,
	setOption,
} from "./options.ts";

export function addRunning(program: Command, terminal: Terminal, exitWith: (status: number) => void): void {
	program
		.command("run")
		.description("ask a model about images and videos, on this machine")
		.argument(
			"[media and question...]",
			"images and videos of one question, or a folder whose files are asked one by one; the question comes last",
		)
		.requiredOption(
			"-m, --model <folder>",
			"the folder of a Hugging Face snapshot with its weights, or owner/name on the hub (hf://owner/name@revision)",
		)
		.option("--system <text>", "a system message before the question")
		.option("--max-tokens <count>", "most tokens of an answer (default: 256)")
		.option("--temperature <number>", "draws tokens; 0 takes the most likely (default: 0)")
		.option("--top-p <share>", "draws from the most likely tokens of this share (default: 1)")
		.option("--top-k <count>", "draws from this many most likely tokens (default: all)")
		.option("--repetition-penalty <number>", "above 1, tokens seen become less likely (default: 1)")
		.option("--seed <number>", "of the draws (default: 0)")
		.option(
			"--stop <text>",
			"ends an answer before this text; repeatable",
			(value: string, previous: string[]) => [...previous, value],
			[],
		)
		.option(
			"--jsonl <file>",
			"questions, one JSON object a line: id, media (paths), question; - is standard input",
		)
		.option("--out <file>", "answers as JSON Lines; a stopped run goes on where it stopped")
		.addOption(quantizeOption())
		.option(
			"--check",
			"lay out the prompts, and compare logits instead of answering: with --quantize against float32, else read at once against token by token",
		)
		.option(
			"--answers <count>",
			"answers made at the same time, for --out and --json: more in all, each slower (default: 1)",
		)
		.option("--threads <count>", "threads of the model (default: one for each core)")
		.addOption(setOption())
		.addOption(asIsOption())
		.addOption(loadingOption())
		.addOption(orientationOption())
		.addOption(jsonOption())
		.action(async (given: string[], options) => {
			const { runModel } = await import("../commands/run.ts");
			exitWith(await runModel(terminal, given, options));
		});
}
