/** `onevision plan`: the answer to a plan request, on the terminal, as JSON, or as files. */

import { mkdir, rename, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { OnevisionError, type Plan, planRequestSchema } from "@onevision/core";
import { EXIT } from "../exit.ts";
import { planFromCommandLine, type RequestOptions } from "../input/request.ts";
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
	const folder = resolve(terminal.cwd, out);
	const files = {
		"plan.json": `${JSON.stringify(plan, null, 2)}\n`,
		"plan.md": renderPlanMarkdown(plan),
		"curriculum.yaml": renderCurriculum(plan),
	};
	try {
		await mkdir(folder, { recursive: true });
		for (const [name, text] of Object.entries(files)) {
			const part = join(folder, `.${name}.part`);
			await writeFile(part, text);
			await rename(part, join(folder, name));
		}
	} catch (error) {
		throw new OnevisionError(
			"unreadable-file",
			`--out ${out}: ${(error as Error).message}; give a folder that can be written`,
		);
	}
	return Object.keys(files).map((name) => join(out, name));
}
