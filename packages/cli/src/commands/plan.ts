/** `onevision plan`: the answer to a plan request, on the terminal, as JSON, or as files. */

import { join } from "node:path";
import { type Plan, planRequestSchema } from "@onevision/core";
import { EXIT } from "../exit.ts";
import { planFromCommandLine, type RequestOptions } from "../input/request.ts";
import { assertFolderPlace, writeOutput } from "../output/place.ts";
import { renderCurriculum } from "../render/curriculum-yaml.ts";
import { renderPlanMarkdown } from "../render/plan-markdown.ts";
import { renderPlan } from "../render/plan-text.ts";
import type { Terminal } from "../terminal.ts";

export interface PlanOptions extends RequestOptions {
	readonly out?: string;
	readonly schema?: boolean;
	readonly json?: boolean;
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
	if (options.out !== undefined) await assertFolderPlace(terminal, options.out);
	const plan = await planFromCommandLine(terminal, request, options);
	const written = options.out === undefined ? [] : await writePlan(terminal, options.out, plan);
	if (options.json) {
		await terminal.out(`${JSON.stringify(plan, null, 2)}\n`);
	} else {
		const files = written.length === 0 ? "" : `\nwrote ${written.join(", ")}\n`;
		await terminal.out(`${renderPlan(terminal.colors, plan)}\n${files}`);
	}
	return plan.refused ? EXIT.refused : EXIT.done;
}

/** Writes the three files, each whole or not at all. */
async function writePlan(terminal: Terminal, out: string, plan: Plan): Promise<string[]> {
	const files = {
		"plan.json": `${JSON.stringify(plan, null, 2)}\n`,
		"plan.md": renderPlanMarkdown(plan),
		"curriculum.yaml": renderCurriculum(plan),
	};
	for (const [name, text] of Object.entries(files)) {
		await writeOutput(terminal, join(out, name), [new TextEncoder().encode(text)]);
	}
	return Object.keys(files).map((name) => join(out, name));
}
