/** Counting commands: models, count, compare, fit. */

import { OnevisionError } from "@onevision/base";
import type { Command } from "commander";
import type { Terminal } from "../terminal.ts";
import {
	acceleratorOption,
	asIsOption,
	batchOption,
	configOption,
	hubOption,
	imageOption,
	jsonlOption,
	jsonOption,
	loadingOption,
	modelOption,
	orientationOption,
	parityOption,
	priceOption,
	rowsOption,
	setOption,
	togetherOption,
	tokenizerOption,
	videoOption,
} from "./options.ts";

export function addCounting(program: Command, terminal: Terminal, exitWith: (status: number) => void): void {
	program
		.command("models")
		.description("list models, search them by words, or show one with its settings and sources")
		.argument("[id or words...]", "a model's id or other name, or words to search for: qwen 7b")
		.addOption(jsonOption())
		.action(async (words: string[], options) => {
			const { showModels } = await import("../commands/models.ts");
			await showModels(terminal, words, options);
		});
	program
		.command("count")
		.description("count the tokens of files, sizes, a JSON Lines file or a chat request")
		.argument("[files...]", "images, videos and folders")
		.addOption(modelOption())
		.addOption(configOption())
		.addOption(hubOption())
		.addOption(setOption())
		.addOption(parityOption())
		.addOption(imageOption())
		.addOption(videoOption())
		.addOption(asIsOption())
		.addOption(togetherOption())
		.addOption(rowsOption())
		.addOption(tokenizerOption())
		.addOption(jsonlOption())
		.option(
			"--request <file>",
			"the body of a chat request to OpenAI, Anthropic or Google; - is standard input",
		)
		.option(
			"--api <api>",
			"with --request: the API it is for, where its keys do not tell: openai-chat, openai-responses, anthropic-messages or gemini-generate-content",
		)
		.option("--date <day>", "with --request: count by the rules and prices of this day, YYYY-MM-DD")
		.option(
			"--prices <file>",
			"with --request: your own prices, JSON: {model: {inputUsd, outputUsd}} per million tokens",
		)
		.addOption(loadingOption())
		.addOption(orientationOption())
		.addOption(jsonOption())
		.action(async (files: string[], options, command: Command) => {
			refuseIdleOptions(files, options);
			if (options.request !== undefined) {
				const { countRequest } = await import("../commands/request.ts");
				// The default model must not override the one in the request.
				const asked = command.getOptionValueSource("model") === "cli" ? options.model : undefined;
				exitWith(await countRequest(terminal, { ...options, model: asked }));
				return;
			}
			const { countMedia } = await import("../commands/count.ts");
			exitWith(await countMedia(terminal, files, options));
		});
	program
		.command("compare")
		.description("compare models on the same media: tokens, context, price, time to first token")
		.argument("[files...]", "images, videos and folders")
		.option("--models <ids>", "comma-separated models, all or usual", "usual")
		.addOption(configOption())
		.addOption(hubOption())
		.addOption(imageOption())
		.addOption(videoOption())
		.addOption(togetherOption())
		.option("--under <tokens>", "search each model's best settings under this many visual tokens per request")
		.addOption(asIsOption())
		.addOption(acceleratorOption())
		.addOption(priceOption())
		.addOption(batchOption())
		.option("--prompt <tokens>", "text tokens of a request besides its media (default: 128)")
		.option("--answer <tokens>", "tokens of a response (default: 128)")
		.addOption(rowsOption())
		.addOption(loadingOption())
		.addOption(orientationOption())
		.option("--csv", "print CSV, a row per model")
		.addOption(jsonOption())
		.action(async (files: string[], options) => {
			const { compareModels } = await import("../commands/compare.ts");
			await compareModels(terminal, files, options);
		});
	program
		.command("fit")
		.description("find the largest size, clip or setting under a token limit, or the max_length of samples")
		.addOption(modelOption())
		.addOption(configOption())
		.addOption(hubOption())
		.addOption(setOption())
		.addOption(parityOption())
		.addOption(asIsOption())
		.addOption(imageOption())
		.addOption(videoOption())
		.option("--aspect <W:H>", "find the largest image of this aspect ratio")
		.addOption(jsonlOption())
		.option("-t, --tokens <count>", "most visual tokens; with --jsonl, a length whose overruns are counted")
		.option("--setting <key>", "find the largest value of this setting, for the media given as one sample")
		.option("--quantile <share>", "with --jsonl: share of the samples that must fit (default: 1)")
		.addOption(tokenizerOption())
		.addOption(jsonOption())
		.action(async (options) => {
			const { fitMedia } = await import("../commands/fit.ts");
			exitWith(await fitMedia(terminal, options));
		});
}

/** Throws `invalid-input` for options that would be silently ignored. */
function refuseIdleOptions(
	files: readonly string[],
	options: Readonly<Record<string, unknown>> & { readonly set: readonly string[] },
): void {
	const given = (keys: readonly string[]): string[] => keys.filter((key) => options[key] !== undefined);
	if (options.request === undefined) {
		const [first] = given(["api", "date", "prices"]);
		if (first === undefined) return;
		const instead = first === "date" ? "; for a closed model's rule of a day use --set date=YYYY-MM-DD" : "";
		throw new OnevisionError("invalid-input", `--${first}: goes with --request${instead}`);
	}
	const beside = [
		...given(["jsonl", "parity", "tokenizer", "config", "hub"]).map((key) => `--${key}`),
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
