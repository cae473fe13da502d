/** `onevision plan`: answers a plan request on the terminal, as JSON or as files, or compares two plans. */

import { join } from "node:path";
import { OnevisionError } from "@onevision/base";
import {
	diffPlans,
	type Plan,
	planMarkdown,
	planRequestSchema,
	SCENARIOS,
	type Scenario,
	type ScenarioPlan,
} from "@onevision/core";
import { EXIT } from "../exit.ts";
import { readPlan } from "../input/plan-file.ts";
import { planFromCommandLine, type RequestOptions } from "../input/request.ts";
import { assertFolderPlace, writeOutput } from "../output/place.ts";
import { curriculumYaml } from "../render/curriculum-yaml.ts";
import { renderDiff } from "../render/plan-diff.ts";
import { renderExplanation } from "../render/plan-explain.ts";
import { renderFullPlan } from "../render/plan-full.ts";
import { renderPlan } from "../render/plan-text.ts";
import type { Terminal } from "../terminal.ts";

export interface PlanOptions extends RequestOptions {
	readonly out?: string;
	readonly schema?: boolean;
	readonly json?: boolean;
	readonly full?: boolean;
	readonly explain?: string;
	readonly diff?: readonly string[];
}

export async function planMedia(
	terminal: Terminal,
	request: string | undefined,
	options: PlanOptions,
): Promise<number> {
	if (options.schema) {
		await terminal.out(
			`${JSON.stringify({ $schema: "https://json-schema.org/draft/2020-12/schema", ...planRequestSchema.json }, null, 2)}\n`,
		);
		return EXIT.done;
	}
	if (options.diff !== undefined) return diffFiles(terminal, request, options.diff, options.json === true);
	const asked = options.explain === undefined ? undefined : scenarioNamed(options.explain);
	if (options.out !== undefined) await assertFolderPlace(terminal, options.out);
	const plan = await planFromCommandLine(terminal, request, options);
	const written = options.out === undefined ? [] : await writePlan(terminal, options.out, plan);
	if (options.json) {
		await terminal.out(`${JSON.stringify(plan, null, 2)}\n`);
	} else {
		const files = written.length === 0 ? "" : `\nwrote ${written.join(", ")}\n`;
		await terminal.out(`${render(terminal, plan, asked, options.full === true)}\n${files}`);
	}
	return plan.refused ? EXIT.refused : EXIT.done;
}

function render(terminal: Terminal, plan: Plan, explained: Scenario | undefined, full: boolean): string {
	if (explained !== undefined) return renderExplanation(terminal, plan, plannedScenario(plan, explained));
	return full ? renderFullPlan(terminal, plan) : renderPlan(terminal, plan);
}

function scenarioNamed(name: string): Scenario {
	const found = SCENARIOS.find((scenario) => scenario === name.toLowerCase());
	if (found !== undefined) return found;
	throw new OnevisionError("unknown-name", `--explain ${name}: give ${SCENARIOS.join(", ")}`);
}

function plannedScenario({ scenarios }: Plan, scenario: Scenario): ScenarioPlan {
	const found = scenarios.find((candidate) => candidate.scenario === scenario);
	if (found !== undefined) return found;
	throw new OnevisionError(
		"invalid-input",
		`--explain ${scenario}: the plan has no ${scenario}; it plans ${scenarios.map((each) => each.scenario).join(", ")}`,
	);
}

async function diffFiles(
	terminal: Terminal,
	request: string | undefined,
	files: readonly string[],
	json: boolean,
): Promise<number> {
	// commander passes both files of `--diff a.json b.json`; a request next to them would be ignored.
	const [first, second, ...more] = files;
	if (first === undefined || second === undefined || more.length > 0 || request !== undefined) {
		throw new OnevisionError(
			"invalid-input",
			"--diff takes two plans: --diff before/plan.json after/plan.json",
		);
	}
	const changes = diffPlans(await readPlan(terminal, first), await readPlan(terminal, second));
	await terminal.out(json ? `${JSON.stringify(changes, null, 2)}\n` : `${renderDiff(terminal, changes)}\n`);
	return EXIT.done;
}

/** Writes plan.json, plan.md and, for training, curriculum.yaml, each one atomically. Returns their paths. */
async function writePlan(terminal: Terminal, out: string, plan: Plan): Promise<string[]> {
	const files = {
		"plan.json": `${JSON.stringify(plan, null, 2)}\n`,
		"plan.md": planMarkdown(plan),
		...(plan.request.purpose === "train" ? { "curriculum.yaml": curriculumYaml(plan) } : {}),
	};
	for (const [name, text] of Object.entries(files)) {
		await writeOutput(terminal, join(out, name), [new TextEncoder().encode(text)]);
	}
	return Object.keys(files).map((name) => join(out, name));
}
