/** Everything a plan can be exported to. */

import { nearest, OnevisionError } from "@onevision/base";
import type { Plan } from "@onevision/core";
import type { RowTarget } from "./rows.ts";
import type { PlanExport, PlanExportOptions, PlanTarget } from "./target.ts";
import { llamaFactory } from "./targets/llama-factory.ts";
import { llava } from "./targets/llava.ts";
import { msSwift } from "./targets/ms-swift.ts";
import { sglang, vllm } from "./targets/serving.ts";
import { transformers } from "./targets/transformers.ts";
import { trl } from "./targets/trl.ts";

export const PLAN_TARGETS = {
	transformers,
	vllm,
	sglang,
	trl,
	llava,
	"llama-factory": llamaFactory,
	"ms-swift": msSwift,
} as const satisfies Record<RowTarget | "transformers" | "vllm" | "sglang", PlanTarget>;
export type PlanTargetId = keyof typeof PLAN_TARGETS;

const README = "README.md";

/** The files of an export, with a README that says how to use them and what they cannot say. */
export function exportPlan(plan: Plan, target: PlanTargetId, options: PlanExportOptions = {}): PlanExport {
	const { title } = PLAN_TARGETS[target];
	const written = PLAN_TARGETS[target].write(plan, options);
	return { ...written, files: [...written.files, readme(plan, title, target, written)] };
}

function readme(plan: Plan, title: string, target: PlanTargetId, { run, notes, files }: PlanExport) {
	const { request } = plan;
	const list = (lines: readonly string[]): string => lines.map((line) => `* ${line}`).join("\n");
	const sections = [
		`# ${title}`,
		`Written from a plan for ${request.checkpoint.title}: ${request.budget} visual tokens a sample. Options as of ${PLAN_TARGETS[target].source}.`,
		...(run.length === 0 ? [] : ["## Use", `\`\`\`sh\n${run.join("\n")}\n\`\`\``]),
		"## Files",
		list(files.map(({ name }) => `\`${name}\``)),
		...(notes.length === 0 ? [] : ["## What these files cannot say", list(notes)]),
	];
	return { name: README, text: `${sections.join("\n\n")}\n` };
}

/** Throws `unknown-name` for a target that does not exist. */
export function planTargetNamed(name: string, all: readonly string[]): void {
	if (all.includes(name)) return;
	const hint = nearest(name, all);
	throw new OnevisionError(
		"unknown-name",
		`--to ${name.slice(0, 80)}: expected ${all.join(", ")}${hint === undefined ? "" : `; did you mean ${hint}?`}`,
	);
}
