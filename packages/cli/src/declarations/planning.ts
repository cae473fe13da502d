/** Planning commands: plan, curriculum, skill. */

import { type Command, Option } from "commander";
import type { Terminal } from "../terminal.ts";
import {
	acceleratorOption,
	batchOption,
	configOption,
	hubOption,
	jsonOption,
	loadingOption,
	parityOption,
	priceOption,
} from "./options.ts";

export function addPlanning(program: Command, terminal: Terminal, exitWith: (status: number) => void): void {
	addPlanOptions(program.command("plan").description("plan budget, curriculum and cost for a media mix"))
		.option("--full", "print the whole plan, not only its first screen")
		.option("--explain <scenario>", "what other settings would have cost and kept")
		.option("--diff <plans...>", "what changed between two plan.json files")
		.option("--out <folder>", "write plan.json, plan.md and, to train, curriculum.yaml")
		.option("--schema", "print the JSON Schema of the plan request")
		.action(async (request: string | undefined, options) => {
			const { planMedia } = await import("../commands/plan.ts");
			exitWith(await planMedia(terminal, request, options));
		});
	addPlanOptions(
		program.command("curriculum").description("print the training schedule of a plan as YAML"),
	).action(async (request: string | undefined, options) => {
		const { printCurriculum } = await import("../commands/curriculum.ts");
		exitWith(await printCurriculum(terminal, request, options));
	});
	program
		.command("skill")
		.description("print the planner's agent skill, or write it to a folder")
		.option("--out <folder>", "write skill-onevision-budget-planner.md there")
		.addOption(jsonOption())
		.action(async (options) => {
			const { printSkill } = await import("../commands/skill.ts");
			await printSkill(terminal, options);
		});
}

/** The request argument, and the options that override its keys. */
function addPlanOptions(command: Command): Command {
	return command
		.argument("[request]", "plan request, YAML or JSON; - is standard input (default: the example)")
		.option("-b, --budget <tokens>", "visual tokens per sample")
		.option("--mix <a,b,c>", "percent of single-image, multi-image and video samples")
		.option("-m, --model <id>", "checkpoint id, Hugging Face repository id or short name")
		.addOption(configOption())
		.addOption(hubOption())
		.option("--media <path>", "plan on the media of this folder, or on a JSON Lines file of samples")
		.option("--profile <folder>", "plan on the media and the mix of a stored profile")
		.addOption(
			new Option(
				"--grouping <how>",
				"none: every file is a sample (default); folder: a subfolder of 2 to 32 images is one multi-image sample",
			).choices(["none", "folder"]),
		)
		.addOption(loadingOption())
		.option("--purpose <train|deploy>", "train: any recipe; deploy: what the checkpoint supports")
		.option("--full-recipe", "plan every stage from alignment on, not only those the checkpoint has left")
		.option("--lora [rank]", "train the language model with LoRA (default rank: 128), the tower frozen")
		.option("--freeze-tower", "do not train the vision tower")
		.addOption(
			new Option("--offload <what>", "what training keeps in host memory").choices([
				"none",
				"optimizer",
				"optimizer-and-parameters",
			]),
		)
		.addOption(batchOption())
		.addOption(parityOption())
		.addOption(acceleratorOption())
		.option("--accelerators <count>", "number of accelerators in training")
		.addOption(priceOption())
		.option("--allow <rule...>", "override a rule knowingly; the plan records it")
		.addOption(jsonOption());
}
