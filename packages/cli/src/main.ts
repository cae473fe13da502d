/** The `onevision` command: parse, call, print. Each command is loaded on first use. */

import { createRequire } from "node:module";
import { Command, CommanderError } from "commander";
import { addCounting } from "./declarations/counting.ts";
import { addData } from "./declarations/data.ts";
import { addDrawing } from "./declarations/drawing.ts";
import { addExamples } from "./declarations/examples.ts";
import { addLab } from "./declarations/lab.ts";
import { addPlanning } from "./declarations/planning.ts";
import { addRunning } from "./declarations/running.ts";
import { addServing } from "./declarations/serving.ts";
import { addStudio } from "./declarations/studio.ts";
import { EXIT } from "./exit.ts";
import { type Refusal, refusalOf } from "./refusal.ts";
import { processTerminal, type Terminal } from "./terminal.ts";

const { version } = createRequire(import.meta.url)("../package.json") as { readonly version: string };

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
		// Commander has already printed its own errors.
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
	} finally {
		for (const line of terminal.notes.splice(0)) terminal.err(`${line}\n`);
	}
}

/** Entry of the installed command. */
export async function runFromProcess(): Promise<void> {
	// A reader that closes early, such as head, is not an error.
	process.stdout.on("error", (error: NodeJS.ErrnoException) => {
		if (error.code === "EPIPE") process.exit(EXIT.done);
		process.stderr.write(
			`onevision: standard output: cannot be written (${error.code}); is the disk full?\n`,
		);
		process.exit(EXIT.error);
	});
	process.exitCode = await run(process.argv.slice(2), processTerminal());
}

/** Commander's message on one line, including its suggestion. */
function oneLine(text: string): string {
	return text.replace(/\n\(Did you mean (.*\?)\)/, "; did you mean $1");
}

function buildProgram(terminal: Terminal, exitWith: (status: number) => void): Command {
	const program = new Command("onevision");
	program
		.description("Count visual tokens and plan budgets and curricula for vision-language models")
		.version(version)
		.showSuggestionAfterError()
		// Commands have commands of their own, with options of the same names.
		.enablePositionalOptions()
		.exitOverride()
		.configureOutput({
			writeOut: (text) => void terminal.out(text),
			writeErr: (text) => terminal.err(oneLine(text).replace(/^error: /, "onevision: ")),
		});
	addCounting(program, terminal, exitWith);
	addDrawing(program, terminal, exitWith);
	addPlanning(program, terminal, exitWith);
	addData(program, terminal, exitWith);
	addRunning(program, terminal, exitWith);
	addLab(program, terminal, exitWith);
	addStudio(program, terminal);
	addServing(program, terminal, exitWith);
	addExamples(program);
	return program;
}
